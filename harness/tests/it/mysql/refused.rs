//! What the server refuses within the transaction of a test.

use std::future::poll_fn;
use std::task::Poll;

use sqlx::Connection;
use testudo::prelude::*;

use super::{loses, one, pool, rolled_back, run, stranger, turn};
use testudo::Isolation;

/// The server's words for a statement that would have committed.
const REFUSED: &str = "XAER_RMFAIL";

#[orm_test(backends(mysql, mariadb))]
async fn what_would_commit_is_refused_and_leaves_nothing(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    run(&pool, "INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    for statement in [
        "CREATE TABLE extra (id INT)",
        "ALTER TABLE users ADD COLUMN extra INT",
        "DROP TABLE orders",
        "TRUNCATE TABLE orders",
        "CREATE INDEX extra ON users (boss_id)",
        "LOCK TABLES users WRITE",
        "BEGIN",
        "START TRANSACTION",
        "COMMIT",
        "COMMIT AND CHAIN",
        "ROLLBACK",
        "XA START 'mine'",
        "PREPARE extra FROM 'COMMIT'; EXECUTE extra",
    ] {
        let error = run(&pool, statement).await.unwrap_err().to_string();
        assert!(error.contains(REFUSED), "{statement}: {error}");
    }
    assert_eq!(
        one(&pool, "SELECT COUNT(*) FROM users WHERE name = 'ALICE'").await,
        "1"
    );
    inner.finish().await.unwrap();
    super::next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn autocommit_that_is_switched_off_commits_nothing(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    run(&pool, "SET autocommit = 0").await.unwrap();
    run(&pool, "INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    let error = run(&pool, "SET autocommit = 1").await.unwrap_err();
    assert!(error.to_string().contains(REFUSED), "{error}");
    inner.finish().await.unwrap();
    super::next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn begin_with_within_a_transaction_cannot_end_the_outer_one(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    let mut connection = pool.acquire().await.unwrap();
    run(
        &mut *connection,
        "INSERT INTO users (name) VALUES ('alice')",
    )
    .await
    .unwrap();
    let error = connection
        .begin_with("START TRANSACTION READ ONLY")
        .await
        .unwrap_err();
    assert!(
        matches!(error, sqlx::Error::InvalidSavePointStatement),
        "{error}"
    );
    // sqlx has queued a ROLLBACK, and its refusal is the answer to the next statement.
    let error = run(&mut *connection, "DELETE FROM orders")
        .await
        .unwrap_err();
    assert!(error.to_string().contains(REFUSED), "{error}");
    // From here on sqlx believes that no transaction is open.
    let error = connection.begin().await.unwrap_err();
    assert!(error.to_string().contains(REFUSED), "{error}");
    drop(connection);
    // If sqlx has closed the connection over it, the test is told; else everything rolls back.
    let _ = inner.finish().await;
    super::next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_begin_that_is_cancelled_cannot_end_the_outer_transaction(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    let mut connection = pool.acquire().await.unwrap();
    run(
        &mut *connection,
        "INSERT INTO users (name) VALUES ('alice')",
    )
    .await
    .unwrap();
    // As a `select!` that takes another branch does. Where the server has answered already, again.
    let mut is_cancelled = false;
    while !is_cancelled {
        let mut begin = Box::pin(connection.begin());
        let polled = poll_fn(|task| Poll::Ready(begin.as_mut().poll(task).is_pending()));
        is_cancelled = polled.await;
    }
    // Whatever the driver makes of it, nothing is committed.
    let _ = run(&mut *connection, "SELECT 1").await;
    if let Ok(transaction) = connection.begin().await {
        let _ = transaction.commit().await;
    }
    drop(connection);
    let _ = inner.finish().await;
    super::next_test_is_clean(&ctx, &url, Isolation::Rollback).await;
}

/// Makes the server give up the transaction of the test because of a deadlock with another connection.
async fn deadlock(inner: &TestContext) {
    let db = inner.db();
    let mut other = stranger(inner).await;
    db.script("UPDATE orders SET total = 8 WHERE id = 1")
        .await
        .unwrap();
    let mut transaction = other.begin().await.unwrap();
    // The one that has written less is given up.
    let much = "INSERT INTO parted VALUES (11), (12), (13), (14), (15), (16)";
    run(&mut *transaction, much).await.unwrap();
    run(
        &mut *transaction,
        "UPDATE orders SET total = 8 WHERE id = 2",
    )
    .await
    .unwrap();
    let (theirs, ours) = tokio::join!(
        run(
            &mut *transaction,
            "UPDATE orders SET total = 7 WHERE id = 1"
        ),
        db.script("UPDATE orders SET total = 7 WHERE id = 2"),
    );
    theirs.unwrap();
    assert!(ours.unwrap_err().to_string().contains("1213"));
    transaction.rollback().await.unwrap();
    other.close().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn after_a_deadlock_nothing_is_written_and_the_test_is_told(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    deadlock(&inner).await;
    // What comes next must not commit by itself.
    let insert = "INSERT INTO users (name) VALUES ('alice')";
    assert!(inner.db().script(insert).await.is_err());
    loses(&ctx, inner, "because of a deadlock").await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_begin_that_fails_after_a_deadlock_commits_nothing(ctx: TestContext) {
    let _turn = turn().await;
    let inner = rolled_back(&ctx).await;
    let pool = pool(&inner).await;
    deadlock(&inner).await;
    let mut connection = pool.acquire().await.unwrap();
    // sqlx makes a savepoint of the first one, which is all that the server still takes.
    for _ in 0..3 {
        if let Ok(mut transaction) = connection.begin().await {
            let insert = "INSERT INTO users (name) VALUES ('alice')";
            assert!(run(&mut *transaction, insert).await.is_err());
            let _ = transaction.commit().await;
        }
    }
    drop(connection);
    loses(&ctx, inner, "the transaction around this test was").await;
}
