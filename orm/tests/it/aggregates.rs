//! Aggregates with `distinct` and `filter`, in aggregate, annotate, group_by, having and filters.

use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::sql::Dialect;
use testudo_orm::{Error, coalesce};

use crate::shop::{Article, Order, OrderStatus, Tag, User, people};

/// Alice has three orders and two articles, Bob one order, Carol nothing.
async fn shop(db: &Db) -> testudo::Result {
    let users = people(db, &["alice", "bob", "carol"]).await?;
    let rows = [
        (0, "A1", dec!(10), OrderStatus::Pending),
        (0, "A2", dec!(20), OrderStatus::Shipped),
        (0, "A3", dec!(20), OrderStatus::Shipped),
        (1, "B1", dec!(5.50), OrderStatus::Pending),
    ];
    for (user, number, total, status) in rows {
        Order::builder()
            .order_number(number)
            .user(&users[user])
            .total_amount(total)
            .status(status)
            .create(db)
            .await?;
    }
    let rust = Tag::builder().name("rust").create(db).await?;
    for title in ["one", "two"] {
        let article = Article::builder().title(title).author(&users[0]);
        article.create(db).await?.tags.add(db, [&rust]).await?;
    }
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn an_aggregate_counts_different_values_and_those_that_satisfy_a_condition(
    db: Db,
) -> testudo::Result {
    shop(&db).await?;
    let shipped = || Order::status.eq(OrderStatus::Shipped);
    let found = Order::all()
        .aggregate(
            &db,
            (
                count(Order::id),
                count(Order::total_amount).distinct(),
                count(Order::id).filter(shipped()),
                sum(Order::total_amount).distinct().filter(shipped()),
                avg(Order::total_amount).filter(shipped()),
                max(Order::total_amount).filter(!shipped()),
                min(Order::order_number).filter(shipped() & Order::user().username.eq("bob")),
            ),
        )
        .await?;
    let expected = (
        4,
        3,
        2,
        Some(dec!(20)),
        Some(dec!(20)),
        Some(dec!(10)),
        None,
    );
    assert_eq!(found, expected);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn an_aggregate_is_of_any_expression(db: Db) -> testudo::Result {
    shop(&db).await?;
    let doubled = sum(Order::total_amount * 2);
    let weight = case()
        .when(Order::status.eq(OrderStatus::Shipped), 10_i64)
        .otherwise(1);
    let found = Order::all().aggregate(&db, (doubled, sum(weight))).await?;
    assert_eq!(found, (Some(dec!(111)), Some(22)));
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn groups_have_aggregates_and_are_chosen_by_them(db: Db) -> testudo::Result {
    shop(&db).await?;
    let shipped = || count(Order::id).filter(Order::status.eq(OrderStatus::Shipped));
    let groups = Order::all()
        .group_by(Order::user().username)
        .having(count(Order::total_amount).distinct().gte(1))
        .values((
            Order::user().username,
            count(Order::total_amount).distinct(),
            shipped(),
        ))
        .order_by(shipped().desc());
    let found = groups.fetch_all(&db).await?;
    assert_eq!(
        found,
        [("alice".to_owned(), 2, 2), ("bob".to_owned(), 1, 0)]
    );
    let many = Order::all()
        .group_by(Order::user().username)
        .having(shipped().gt(1))
        .values(Order::user().username);
    assert_eq!(many.fetch_all(&db).await?, ["alice"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn aggregates_of_related_rows_stand_beside_each_row(db: Db) -> testudo::Result {
    shop(&db).await?;
    let shipped = User::orders().status.eq(OrderStatus::Shipped);
    let users = User::all()
        .annotate((
            count(User::orders().id),
            count(User::articles().id),
            coalesce(sum(User::orders().total_amount), dec!(0)),
            count(User::orders().id).filter(shipped),
            count(User::articles().tags().id).distinct(),
            max(User::orders().order_number),
        ))
        .order_by(User::username.asc())
        .fetch_all(&db)
        .await?;
    let found: Vec<_> = users
        .into_iter()
        .map(|(user, values)| (user.username, values))
        .collect();
    let last = |number: &str| Some(number.to_owned());
    let zero = Decimal::ZERO;
    assert_eq!(
        found,
        [
            ("alice".to_owned(), (3, 2, dec!(50), 2, 1, last("A3"))),
            ("bob".to_owned(), (1, 0, dec!(5.5), 0, 0, last("B1"))),
            ("carol".to_owned(), (0, 0, zero, 0, 0, None)),
        ]
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn annotated_rows_are_filtered_sorted_cut_and_fetched_with_their_relations(
    db: Db,
) -> testudo::Result {
    shop(&db).await?;
    let orders = || count(User::orders().id);
    let users = User::filter(orders().gt(0))
        .annotate(orders())
        .exclude(sum(User::orders().total_amount).lt(dec!(1)))
        .order_by((orders().desc(), User::username.asc()))
        .offset(1)
        .limit(5)
        .prefetch_related(User::orders());
    let (bob, count) = users.clone().get(&db).await?;
    assert_eq!((&*bob.username, count), ("bob", 1));
    assert_eq!(bob.orders.get()?.len(), 1);
    let first = Order::all()
        .annotate(Order::total_amount * 2)
        .select_related(Order::user())
        .filter(Order::order_number.eq("A2"))
        .first(&db)
        .await?;
    let (order, doubled) = first.expect("an order");
    assert_eq!(
        (order.user.get()?.username.as_str(), doubled),
        ("alice", dec!(40))
    );
    let nobody = User::filter(orders().gt(9)).annotate(orders());
    assert!(nobody.clone().first(&db).await?.is_none());
    assert!(
        nobody
            .get(&db)
            .await
            .is_err_and(|error| error.is_does_not_exist())
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn a_condition_on_an_aggregate_is_about_the_rows_related_to_a_row(db: Db) -> testudo::Result {
    shop(&db).await?;
    let names = |condition| {
        let users = User::filter(condition).order_by(User::username.asc());
        let users = users.values(User::username);
        let db = db.clone();
        async move { users.fetch_all(&db).await }
    };
    let orders = || count(User::orders().id);
    assert_eq!(names(orders().eq(0)).await?, ["carol"]);
    assert_eq!(names(!orders().eq(0)).await?, ["alice", "bob"]);
    assert_eq!(
        names(orders().gt(count(User::articles().id))).await?,
        ["alice", "bob"]
    );
    let none_or_little = !sum(User::orders().total_amount).gt(dec!(10));
    assert_eq!(names(none_or_little).await?, ["bob", "carol"]);
    let tags = count(Article::tags().id).eq(1);
    assert_eq!(Article::filter(tags).count(&db).await?, 2);
    let of_orders = Order::filter(count(Order::user().orders().id).eq(3));
    assert_eq!(of_orders.count(&db).await?, 3);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag))]
async fn an_aggregate_of_the_rows_themselves_beside_them_is_refused(db: Db) -> testudo::Result {
    let refused = |error: Error| {
        assert!(
            error
                .to_string()
                .contains("COUNT stands where one row is looked at"),
            "{error}"
        );
    };
    refused(
        User::all()
            .annotate(count(User::id))
            .fetch_all(&db)
            .await
            .unwrap_err(),
    );
    refused(
        User::filter(count(User::id).gt(1))
            .fetch_all(&db)
            .await
            .unwrap_err(),
    );
    let mixed = User::all().values((User::username, count(User::id)));
    refused(mixed.fetch_all(&db).await.unwrap_err());
    Ok(())
}

#[test]
fn the_sql_of_annotated_rows() {
    let query = Tag::all().annotate(count(Tag::articles().id)).limit(1);
    insta::assert_snapshot!(query.sql(Dialect::Postgres).unwrap(), @r#"SELECT "tags"."id", "tags"."name", (SELECT COUNT("articles"."id") FROM "articles_tags" INNER JOIN "articles" ON "articles"."id" = "articles_tags"."article_id" WHERE "articles_tags"."tag_id" = "tags"."id") FROM "tags" LIMIT 1"#);
}
