//! Lookups and expressions.

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use rust_decimal::{Decimal, dec};
use serde_json::json;
use testudo::prelude::*;
use testudo_orm::{
    Filter, abs, ceil, coalesce, concat, floor, length, lower, now, random, rank, round_to, trim,
    upper,
};

use crate::shop::{Order, OrderStatus, User, people};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "logged_events")]
struct Event {
    #[field(primary_key)]
    id: i64,
    payload: serde_json::Value,
}

/// Alice, Bob and Carol; Alice has orders of 10 and 20, Bob one of 5.50.
async fn shop(db: &Db) -> testudo::Result<Vec<User>> {
    let users = people(db, &["alice", "bob", "Carol"]).await?;
    for (user, number, total, status) in [
        (0, "A1", dec!(10), OrderStatus::Pending),
        (0, "A2", dec!(20), OrderStatus::Shipped),
        (1, "B1", dec!(5.50), OrderStatus::Pending),
    ] {
        let order = Order::builder().order_number(number).user(&users[user]);
        order.total_amount(total).status(status).create(db).await?;
    }
    Ok(users)
}

async fn names(db: &Db, condition: Filter<User>) -> testudo::Result<String> {
    let users = User::filter(condition).order_by(User::id.asc());
    Ok(users.values(User::username).fetch_all(db).await?.join(" "))
}

#[orm_test(models(User, Order))]
async fn equal_and_not_equal(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, User::username.eq("bob")).await?, "bob");
    assert_eq!(names(&db, User::username.ne("bob")).await?, "alice Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn in_a_list_and_not(db: Db) -> testudo::Result {
    shop(&db).await?;
    let two = ["alice", "bob"];
    assert_eq!(names(&db, User::username.is_in(two)).await?, "alice bob");
    assert_eq!(names(&db, User::username.not_in(two)).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn greater_and_less(db: Db) -> testudo::Result {
    let bob = shop(&db).await?[1].id;
    assert_eq!(names(&db, User::id.gt(bob)).await?, "Carol");
    assert_eq!(names(&db, User::id.gte(bob)).await?, "bob Carol");
    assert_eq!(names(&db, User::id.lt(bob)).await?, "alice");
    assert_eq!(names(&db, User::id.lte(bob)).await?, "alice bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn within_a_range(db: Db) -> testudo::Result {
    let bob = shop(&db).await?[1].id;
    assert_eq!(names(&db, User::id.range(bob, bob + 1)).await?, "bob Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn null_and_not_null(db: Db) -> testudo::Result {
    let mut bob = shop(&db).await?.remove(1);
    bob.last_login = Some(bob.date_joined);
    bob.save(&db).await?;
    assert_eq!(names(&db, User::last_login.is_null()).await?, "alice Carol");
    assert_eq!(names(&db, User::last_login.is_not_null()).await?, "bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_text_in_a_text(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, User::username.contains("c")).await?, "alice");
    assert_eq!(
        names(&db, User::username.icontains("c")).await?,
        "alice Carol"
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn the_beginning_and_the_end_of_a_text(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, User::username.startswith("c")).await?, "");
    assert_eq!(names(&db, User::username.istartswith("c")).await?, "Carol");
    assert_eq!(names(&db, User::username.endswith("b")).await?, "bob");
    assert_eq!(names(&db, User::username.iendswith("OL")).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn text_in_upper_or_lower_case(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, User::username.iexact("CAROL")).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_regular_expression(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(
        names(&db, User::username.regex("^[a-c]")).await?,
        "alice bob"
    );
    assert_eq!(names(&db, User::username.iregex("^c.*l$")).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn parts_of_a_date(db: Db) -> testudo::Result {
    let joined = shop(&db).await?[0].date_joined;
    let everybody = "alice bob Carol";
    for condition in [
        User::date_joined.date().gte(joined.date_naive()),
        User::date_joined.year().gte(i64::from(joined.year())),
        User::date_joined.quarter().range(1, 4),
        User::date_joined.month().range(1, 12),
        User::date_joined.week().range(1, 53),
        User::date_joined.week_day().range(1, 7),
        User::date_joined.hour().lt(24),
    ] {
        assert_eq!(names(&db, condition).await?, everybody);
    }
    Ok(())
}

#[orm_test(models(User, Order))]
async fn and_or_not(db: Db) -> testudo::Result {
    shop(&db).await?;
    let is = |name: &str| User::username.eq(name);
    let one_of = (is("alice") | is("bob")) & User::is_active.eq(true) & !is("bob");
    assert_eq!(names(&db, one_of).await?, "alice");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn conditions_on_related_rows(db: Db) -> testudo::Result {
    shop(&db).await?;
    let ordered = User::orders().total_amount.gt(dec!(1));
    assert_eq!(names(&db, ordered.clone()).await?, "alice bob");
    assert_eq!(names(&db, !ordered).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_column_beside_a_column(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, User::email.startswith("bob")).await?, "bob");
    assert_eq!(
        names(&db, User::first_name.lt(User::username)).await?,
        "alice bob Carol"
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn arithmetic_of_columns(db: Db) -> testudo::Result {
    shop(&db).await?;
    let raised = Order::total_amount * 2 + dec!(0.50);
    Order::all()
        .update(Order::total_amount.set(raised))
        .execute(&db)
        .await?;
    let totals = Order::all().order_by(Order::order_number.asc());
    let totals = totals.values(Order::total_amount).fetch_all(&db).await?;
    assert_eq!(totals, [dec!(20.50), dec!(40.50), dec!(11.50)]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn functions_of_text(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(
        names(&db, lower(User::username).eq("carol")).await?,
        "Carol"
    );
    assert_eq!(
        names(&db, upper(trim(User::username)).eq("BOB")).await?,
        "bob"
    );
    assert_eq!(names(&db, length(User::username).eq(3)).await?, "bob");
    let mail = concat(User::username, "@example.com");
    assert_eq!(names(&db, User::email.eq(mail)).await?, "alice bob Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn functions_of_numbers(db: Db) -> testudo::Result {
    shop(&db).await?;
    let bob = Order::filter(Order::order_number.eq("B1"));
    let total = || Order::total_amount - dec!(10.25);
    let found = bob.values((
        abs(total()),
        round_to(total(), 1),
        ceil(total()),
        floor(total()),
    ));
    let found = found.first(&db).await?.expect("an order");
    assert_eq!(
        (found.0, found.2, found.3),
        (dec!(4.75), dec!(-4), dec!(-5))
    );
    assert!((found.1 + dec!(4.75)).abs() <= dec!(0.05));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_value_in_place_of_null(db: Db) -> testudo::Result {
    shop(&db).await?;
    let login = coalesce(User::last_login, User::date_joined);
    let login: Option<DateTime<Utc>> = User::all().values(login).first(&db).await?;
    assert!(login.is_some());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn the_time_of_the_database(db: Db) -> testudo::Result {
    shop(&db).await?;
    let past = User::date_joined.lt(now() + Duration::from_secs(3_600));
    assert_eq!(names(&db, past).await?, "alice bob Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_time_and_a_duration(db: Db) -> testudo::Result {
    let users = shop(&db).await?;
    let later = User::all().order_by(User::id.asc());
    let later = later.values(User::date_joined + Duration::from_secs(86_400));
    let expected = users[0].date_joined + chrono::TimeDelta::days(1);
    assert_eq!(later.first(&db).await?, Some(expected));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_random_order(db: Db) -> testudo::Result {
    shop(&db).await?;
    let shuffled = User::all().order_by(random().asc()).fetch_all(&db).await?;
    assert_eq!(shuffled.len(), 3);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_value_as_another_type(db: Db) -> testudo::Result {
    shop(&db).await?;
    let whole = Order::filter(Order::order_number.eq("B1"));
    let whole = whole.values(Order::total_amount.cast::<i64>());
    assert_eq!(whole.first(&db).await?, Some(5));
    Ok(())
}

sql_function!(fn first_of(a: String, b: String) -> String = "coalesce");

#[orm_test(models(User, Order))]
async fn a_function_of_ones_own(db: Db) -> testudo::Result {
    shop(&db).await?;
    let same = first_of(User::username, "nobody").eq("bob");
    assert_eq!(names(&db, same).await?, "bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn case_and_when(db: Db) -> testudo::Result {
    shop(&db).await?;
    let size = case()
        .when(Order::total_amount.gte(dec!(20)), "large")
        .when(Order::total_amount.gte(dec!(10)), "middle")
        .otherwise("small");
    let sizes = Order::all()
        .order_by(Order::order_number.asc())
        .values(size);
    assert_eq!(sizes.fetch_all(&db).await?, ["middle", "large", "small"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn count_sum_mean_and_extremes(db: Db) -> testudo::Result {
    shop(&db).await?;
    let total = Order::total_amount;
    let all = (
        count(Order::id),
        sum(total),
        avg(total * dec!(2)),
        min(total),
        max(total),
    );
    let (count, sum, mean, min, max) = Order::all().aggregate(&db, all).await?;
    assert_eq!((count, sum), (3, Some(dec!(35.5))));
    assert_eq!((min, max), (Some(dec!(5.5)), Some(dec!(20))));
    assert_eq!(mean.map(|mean| mean.round_dp(2)), Some(dec!(23.67)));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_aggregate_of_different_values(db: Db) -> testudo::Result {
    shop(&db).await?;
    let customers = count(Order::user_id).distinct();
    assert_eq!(Order::all().aggregate(&db, customers).await?, 2);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_aggregate_with_a_condition(db: Db) -> testudo::Result {
    shop(&db).await?;
    let shipped = sum(Order::total_amount).filter(Order::status.eq(OrderStatus::Shipped));
    assert_eq!(Order::all().aggregate(&db, shipped).await?, Some(dec!(20)));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn aggregates_over_all_rows(db: Db) -> testudo::Result {
    shop(&db).await?;
    let both = (count(Order::id), sum(Order::total_amount));
    let (orders, revenue) = Order::all().aggregate(&db, both).await?;
    assert_eq!((orders, revenue), (3, Some(dec!(35.5))));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn aggregates_beside_each_row(db: Db) -> testudo::Result {
    shop(&db).await?;
    let users = User::all()
        .annotate((count(User::orders().id), sum(User::orders().total_amount)))
        .order_by(User::id.asc())
        .fetch_all(&db)
        .await?;
    let found: Vec<(i64, Option<Decimal>)> = users.into_iter().map(|(_, values)| values).collect();
    assert_eq!(
        found,
        [(2, Some(dec!(30))), (1, Some(dec!(5.5))), (0, None)]
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn rows_chosen_by_an_aggregate(db: Db) -> testudo::Result {
    shop(&db).await?;
    assert_eq!(names(&db, count(User::orders().id).gt(1)).await?, "alice");
    assert_eq!(names(&db, count(User::orders().id).eq(0)).await?, "Carol");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn groups(db: Db) -> testudo::Result {
    shop(&db).await?;
    let spent = Order::all()
        .group_by(Order::user().username)
        .values((Order::user().username, sum(Order::total_amount)))
        .order_by(Order::user().username.asc());
    let expected = [
        ("alice".to_owned(), Some(dec!(30))),
        ("bob".to_owned(), Some(dec!(5.5))),
    ];
    assert_eq!(spent.fetch_all(&db).await?, expected);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn groups_chosen_by_an_aggregate(db: Db) -> testudo::Result {
    shop(&db).await?;
    let often = Order::all()
        .group_by(Order::user().username)
        .having(count(Order::id).gt(1))
        .values(Order::user().username);
    assert_eq!(often.fetch_all(&db).await?, ["alice"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn window_functions(db: Db) -> testudo::Result {
    shop(&db).await?;
    let place = window()
        .partition_by(Order::user_id)
        .order_by(Order::total_amount.desc());
    let places = Order::all()
        .order_by(Order::order_number.asc())
        .values(rank().over(place));
    assert_eq!(places.fetch_all(&db).await?, [2, 1, 1]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn running_totals(db: Db) -> testudo::Result {
    shop(&db).await?;
    let so_far = window().order_by(Order::order_number.asc()).rows(..=0);
    let totals = Order::all().order_by(Order::order_number.asc());
    let totals = totals.values(sum(Order::total_amount).over(so_far));
    let expected = [dec!(10), dec!(30), dec!(35.5)].map(Some);
    assert_eq!(totals.fetch_all(&db).await?, expected);
    Ok(())
}

#[orm_test(models(Event))]
async fn a_part_of_a_json_document(db: Db) -> testudo::Result {
    let payload = json!({"user": {"name": "Ada", "tags": ["a", "b"]}});
    Event::builder().payload(payload).create(&db).await?;
    let name = Event::payload.path(["user", "name"]).text();
    assert_eq!(Event::filter(name.eq("Ada")).count(&db).await?, 1);
    let tag = Event::payload.path(("user", "tags", 1)).text();
    assert_eq!(
        Event::all().values(tag).first(&db).await?,
        Some(Some("b".to_owned()))
    );
    Ok(())
}

#[orm_test(models(Event), backends(postgres, mysql, mariadb))]
async fn a_json_document_in_another(db: Db) -> testudo::Result {
    let payload = json!({"user": {"name": "Ada", "age": 36}});
    Event::builder().payload(payload).create(&db).await?;
    let count = |condition| Event::filter(condition).count(&db);
    let ada = json!({"user": {"name": "Ada"}});
    assert_eq!(count(Event::payload.contains(ada.clone())).await?, 1);
    assert_eq!(count(Event::payload.contained_by(ada)).await?, 0);
    assert_eq!(count(Event::payload.has_key("user")).await?, 1);
    Ok(())
}
