//! `isolation = "clone"`: a copy of the template that the code under test commits to.

use std::path::Path;
use std::sync::Arc;

use sqlx::{Connection, Executor, SqliteConnection};
use testudo::Isolation;
use testudo::prelude::*;

use crate::{add_user, count, pool, shop};

async fn start() -> TestContext {
    shop(Isolation::Clone).start().await.unwrap()
}

#[tokio::test]
async fn what_is_committed_is_gone_with_the_test() {
    for _ in 0..3 {
        let ctx = start().await;
        let mut tx = pool(&ctx).await.begin().await.unwrap();
        tx.execute("INSERT INTO users (name) VALUES ('alice')")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        pool(&ctx)
            .await
            .execute("BEGIN; INSERT INTO users (name) VALUES ('bob'); COMMIT")
            .await
            .unwrap();
        assert_eq!(count(&pool(&ctx).await, "users").await, 3);
        ctx.finish().await.unwrap();
    }
}

#[tokio::test]
async fn connections_see_what_others_committed_and_nothing_else() {
    let ctx = start().await;
    let mut writer = pool(&ctx).await.begin().await.unwrap();
    writer
        .execute("INSERT INTO users (name) VALUES ('alice')")
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 1);
    writer.commit().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 2);
    ctx.finish().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_wait_for_one_another() {
    let ctx = start().await;
    let pool = pool(&ctx).await;
    let barrier = Arc::new(tokio::sync::Barrier::new(4));
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let (pool, barrier) = (pool.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                for i in 0..25 {
                    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
                    let name = format!("{task}-{i}");
                    sqlx::query("INSERT INTO users (name) VALUES (?)")
                        .bind(name)
                        .execute(&mut *tx)
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count(&pool, "users").await, 101);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn foreign_keys_are_enforced_on_every_connection() {
    let ctx = start().await;
    let _first = pool(&ctx).await.acquire().await.unwrap();
    let mut second = pool(&ctx).await.acquire().await.unwrap();
    let error = second
        .execute("INSERT INTO orders (user_id, total) VALUES (99, 1)")
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
async fn the_url_leads_another_connection_to_the_same_database() {
    let ctx = start().await;
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    let mut other = SqliteConnection::connect(ctx.url()).await.unwrap();
    let n: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(n, 2);
    other.close().await.unwrap();
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn two_tests_do_not_see_one_another() {
    let (a, b) = (start().await, start().await);
    add_user(&pool(&a).await, "alice").await.unwrap();
    add_user(&pool(&b).await, "alice").await.unwrap();
    assert_eq!(count(&pool(&a).await, "users").await, 2);
    assert_eq!(count(&pool(&b).await, "users").await, 2);
}

#[tokio::test]
async fn the_database_goes_away_with_the_context() {
    let ctx = start().await;
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    let path = Path::new(ctx.url().trim_start_matches("sqlite://")).to_owned();
    let beside = [
        path.with_extension("sqlite3-wal"),
        path.with_extension("sqlite3-shm"),
    ];
    assert!(path.exists());
    ctx.finish().await.unwrap();
    assert!(!path.exists());
    assert!(beside.iter().all(|path| !path.exists()));
}

#[tokio::test]
async fn the_database_goes_away_when_the_context_is_dropped() {
    let ctx = start().await;
    let path = Path::new(ctx.url().trim_start_matches("sqlite://")).to_owned();
    drop(ctx);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_clone_of_nothing_is_empty() {
    let ctx = test_context()
        .isolation(Isolation::Clone)
        .start()
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "sqlite_schema").await, 0);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_database_of_the_tests_own_is_in_wal_mode_even_if_it_starts_with_nothing() {
    for builder in [test_context(), shop(Isolation::Clone)] {
        for isolation in [Isolation::Clone, Isolation::Fresh] {
            let ctx = builder.clone().isolation(isolation).start().await.unwrap();
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
                .fetch_one(&pool(&ctx).await)
                .await
                .unwrap();
            assert_eq!(mode, "wal", "{isolation:?}");
            ctx.finish().await.unwrap();
        }
    }
}
