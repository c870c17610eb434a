//! Query sets: order, slices, changes to many rows, values and aggregates.

use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::Result;
use testudo_orm::sql::Dialect;

use crate::shop::{Article, Order, OrderStatus, User, people};

/// Alice has three orders (10, 20, 30.50), Bob one (5), Carol none.
async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob", "carol"]).await?;
    for (number, user, amount) in [
        ("A1", 0, dec!(10)),
        ("A2", 0, dec!(20)),
        ("A3", 0, dec!(30.50)),
        ("B1", 1, dec!(5)),
    ] {
        let order = Order::builder()
            .order_number(number)
            .user(&users[user])
            .total_amount(amount);
        order.create(db).await?;
    }
    Ok(users)
}

async fn numbers(query: QuerySet<Order>, db: &Db) -> Result<String> {
    let numbers = query.values(Order::order_number).fetch_all(db).await?;
    Ok(numbers.join(" "))
}

#[orm_test(models(User, Order))]
async fn rows_come_in_the_order_asked_for_and_else_in_that_of_the_model(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_amount = Order::all().order_by(Order::total_amount.desc());
    assert_eq!(numbers(by_amount, &db).await?, "A3 A2 A1 B1");
    let by_user = (Order::user().username.desc(), Order::total_amount.asc());
    assert_eq!(
        numbers(Order::all().order_by(by_user), &db).await?,
        "B1 A1 A2 A3"
    );
    // `ordering("-created_at", "id")`: the latest first.
    assert_eq!(numbers(Order::all(), &db).await?, "B1 A3 A2 A1");
    Ok(())
}

#[orm_test(models(User))]
async fn nulls_go_where_the_order_says(db: Db) -> testudo::Result {
    let mut users = people(&db, &["alice", "bob"]).await?;
    users[0].last_login = Some("2024-01-01T00:00:00Z".parse().unwrap());
    users[0].save(&db).await?;
    let first = |ordering| User::all().order_by(ordering).first(&db);
    assert_eq!(
        first(User::last_login.asc().nulls_first())
            .await?
            .unwrap()
            .username,
        "bob"
    );
    assert_eq!(
        first(User::last_login.asc().nulls_last())
            .await?
            .unwrap()
            .username,
        "alice"
    );
    assert_eq!(
        first(User::last_login.desc().nulls_first())
            .await?
            .unwrap()
            .username,
        "bob"
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_slice_is_a_limit_and_an_offset_each_of_which_may_stand_alone(db: Db) -> testudo::Result {
    orders(&db).await?;
    let all = || Order::all().order_by(Order::order_number.asc());
    assert_eq!(numbers(all().limit(2), &db).await?, "A1 A2");
    assert_eq!(numbers(all().offset(3), &db).await?, "B1");
    assert_eq!(numbers(all().offset(1).limit(2), &db).await?, "A2 A3");
    assert_eq!(all().offset(1).limit(2).count(&db).await?, 2);
    assert_eq!(all().offset(3).limit(2).count(&db).await?, 1);
    assert!(!all().offset(4).exists(&db).await?);
    assert!(!all().limit(0).exists(&db).await?);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_update_sets_values_and_expressions_in_one_statement(db: Db) -> testudo::Result {
    orders(&db).await?;
    let changed = Order::filter(Order::total_amount.gte(20))
        .update((
            Order::total_amount.set(Order::total_amount * 2 + 1),
            Order::status.set(OrderStatus::Confirmed),
        ))
        .execute(&db)
        .await?;
    assert_eq!(changed, 2);
    let confirmed = Order::filter(Order::status.eq(OrderStatus::Confirmed))
        .order_by(Order::total_amount.asc())
        .values(Order::total_amount)
        .fetch_all(&db)
        .await?;
    assert_eq!(confirmed, [dec!(41), dec!(62)]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn decimals_stay_exact_through_arithmetic_in_the_database(db: Db) -> testudo::Result {
    orders(&db).await?;
    Order::all()
        .update(Order::total_amount.set(dec!(0.10)))
        .execute(&db)
        .await?;
    for _ in 0..2 {
        let tenth_more = Order::total_amount.set(Order::total_amount + dec!(0.10));
        Order::all().update(tenth_more).execute(&db).await?;
    }
    assert_eq!(
        Order::filter(Order::total_amount.eq(dec!(0.30)))
            .count(&db)
            .await?,
        4
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn updates_and_deletes_reach_rows_by_their_relations(db: Db) -> testudo::Result {
    orders(&db).await?;
    let of_alice = || Order::filter(Order::user().username.eq("alice"));
    let changed = of_alice()
        .update(Order::status.set(OrderStatus::Shipped))
        .execute(&db)
        .await?;
    assert_eq!(changed, 3);
    let without_orders = User::exclude(User::orders().id.is_not_null())
        .delete(&db)
        .await?;
    assert_eq!(without_orders, 1);
    assert_eq!(of_alice().delete(&db).await?, 3);
    assert_eq!(numbers(Order::all(), &db).await?, "B1");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_limit_bounds_updates_and_deletes_too(db: Db) -> testudo::Result {
    orders(&db).await?;
    let cheapest = || Order::all().order_by(Order::total_amount.asc()).limit(1);
    let changed = cheapest()
        .update(Order::status.set(OrderStatus::OnHold))
        .execute(&db)
        .await?;
    assert_eq!(changed, 1);
    assert_eq!(
        numbers(Order::filter(Order::status.eq(OrderStatus::OnHold)), &db).await?,
        "B1"
    );
    assert_eq!(cheapest().delete(&db).await?, 1);
    assert_eq!(Order::all().count(&db).await?, 3);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn aggregates_run_over_all_rows_and_are_none_over_no_rows(db: Db) -> testudo::Result {
    orders(&db).await?;
    let (amount, id) = (Order::total_amount, Order::id);
    let statistics = (
        count(id),
        sum(amount),
        avg(amount),
        max(amount),
        min(amount),
    );
    let all = Order::all().aggregate(&db, statistics.clone()).await?;
    assert_eq!(
        all,
        (
            4,
            Some(dec!(65.50)),
            Some(dec!(16.375)),
            Some(dec!(30.50)),
            Some(dec!(5))
        )
    );
    let none = Order::filter(Order::id.lt(0))
        .aggregate(&db, statistics)
        .await?;
    assert_eq!(none, (0, None, None, None, None));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn groups_have_aggregates_conditions_and_an_order(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let totals: Vec<(i64, i64, Option<Decimal>)> = Order::all()
        .group_by(Order::user_id)
        .values((Order::user_id, count(Order::id), sum(Order::total_amount)))
        .order_by(sum(Order::total_amount).desc())
        .fetch_all(&db)
        .await?;
    assert_eq!(
        totals,
        [
            (users[0].id, 3, Some(dec!(60.50))),
            (users[1].id, 1, Some(dec!(5))),
        ]
    );
    let busy = Order::all()
        .group_by(Order::user().username)
        .having(count(Order::id).gt(1))
        .values((Order::user().username, count(Order::id)))
        .fetch_all(&db)
        .await?;
    assert_eq!(busy, [("alice".to_owned(), 3)]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_single_value_comes_as_its_own_type_and_several_as_a_tuple(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_number = || Order::all().order_by(Order::order_number.asc());
    let amounts: Vec<Decimal> = by_number()
        .values(Order::total_amount)
        .fetch_all(&db)
        .await?;
    assert_eq!(amounts[2].to_string(), "30.50");
    let pair: Option<(String, String)> = by_number()
        .values((Order::order_number, Order::user().username))
        .first(&db)
        .await?;
    assert_eq!(pair, Some(("A1".to_owned(), "alice".to_owned())));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn distinct_values_come_once(db: Db) -> testudo::Result {
    orders(&db).await?;
    let owners = Order::all()
        .distinct()
        .order_by(Order::user_id.asc())
        .values(Order::user_id);
    assert_eq!(owners.fetch_all(&db).await?.len(), 2);
    Ok(())
}

#[orm_test(models(User))]
async fn more_rows_than_one_statement_can_bind_are_created_with_their_keys(
    db: Db,
) -> testudo::Result {
    let row = |number: i32| {
        User::builder()
            .username(format!("user-{number}"))
            .email(format!("{number}@example.com"))
            .first_name("A")
            .build()
    };
    let rows = (0..10_000).map(row).collect::<Result<Vec<_>>>()?;
    let created = User::bulk_create(&db, rows).await?;
    let last = &created[9_999];
    assert_eq!(last.username, "user-9999");
    assert_eq!(User::get(&db, last.id).await?.username, "user-9999");
    assert_eq!(User::get(&db, created[0].id).await?.username, "user-0");
    assert_eq!(User::all().count(&db).await?, 10_000);
    assert!(User::bulk_create(&db, Vec::new()).await?.is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_got_or_created_by_some_of_its_values(db: Db) -> testudo::Result {
    let david = |email: &str| {
        User::builder()
            .username("david")
            .email(email)
            .first_name("David")
    };
    let (user, created) = david("d@example.com")
        .get_or_create(&db, User::username)
        .await?;
    assert!(created);
    let (same, created) = david("other@example.com")
        .get_or_create(&db, User::username)
        .await?;
    assert!(!created);
    assert_eq!((same.id, same.email.as_str()), (user.id, "d@example.com"));
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn callers_at_the_same_time_get_or_create_the_same_row(db: Db) -> testudo::Result {
    let call = || {
        let db = db.clone();
        tokio::spawn(async move {
            let david = User::builder()
                .username("david")
                .email("d@example.com")
                .first_name("D");
            david.get_or_create(&db, User::username).await
        })
    };
    let (a, b, c) = tokio::join!(call(), call(), call());
    let (a, b, c) = (a.unwrap()?, b.unwrap()?, c.unwrap()?);
    assert_eq!((a.0.id, a.0.id), (b.0.id, c.0.id));
    assert_eq!(
        [a.1, b.1, c.1].iter().filter(|created| **created).count(),
        1
    );
    Ok(())
}

#[orm_test(models(User))]
async fn saving_inserts_a_new_row_and_updates_an_old_one(db: Db) -> testudo::Result {
    let builder = User::builder()
        .username("alice")
        .email("a@example.com")
        .first_name("Alice");
    let mut user = builder.build()?;
    assert_eq!(user.id, 0);
    user.save(&db).await?;
    assert_ne!(user.id, 0);
    user.first_name = "Alicia".to_owned();
    user.save(&db).await?;
    assert_eq!(User::all().get(&db).await?, user);
    Ok(())
}

#[orm_test(models(User))]
async fn saving_some_fields_leaves_the_others_as_they_are(db: Db) -> testudo::Result {
    let mut user = people(&db, &["alice"]).await?.remove(0);
    user.first_name = "Alicia".to_owned();
    user.username = "not saved".to_owned();
    user.save_fields(&db, User::first_name).await?;
    user.refresh(&db).await?;
    assert_eq!(
        (user.first_name.as_str(), user.username.as_str()),
        ("Alicia", "alice")
    );
    Ok(())
}

#[test]
fn the_sql_of_a_query_set_can_be_looked_at() -> Result<()> {
    let tagged = Article::author().username.eq("alice") & Article::tags().name.eq("rust");
    let query = || {
        Article::filter(tagged.clone())
            .select_related(Article::author())
            .limit(3)
    };
    insta::assert_snapshot!(query().sql(Dialect::Postgres)?, @r#"SELECT "articles"."id", "articles"."title", "articles"."kind", "articles"."author_id", "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "articles" INNER JOIN "users" ON "users"."id" = "articles"."author_id" WHERE "users"."username" = $1 AND EXISTS (SELECT 1 FROM "articles_tags" INNER JOIN "tags" ON "tags"."id" = "articles_tags"."tag_id" WHERE "articles_tags"."article_id" = "articles"."id" AND "tags"."name" = $2) LIMIT 3"#);
    insta::assert_snapshot!(query().sql(Dialect::MySql)?, @"SELECT `articles`.`id`, `articles`.`title`, `articles`.`kind`, `articles`.`author_id`, `users`.`id`, `users`.`username`, `users`.`email`, `users`.`first_name`, `users`.`is_active`, `users`.`date_joined`, `users`.`last_login` FROM `articles` INNER JOIN `users` ON `users`.`id` = `articles`.`author_id` WHERE `users`.`username` = ? AND EXISTS (SELECT 1 FROM `articles_tags` INNER JOIN `tags` ON `tags`.`id` = `articles_tags`.`tag_id` WHERE `articles_tags`.`article_id` = `articles`.`id` AND `tags`.`name` = ?) LIMIT 3");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn aggregates_and_first_keep_to_the_slice(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_number = || Order::all().order_by(Order::order_number.asc());
    let two = by_number()
        .limit(2)
        .aggregate(&db, sum(Order::total_amount));
    assert_eq!(two.await?, Some(dec!(30)));
    let rest = by_number().offset(1).aggregate(&db, count(Order::id));
    assert_eq!(rest.await?, 3);
    assert!(by_number().limit(0).first(&db).await?.is_none());
    let none = by_number().limit(0).values(Order::id).first(&db).await?;
    assert!(none.is_none());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn distinct_values_need_no_order_of_the_model(db: Db) -> testudo::Result {
    orders(&db).await?;
    let query = Order::all().distinct().values(Order::user_id);
    assert!(!query.sql(Dialect::Postgres)?.contains("ORDER BY"));
    assert_eq!(query.fetch_all(&db).await?.len(), 2);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_column_of_another_model_can_neither_be_set_nor_saved_nor_looked_up(
    db: Db,
) -> testudo::Result {
    let users = orders(&db).await?;
    let joined = Order::user().date_joined;
    let set = Order::all().update(joined.set(users[0].date_joined));
    let error = set.execute(&db).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot set `User.date_joined` in a statement on `Order`: it belongs to another table; use a \
         query set of `User`"
    );
    let mut order = Order::all().first(&db).await?.unwrap();
    assert!(order.save_fields(&db, joined).await.is_err());
    let builder = Order::builder()
        .order_number("X")
        .user(&users[0])
        .total_amount(1);
    assert!(builder.get_or_create(&db, joined).await.is_err());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_offset_skips_a_row_once_however_many_rows_are_related_to_it(db: Db) -> testudo::Result {
    orders(&db).await?;
    let with_orders = || User::filter(User::orders().total_amount.gt(0));
    assert_eq!(with_orders().count(&db).await?, 2);
    assert_eq!(with_orders().offset(1).count(&db).await?, 1);
    let second = with_orders().order_by(User::id.asc()).offset(1);
    assert_eq!(second.values(User::username).fetch_all(&db).await?, ["bob"]);
    assert!(!with_orders().offset(2).exists(&db).await?);
    Ok(())
}
