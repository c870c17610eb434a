//! What no server refuses, and what is found when the test is over.

use sqlx::Connection;
use testudo::Isolation;
use testudo::prelude::*;

use super::{loses, next_test_is_clean, one, pool, rolled_back, run, stranger, turn};

#[orm_test(backends(mysql, mariadb))]
async fn a_row_that_another_connection_commits_is_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    inner
        .db()
        .script("INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    let mut other = stranger(&inner).await;
    run(
        &mut other,
        "INSERT INTO orders (user_id, total) VALUES (7, 5)",
    )
    .await
    .unwrap();
    other.close().await.unwrap();
    loses(&ctx, inner, "`orders`").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_row_that_another_connection_changes_is_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let mut other = stranger(&inner).await;
    run(
        &mut other,
        "UPDATE orders SET total = total + 1 WHERE id = 1",
    )
    .await
    .unwrap();
    run(&mut other, "UPDATE parted SET id = 9 WHERE id = 1")
        .await
        .unwrap();
    drop(other);
    loses(&ctx, inner, "`orders`").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn rows_in_partitions_and_under_odd_names_are_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let mut other = stranger(&inner).await;
    run(&mut other, "UPDATE parted SET id = 9 WHERE id = 1")
        .await
        .unwrap();
    drop(other);
    loses(&ctx, inner, "`parted`").await;
    let inner = rolled_back(&ctx).await;
    let mut other = stranger(&inner).await;
    run(&mut other, "DELETE FROM `odd-name ä` WHERE id = 5")
        .await
        .unwrap();
    drop(other);
    loses(&ctx, inner, "`odd-name ä`").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn ddl_and_truncate_of_another_connection_are_found(ctx: TestContext) {
    let _turn = turn().await;
    for (statement, found) in [
        ("TRUNCATE TABLE orders", "`orders`"),
        ("CREATE TABLE extra (id INT)", "`extra`"),
        ("ALTER TABLE users ADD COLUMN extra INT", "`users`"),
        ("DROP VIEW a_rich", "`a_rich`"),
        ("DROP TRIGGER users_shout", "`users_shout`"),
        ("DROP PROCEDURE add_user", "`add_user`"),
    ] {
        let inner = rolled_back(&ctx).await;
        let mut other = stranger(&inner).await;
        run(&mut other, statement).await.unwrap();
        other.close().await.unwrap();
        loses(&ctx, inner, found).await;
    }
}

#[orm_test(backends(mysql, mariadb))]
async fn another_connection_that_leaves_nothing_is_no_leak(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let mut other = stranger(&inner).await;
    assert_eq!(one(&mut other, "SELECT COUNT(*) FROM orders").await, "2");
    let mut transaction = other.begin().await.unwrap();
    run(&mut *transaction, "DELETE FROM orders").await.unwrap();
    transaction.rollback().await.unwrap();
    inner.finish().await.unwrap();
    next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_transaction_that_another_connection_leaves_open_blocks_nobody(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let mut other = stranger(&inner).await;
    run(&mut other, "BEGIN").await.unwrap();
    run(&mut other, "DELETE FROM orders").await.unwrap();
    inner.finish().await.unwrap();
    assert!(run(&mut other, "COMMIT").await.is_err());
    next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_lock_that_is_not_given_back_is_named(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    inner
        .db()
        .fetch_all("SELECT GET_LOCK('printer', 5)", &[])
        .await
        .unwrap();
    loses(&ctx, inner, "and did not give it back").await;
    // Nobody has it any more.
    let inner = rolled_back(&ctx).await;
    let pool = pool(&inner).await;
    assert_eq!(one(&pool, "SELECT IS_FREE_LOCK('printer')").await, "1");
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn a_lock_that_is_given_back_is_no_leak(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let both = "SELECT GET_LOCK('scanner', 5), RELEASE_LOCK('scanner')";
    inner.db().fetch_all(both, &[]).await.unwrap();
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn a_row_in_a_table_without_transactions_is_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    inner
        .db()
        .script("INSERT INTO loose VALUES (2)")
        .await
        .unwrap();
    loses(&ctx, inner, "`loose`").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_test_that_ends_the_xa_transaction_itself_is_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let pool = pool(&inner).await;
    run(&pool, "INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let xid = one(&mut *connection, "SELECT DATABASE()").await;
    run(&mut *connection, &format!("XA END '{xid}'"))
        .await
        .unwrap();
    run(&mut *connection, &format!("XA COMMIT '{xid}' ONE PHASE"))
        .await
        .unwrap();
    drop(connection);
    loses(&ctx, inner, "was ended by the code under test").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_test_that_replaces_the_xa_transaction_is_found(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let pool = pool(&inner).await;
    let mut connection = pool.acquire().await.unwrap();
    let xid = one(&mut *connection, "SELECT DATABASE()").await;
    run(
        &mut *connection,
        "INSERT INTO users (name) VALUES ('alice')",
    )
    .await
    .unwrap();
    for statement in ["XA END", "XA ROLLBACK", "XA START"] {
        run(&mut *connection, &format!("{statement} '{xid}'"))
            .await
            .unwrap();
    }
    run(&mut *connection, "INSERT INTO users (name) VALUES ('bob')")
        .await
        .unwrap();
    drop(connection);
    loses(&ctx, inner, "was ended by the code under test").await;
}
