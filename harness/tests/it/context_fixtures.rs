//! `fixtures(...)`: rows that a test starts with, found by label.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlitePool};
use testudo::Isolation;
use testudo::prelude::*;
use testudo::sql::Value;

use crate::scratch::Scratch;
use crate::{count, pool, shop};

fn id(ctx: &TestContext, label: &str) -> i64 {
    match ctx.labels().lookup(label).unwrap() {
        Value::I64(id) => *id,
        other => panic!("{other:?}"),
    }
}

async fn name(pool: &SqlitePool, id: i64) -> String {
    sqlx::query_scalar("SELECT name FROM users WHERE id = ?")
        .bind(id)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[orm_test(migrations = "tests/it/migrations/shop", fixtures("shop"))]
async fn rows_are_there_and_found_by_label(ctx: TestContext) {
    assert_eq!(count(&pool(&ctx).await, "users").await, 5);
    assert_eq!(
        name(&pool(&ctx).await, id(&ctx, "users.alice")).await,
        "Alice"
    );
    let (user, total): (i64, i64) =
        sqlx::query_as("SELECT user_id, total FROM orders WHERE id = ?")
            .bind(id(&ctx, "orders.first"))
            .fetch_one(&pool(&ctx).await)
            .await
            .unwrap();
    assert_eq!((user, total), (id(&ctx, "users.alice"), 100));
}

#[orm_test(
    migrations = "tests/it/migrations/shop",
    fixtures("shop"),
    isolation = "fresh"
)]
async fn a_fresh_database_has_them_too(ctx: TestContext) {
    assert_eq!(
        name(&pool(&ctx).await, id(&ctx, "users.alice")).await,
        "Alice"
    );
}

#[tokio::test]
async fn several_tests_of_one_template_share_its_labels() {
    for isolation in [Isolation::Rollback, Isolation::Clone, Isolation::Rollback] {
        let ctx = shop(isolation).fixtures(["shop"]).start().await.unwrap();
        assert_eq!(
            name(&pool(&ctx).await, id(&ctx, "users.alice")).await,
            "Alice"
        );
        ctx.finish().await.unwrap();
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows_and_another_seed_others() {
    let mut names = Vec::new();
    for seed in [1, 1, 2] {
        let ctx = shop(Isolation::Fresh)
            .fixtures(["seeded"])
            .seed(seed)
            .start()
            .await
            .unwrap();
        names.push(name(&pool(&ctx).await, id(&ctx, "users.alice")).await);
        ctx.finish().await.unwrap();
    }
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0], names[2]);
}

#[tokio::test]
async fn a_template_is_shared_between_seeds_only_if_its_rows_do_not_depend_on_them() {
    let mut names = Vec::new();
    for seed in [3, 4] {
        let ctx = shop(Isolation::Rollback)
            .fixtures(["seeded"])
            .seed(seed)
            .start()
            .await
            .unwrap();
        names.push(name(&pool(&ctx).await, id(&ctx, "users.alice")).await);
        ctx.finish().await.unwrap();
    }
    assert_ne!(names[0], names[1]);
}

#[tokio::test]
async fn a_fixture_file_that_is_not_there_is_a_mistake() {
    let error = shop(Isolation::Rollback)
        .fixtures(["shp"])
        .start()
        .await
        .unwrap_err();
    assert!(error.is_fixtures());
    assert_eq!(error.fixture_errors().unwrap().mistakes().len(), 1);
    assert!(error.to_string().contains("shop"), "{error}");
}

#[tokio::test]
async fn fixtures_in_a_file_of_somebody_else_roll_back() {
    let dir = Scratch::new();
    let path = dir.path().join("app_test.db");
    let connect = |path: &Path| {
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
    };
    connect(&path)
        .connect()
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    let url = format!("sqlite://{}", path.display());
    let ctx = shop(Isolation::Rollback)
        .fixtures(["shop"])
        .url(url)
        .start()
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 5);
    ctx.finish().await.unwrap();
    let mut connection = connect(&path).connect().await.unwrap();
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, 0);
    connection.close().await.unwrap();
}
