//! What the server does not refuse, and what is found when the test is over.

use sqlx::Connection;
use testudo::Isolation;
use testudo::prelude::*;

use super::{loses, next_test_is_clean, one, pool, rolled_back, run, stranger, turn};

#[orm_test(backends(postgres))]
async fn what_another_connection_commits_is_found_and_the_table_named() {
    let _turn = turn().await;
    for (statement, found) in [
        ("INSERT INTO parted VALUES (2, 'two')", "`parted_low`"),
        ("UPDATE orders SET total = 9 WHERE id = 1", "`orders`"),
        (
            "DELETE FROM \"Odd one\".\"a \"\"table\" WHERE flag IS NULL",
            "`Odd one.a \"table`",
        ),
        ("DELETE FROM users WHERE id = 9", "`orders`"),
        ("TRUNCATE audit", "`audit`"),
        ("REFRESH MATERIALIZED VIEW names", "the schema"),
        ("CREATE TABLE extra (id int)", "the schema"),
        ("ALTER TABLE users ADD COLUMN extra int", "the schema"),
        ("DROP TABLE orders", "the schema"),
        ("DROP TRIGGER note ON users", "the schema"),
        ("SELECT lo_create(0)", "the schema"),
    ] {
        let inner = rolled_back().await;
        let script = "INSERT INTO parted VALUES (13, 'rolled back')";
        inner.db().script(script).await.unwrap();
        let mut other = stranger(&inner).await;
        run(&mut other, statement).await.unwrap();
        other.close().await.unwrap();
        loses(inner, found).await;
    }
}

#[orm_test(backends(postgres))]
async fn what_another_connection_commits_beside_a_pool_is_found() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let pool = pool(&inner).await;
    run(&pool, "INSERT INTO parted VALUES (13, 'rolled back')")
        .await
        .unwrap();
    let mut other = stranger(&inner).await;
    run(&mut other, "DELETE FROM audit").await.unwrap();
    other.close().await.unwrap();
    loses(inner, "`audit`").await;
}

#[orm_test(backends(postgres))]
async fn another_connection_that_leaves_nothing_is_no_leak() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let url = inner.url().to_owned();
    let mut other = stranger(&inner).await;
    assert_eq!(one(&mut other, "SELECT count(*) FROM orders").await, "2");
    let mut transaction = other.begin().await.unwrap();
    run(&mut *transaction, "DELETE FROM orders").await.unwrap();
    transaction.rollback().await.unwrap();
    inner.finish().await.unwrap();
    next_test_is_clean(&url, Isolation::Rollback).await;
}

#[orm_test(backends(postgres))]
async fn a_transaction_that_another_connection_leaves_open_cannot_commit_later() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let url = inner.url().to_owned();
    let mut other = stranger(&inner).await;
    run(&mut other, "BEGIN").await.unwrap();
    run(&mut other, "DELETE FROM orders").await.unwrap();
    inner.finish().await.unwrap();
    run(&mut other, "COMMIT").await.unwrap_err();
    next_test_is_clean(&url, Isolation::Rollback).await;
}

#[orm_test(backends(postgres))]
async fn a_second_connection_with_the_options_of_the_pool_cannot_write() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let url = inner.url().to_owned();
    let options = pool(&inner).await.connect_options();
    let mut other = sqlx::PgConnection::connect_with(&options).await.unwrap();
    let error = run(&mut other, "DELETE FROM orders").await.unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    drop(other);
    inner.finish().await.unwrap();
    next_test_is_clean(&url, Isolation::Rollback).await;
}

#[orm_test(backends(postgres))]
async fn a_notification_that_nobody_gets_is_named() {
    let _turn = turn().await;
    for statement in [
        "NOTIFY jobs, 'one'",
        "SELECT pg_notify('jobs', 'one')",
        "LISTEN jobs",
    ] {
        let inner = rolled_back().await;
        inner.db().execute(statement, &[]).await.unwrap();
        loses(inner, &format!("`{statement}`")).await;
    }
}

#[orm_test(backends(postgres))]
async fn an_advisory_lock_that_is_still_held_is_named() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let statement = "SELECT pg_advisory_lock(42)";
    inner.db().fetch_all(statement, &[]).await.unwrap();
    loses(inner, &format!("lock 42, taken by `{statement}`")).await;

    let inner = rolled_back().await;
    let pool = pool(&inner).await;
    run(&pool, "SELECT pg_advisory_lock(1, 2)").await.unwrap();
    loses(inner, "lock 1, 2 was still held").await;

    let inner = rolled_back().await;
    inner.db().script(statement).await.unwrap();
    loses(inner, "lock 42 was still held").await;
}

#[orm_test(backends(postgres))]
async fn an_advisory_lock_that_is_given_back_is_no_leak() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let url = inner.url().to_owned();
    for statement in [
        "SELECT pg_advisory_lock(42)",
        "SELECT pg_advisory_unlock(42)",
        "SELECT pg_advisory_xact_lock(43)",
    ] {
        inner.db().fetch_all(statement, &[]).await.unwrap();
    }
    inner.finish().await.unwrap();
    next_test_is_clean(&url, Isolation::Rollback).await;
}
