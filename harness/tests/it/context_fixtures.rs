//! `fixtures(...)`: rows that a test starts with, found by label.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use testudo::Isolation;
use testudo::prelude::*;
use testudo::sql::Value;
use testudo_orm::FieldType;

use crate::scratch::Scratch;
use crate::{count, pool, shop};

fn id(ctx: &TestContext, label: &str) -> i64 {
    match ctx.labels().lookup(label).unwrap() {
        Value::I64(id) => *id,
        other => panic!("{other:?}"),
    }
}

/// The first column of the row of a table with this label.
async fn cell<T: FieldType>(ctx: &TestContext, column: &str, label: &str) -> T {
    let (table, _) = label.split_once('.').unwrap();
    let sql = format!("SELECT {column} FROM {table} WHERE id = {}", id(ctx, label));
    ctx.db().fetch_all(sql, &[]).await.unwrap()[0]
        .get(0)
        .unwrap()
}

async fn name(ctx: &TestContext, label: &str) -> String {
    cell(ctx, "name", label).await
}

async fn users(ctx: &TestContext) -> i64 {
    let rows = ctx
        .db()
        .fetch_all("SELECT count(*) FROM users", &[])
        .await
        .unwrap();
    rows[0].get(0).unwrap()
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn rows_are_there_and_found_by_label(ctx: TestContext) {
    assert_eq!(users(&ctx).await, 5);
    assert_eq!(name(&ctx, "users.alice").await, "Alice");
    let user: i64 = cell(&ctx, "user_id", "orders.first").await;
    let total: i64 = cell(&ctx, "total", "orders.first").await;
    assert_eq!((user, total), (id(&ctx, "users.alice"), 100));
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop"),
    isolation = "fresh"
)]
async fn a_fresh_database_has_them_too(ctx: TestContext) {
    assert_eq!(name(&ctx, "users.alice").await, "Alice");
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn several_tests_of_one_template_share_its_labels(outer: TestContext) {
    for isolation in [Isolation::Rollback, Isolation::Clone, Isolation::Rollback] {
        let ctx = shop(isolation)
            .backend(outer.backend())
            .fixtures(["shop"])
            .start()
            .await
            .unwrap();
        assert_eq!(name(&ctx, "users.alice").await, "Alice");
        ctx.finish().await.unwrap();
    }
}

/// The name of `users.alice`, which follows from the seed.
async fn seeded_name(backend: Backend, isolation: Isolation, seed: u64) -> String {
    let ctx = shop(isolation)
        .backend(backend)
        .fixtures(["seeded"])
        .seed(seed)
        .start()
        .await
        .unwrap();
    let name = name(&ctx, "users.alice").await;
    ctx.finish().await.unwrap();
    name
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn the_same_seed_makes_the_same_rows_and_another_seed_others(outer: TestContext) {
    for isolation in [Isolation::Fresh, Isolation::Rollback, Isolation::Clone] {
        let of = |seed| seeded_name(outer.backend(), isolation, seed);
        assert_eq!(of(1).await, of(1).await, "{isolation:?}");
        assert_ne!(of(1).await, of(2).await, "{isolation:?}");
    }
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn a_template_is_shared_between_seeds_only_if_its_rows_do_not_depend_on_them(
    outer: TestContext,
) {
    let of = |seed| seeded_name(outer.backend(), Isolation::Rollback, seed);
    assert_ne!(of(3).await, of(4).await);
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn seeded_rows_that_are_refused_are_blamed_and_leave_nothing(outer: TestContext) {
    let wrong =
        "users: { alice: { name: '${uuid}' } }\norders: { lost: { user_id: 99, total: 1 } }";
    let dir = Scratch::new().with("wrong.yml", wrong);
    for isolation in [Isolation::Rollback, Isolation::Clone] {
        let builder = shop(isolation).backend(outer.backend());
        let error = builder
            .clone()
            .fixtures_dir(dir.path())
            .fixtures(["wrong"])
            .start()
            .await
            .unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("the database refused `orders.lost`"),
            "{message}"
        );
        let ctx = builder.start().await.unwrap();
        assert_eq!(users(&ctx).await, 1);
        ctx.finish().await.unwrap();
    }
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
