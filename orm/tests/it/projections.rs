//! Parts of rows as structs, and what a server says about a query.

use insta::assert_snapshot;
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::Result;
use testudo_orm::sql::Dialect;

use crate::shop::{Order, OrderStatus, User, people};
use crate::side_by_side::sql_of;

#[derive(Projection, Debug, PartialEq)]
#[projection(model = Order)]
struct Line {
    order_number: String,
    #[projection(Order::user().username)]
    customer: String,
    #[projection(Order::total_amount * 2)]
    twice: Decimal,
    status: OrderStatus,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(model = Order)]
struct Total {
    #[projection(Order::user().username)]
    customer: String,
    #[projection(count(Order::id))]
    orders: i64,
    #[projection(sum(Order::total_amount))]
    amount: Option<Decimal>,
}

/// More fields than a tuple has members.
#[derive(Projection, Debug, PartialEq)]
#[projection(model = User)]
struct Wide {
    id: i64,
    #[projection(User::id)]
    a: i64,
    #[projection(User::id + 1)]
    b: i64,
    #[projection(User::id + 2)]
    c: i64,
    #[projection(User::id + 3)]
    d: i64,
    #[projection(User::id + 4)]
    e: i64,
    #[projection(User::id + 5)]
    f: i64,
    #[projection(User::id + 6)]
    g: i64,
    #[projection(User::id + 7)]
    h: i64,
    #[projection(User::id + 8)]
    i: i64,
    #[projection(User::id + 9)]
    j: i64,
    #[projection(User::id + 10)]
    k: i64,
    username: String,
    is_active: bool,
}

async fn orders(db: &Db) -> Result<()> {
    let users = people(db, &["alice", "bob"]).await?;
    for (number, user, amount) in [
        ("A1", 0, dec!(10)),
        ("A2", 0, dec!(30.50)),
        ("B1", 1, dec!(5)),
    ] {
        let order = Order::builder()
            .order_number(number)
            .user(&users[user])
            .total_amount(amount);
        order.create(db).await?;
    }
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_struct_has_columns_relations_and_expressions(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_number = Order::all().order_by(Order::order_number.desc());
    let lines = by_number
        .values_as::<Line>()
        .limit(2)
        .fetch_all(&db)
        .await?;
    let line = |number: &str, customer: &str, twice| Line {
        order_number: number.to_owned(),
        customer: customer.to_owned(),
        twice,
        status: OrderStatus::Pending,
    };
    assert_eq!(
        lines,
        [line("B1", "bob", dec!(10)), line("A2", "alice", dec!(61))]
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_struct_has_the_aggregates_of_a_group(db: Db) -> testudo::Result {
    orders(&db).await?;
    let totals = Order::all()
        .group_by(Order::user().username)
        .values_as::<Total>()
        .order_by(Order::user().username.asc())
        .fetch_all(&db)
        .await?;
    let total = |customer: &str, orders, amount| Total {
        customer: customer.to_owned(),
        orders,
        amount: Some(amount),
    };
    assert_eq!(
        totals,
        [total("alice", 2, dec!(40.50)), total("bob", 1, dec!(5))]
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_struct_may_have_more_fields_than_a_tuple_has_members(db: Db) -> testudo::Result {
    let users = people(&db, &["alice"]).await?;
    let wide = User::all()
        .values_as::<Wide>()
        .first(&db)
        .await?
        .expect("a row");
    let last = (wide.id, wide.k, wide.username.as_str(), wide.is_active);
    assert_eq!(last, (users[0].id, users[0].id + 10, "alice", true));
    Ok(())
}

#[test]
fn a_struct_selects_nothing_but_its_fields() {
    let lines = || Order::filter(Order::id.gt(1)).values_as::<Line>();
    assert_snapshot!(sql_of(|dialect| lines().sql(dialect)), @r#"SELECT "orders"."order_number", "users"."username", "orders"."total_amount" * ?, "orders"."status" FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" > ? ORDER BY "orders"."created_at" DESC, "orders"."id""#);
    let totals = || {
        Order::all()
            .group_by(Order::user().username)
            .values_as::<Total>()
    };
    assert_snapshot!(sql_of(|dialect| totals().sql(dialect)), @r#"SELECT "users"."username", COUNT("orders"."id"), SUM("orders"."total_amount") FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" GROUP BY "users"."username""#);
}

#[orm_test(models(User, Order))]
async fn a_server_explains_a_query(db: Db) -> testudo::Result {
    orders(&db).await?;
    let of_alice = || Order::filter(Order::user().username.eq("alice"));
    let plan = of_alice().explain(&db).await?;
    assert!(plan.to_lowercase().contains("orders"), "{plan}");
    let values = of_alice().values(Order::id).explain(&db).await?;
    assert!(values.to_lowercase().contains("orders"), "{values}");
    Ok(())
}

#[orm_test(models(User, Order), fails_on(sqlite = "it has no EXPLAIN ANALYZE"))]
async fn a_server_tells_what_the_steps_of_a_query_took(db: Db) -> testudo::Result {
    orders(&db).await?;
    let plan = Order::filter(Order::id.gt(0)).explain_analyze(&db).await?;
    let told = match db.dialect() {
        Dialect::MariaDb => "r_total_time_ms",
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql => "actual time",
    };
    assert!(plan.contains(told), "{plan}");
    Ok(())
}

#[test]
fn updates_and_deletes_show_their_sql() {
    let shipped = || Order::filter(Order::user().username.eq("a"));
    let update = || shipped().update(Order::status.set(OrderStatus::Shipped));
    assert_snapshot!(sql_of(|dialect| update().sql(dialect)), @r#"
    SQLite, Postgres: UPDATE "orders" SET "status" = ? WHERE "orders"."id" IN (SELECT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?)
    MySQL, MariaDB: UPDATE "orders" SET "status" = ? WHERE "orders"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?) AS "t2")
    "#);
    assert_snapshot!(sql_of(|dialect| shipped().delete_sql(dialect)), @r#"
    SQLite, Postgres: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?)
    MySQL, MariaDB: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?) AS "t2")
    "#);
    let cheapest = || Order::all().order_by(Order::total_amount.asc()).limit(1);
    assert_snapshot!(sql_of(|dialect| cheapest().delete_sql(dialect)), @r#"
    SQLite, Postgres: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "id" FROM (SELECT "t1"."id" AS "id" FROM "orders" AS "t1" ORDER BY "t1"."total_amount" LIMIT 1) AS "picked")
    MySQL, MariaDB: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "orders" AS "t1" WHERE "t1"."id" IN (SELECT "id" FROM (SELECT "t2"."id" AS "id" FROM "orders" AS "t2" ORDER BY "t2"."total_amount" LIMIT 1) AS "picked")) AS "t3")
    "#);
}
