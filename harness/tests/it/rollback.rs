//! `isolation = "rollback"`: one connection, inside a transaction that is never committed.

use sqlx::{Acquire, Executor};
use testudo::Isolation;
use testudo::prelude::*;

use crate::{add_user, count, pool, shop};

async fn start() -> TestContext {
    shop(Isolation::Rollback).start().await.unwrap()
}

#[tokio::test]
async fn what_one_test_writes_the_next_does_not_see() {
    for _ in 0..3 {
        let ctx = start().await;
        add_user(&pool(&ctx).await, "alice").await.unwrap();
        assert_eq!(count(&pool(&ctx).await, "users").await, 2);
        ctx.finish().await.unwrap();
    }
}

#[tokio::test]
async fn the_transactions_of_the_application_are_savepoints() {
    let ctx = start().await;
    let mut tx = pool(&ctx).await.begin().await.unwrap();
    tx.execute("INSERT INTO users (name) VALUES ('kept')")
        .await
        .unwrap();
    let mut nested = tx.begin().await.unwrap();
    nested
        .execute("INSERT INTO users (name) VALUES ('undone')")
        .await
        .unwrap();
    nested.rollback().await.unwrap();
    tx.commit().await.unwrap();
    let mut dropped = pool(&ctx).await.begin().await.unwrap();
    dropped
        .execute("INSERT INTO users (name) VALUES ('dropped')")
        .await
        .unwrap();
    drop(dropped);
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM users ORDER BY id")
        .fetch_all(&pool(&ctx).await)
        .await
        .unwrap();
    assert_eq!(names, ["root", "kept"]);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn the_handle_of_the_models_is_on_the_same_transaction() {
    let ctx = start().await;
    ctx.db()
        .transaction(async |tx| {
            tx.execute("INSERT INTO users (name) VALUES ('db')", &[])
                .await
        })
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 2);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_failed_statement_does_not_poison_the_test() {
    let ctx = start().await;
    add_user(&pool(&ctx).await, "root").await.unwrap_err();
    let mut tx = pool(&ctx).await.begin().await.unwrap();
    tx.execute("INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    tx.execute("INSERT INTO users (name) VALUES ('root')")
        .await
        .unwrap_err();
    tx.execute("INSERT INTO users (name) VALUES ('bob')")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 3);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn foreign_keys_are_enforced() {
    let ctx = start().await;
    let error = sqlx::query("INSERT INTO orders (user_id, total) VALUES (99, 1)")
        .execute(&pool(&ctx).await)
        .await
        .unwrap_err();
    assert!(
        error
            .as_database_error()
            .unwrap()
            .is_foreign_key_violation(),
        "{error}"
    );
}

#[tokio::test]
async fn the_database_grows_as_a_test_needs() {
    let ctx = start().await;
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
                INSERT INTO users (name) SELECT i || hex(randomblob(1000)) FROM n";
    pool(&ctx).await.execute(rows).await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 2001);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn spawned_tasks_take_turns_on_the_connection() {
    let ctx = start().await;
    let pool = pool(&ctx).await;
    let tasks: Vec<_> = (0..20)
        .map(|i| {
            let pool = pool.clone();
            tokio::spawn(async move { add_user(&pool, &format!("user {i}")).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count(&pool, "users").await, 21);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_commit_sent_as_text_fails_the_test() {
    let ctx = start().await;
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    pool(&ctx).await.execute("COMMIT").await.unwrap();
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost());
    assert_eq!(
        error.to_string(),
        "the transaction around this test was committed by the code under test (`COMMIT` or `END` sent \
         as text): what ran afterwards was not rolled back; use isolation = \"clone\", where the code \
         under test commits and connects as it likes"
    );
}

#[tokio::test]
async fn a_commit_before_anything_was_written_fails_the_test_too() {
    let ctx = start().await;
    pool(&ctx).await.execute("END").await.unwrap();
    pool(&ctx).await.execute("BEGIN").await.unwrap();
    assert!(ctx.finish().await.unwrap_err().is_isolation_lost());
}

#[tokio::test]
async fn begin_with_inside_the_transaction_fails_the_test() {
    let ctx = start().await;
    pool(&ctx)
        .await
        .begin_with("BEGIN IMMEDIATE")
        .await
        .unwrap_err();
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost());
    assert!(error.to_string().contains("was rolled back"), "{error}");
    assert!(error.to_string().contains("`begin_with`"), "{error}");
}

#[tokio::test]
async fn on_conflict_rollback_fails_the_test() {
    let ctx = start().await;
    pool(&ctx)
        .await
        .execute("INSERT OR ROLLBACK INTO users (name) VALUES ('root')")
        .await
        .unwrap_err();
    assert!(ctx.finish().await.unwrap_err().is_isolation_lost());
}

#[tokio::test]
async fn a_connection_that_the_application_closes_fails_the_test() {
    let ctx = start().await;
    pool(&ctx)
        .await
        .acquire()
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    let error = ctx.finish().await.unwrap_err();
    assert!(
        error.to_string().contains("lost with its connection"),
        "{error}"
    );
}

#[tokio::test]
async fn an_application_may_close_the_pool_when_it_shuts_down() {
    let ctx = start().await;
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    pool(&ctx).await.close().await;
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_task_that_still_holds_the_connection_fails_the_test() {
    let ctx = start().await;
    let connection = pool(&ctx).await.acquire().await.unwrap();
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost());
    assert!(
        error
            .to_string()
            .contains("still holds the only connection"),
        "{error}"
    );
    drop(connection);
}

#[tokio::test]
async fn a_stray_clone_of_the_pool_is_refused_after_the_end() {
    let ctx = start().await;
    let pool = pool(&ctx).await;
    ctx.finish().await.unwrap();
    assert!(matches!(
        add_user(&pool, "late").await,
        Err(sqlx::Error::PoolClosed)
    ));
}

#[tokio::test]
async fn a_context_that_is_dropped_closes_its_pool() {
    let ctx = start().await;
    let pool = pool(&ctx).await;
    drop(ctx);
    assert!(matches!(
        add_user(&pool, "late").await,
        Err(sqlx::Error::PoolClosed)
    ));
    // Returns once every connection is closed.
    pool.close().await;
    assert_eq!(pool.size(), 0);
}

#[tokio::test]
async fn finishing_twice_is_finishing_once() {
    let ctx = start().await;
    ctx.clone().finish().await.unwrap();
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_context_without_migrations_is_empty() {
    let ctx = test_context().start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "sqlite_schema").await, 0);
    pool(&ctx)
        .await
        .execute("CREATE TABLE notes (body TEXT)")
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "notes").await, 0);
    ctx.finish().await.unwrap();
}
