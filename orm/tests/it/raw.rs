//! SQL written by hand: bound, and read into models, structs and tuples.

use insta::assert_snapshot;
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::Result;
use testudo_orm::sql::Dialect;

use crate::shop::{Order, OrderStatus, User, people};
use crate::side_by_side::sql_of;

async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob"]).await?;
    for (number, user, amount) in [
        ("A?1", 0, dec!(10)),
        ("A2", 0, dec!(30.50)),
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

#[orm_test(models(User, Order))]
async fn rows_become_models_by_the_names_of_their_columns(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let found = Order::raw("SELECT * FROM orders WHERE total_amount > ? AND user_id = ?")
        .bind(dec!(9.99))
        .bind(users[0].id)
        .fetch_all(&db)
        .await?;
    assert_eq!(found.len(), 2);
    let same = Order::filter(Order::order_number.eq("A2")).get(&db).await?;
    // In another order than the model's, and with one more.
    let found = Order::raw(
        "SELECT 1 AS extra, status, total_amount, previous_status, user_id, created_at, order_number, id \
         FROM orders WHERE status = :status AND order_number = :number AND :number <> 'A?1'",
    )
    .bind_as("number", "A2")
    .bind_as("status", OrderStatus::Pending)
    .fetch_all(&db)
    .await?;
    assert_eq!(found, [same]);
    Ok(())
}

#[derive(Projection, Debug, PartialEq)]
struct Line {
    customer: String,
    amount: Option<Decimal>,
    r#type: i64,
}

#[orm_test(models(User, Order))]
async fn rows_become_structs_and_tuples(db: Db) -> testudo::Result {
    orders(&db).await?;
    let lines: Vec<Line> = match db.dialect() {
        Dialect::MySql | Dialect::MariaDb => raw(
            "SELECT 7 AS `type`, u.username AS customer, SUM(o.total_amount) AS amount FROM users u \
             JOIN orders o ON o.user_id = u.id WHERE o.order_number <> 'A?1' AND u.username <> ? \
             GROUP BY u.username ORDER BY u.username",
        ),
        Dialect::Sqlite | Dialect::Postgres => raw(
            "SELECT 7 AS \"type\", u.username AS customer, SUM(o.total_amount) AS amount FROM users u \
             JOIN orders o ON o.user_id = u.id WHERE o.order_number <> 'A?1' AND u.username <> ? \
             GROUP BY u.username ORDER BY u.username",
        ),
    }
    .bind("carol")
    .fetch_all(&db)
    .await?;
    let line = |customer: &str, amount| Line {
        customer: customer.to_owned(),
        amount: Some(amount),
        r#type: 7,
    };
    assert_eq!(lines, [line("alice", dec!(30.50)), line("bob", dec!(5))]);
    let first: Option<(String, Decimal)> =
        raw("SELECT order_number, total_amount FROM orders ORDER BY total_amount")
            .first(&db)
            .await?;
    assert_eq!(first, Some(("B1".to_owned(), dec!(5))));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn statements_are_bound_and_tell_how_many_rows_they_touched(db: Db) -> testudo::Result {
    orders(&db).await?;
    let hostile = "'; DROP TABLE orders; -- ?";
    let changed = raw("UPDATE orders SET order_number = ? WHERE order_number = ? -- why?")
        .bind(hostile)
        .bind("B1")
        .execute(&db)
        .await?;
    assert_eq!(changed, 1);
    let found = Order::filter(Order::order_number.eq(hostile))
        .get(&db)
        .await?;
    assert_eq!(found.total_amount, dec!(5));
    let nulls = raw("UPDATE orders SET previous_status = ?").bind(None::<OrderStatus>);
    assert_eq!(nulls.execute(&db).await?, 3);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_wrong_number_of_values_is_found_before_anything_is_sent(db: Db) -> testudo::Result {
    // The table is not there, and nobody asks for it.
    let error = raw("DELETE FROM nowhere WHERE a = ? AND b = '?'")
        .execute(&db)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the number of values bound is 0, and the number of placeholders `?` is 1 in `DELETE FROM nowhere WHERE a = ? AND b = '?'`"
    );
    let error = Order::raw("SELECT * FROM nowhere WHERE a = :a")
        .bind(1i64)
        .fetch_all(&db)
        .await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "no value is bound as `a` in `SELECT * FROM nowhere WHERE a = :a`; call `bind_as(\"a\", ..)`"
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_row_that_does_not_fit_says_which_column_is_missing_or_there_twice(
    db: Db,
) -> testudo::Result {
    orders(&db).await?;
    let error = User::raw("SELECT id, email FROM users")
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read `User.username`: the result has no column `username`; it has `id`, `email`"
    );
    let twice = "SELECT u.*, o.* FROM users u JOIN orders o ON o.user_id = u.id";
    let error = User::raw(twice).fetch_all(&db).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read `User.id`: the result has several columns `id`; name the others by AS"
    );
    let error = raw::<(i64,)>("SELECT id, email FROM users")
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read a tuple of 1: the result has 2 columns"
    );
    Ok(())
}

#[test]
fn placeholders_are_those_of_the_dialect_outside_of_literals() {
    let number = || {
        raw::<(i64,)>("SELECT id FROM orders WHERE order_number = ? AND note <> 'why?' AND id > ?")
            .bind("A")
            .bind(1i64)
    };
    assert_snapshot!(number().sql(Dialect::Postgres).unwrap(), @"SELECT id FROM orders WHERE order_number = $1 AND note <> 'why?' AND id > $2");
    assert_snapshot!(sql_of(|dialect| number().sql(dialect)), @"SELECT id FROM orders WHERE order_number = ? AND note <> 'why?' AND id > ?");
    let named = || raw::<(i64,)>("SELECT id FROM orders WHERE a = :a OR b = :a").bind_as("a", 1i64);
    assert_snapshot!(named().sql(Dialect::Postgres).unwrap(), @"SELECT id FROM orders WHERE a = $1 OR b = $2");
}
