//! Migrations from a directory, in sqlx's layout.

use std::path::Path;

use testudo::prelude::*;
use testudo::{Error, Isolation};

use crate::scratch::Scratch;
use crate::{count, pool, shop};

async fn error(dir: &Path) -> Error {
    test_context().migrations(dir).start().await.unwrap_err()
}

#[tokio::test]
async fn up_migrations_run_and_down_migrations_do_not() {
    let ctx = shop(Isolation::Rollback).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "orders").await, 0);
    assert_eq!(count(&pool(&ctx).await, "users").await, 1);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn an_application_that_migrates_at_its_start_finds_nothing_to_do() {
    let ctx = shop(Isolation::Clone).start().await.unwrap();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/migrations/shop");
    let migrator = sqlx::migrate::Migrator::new(dir).await.unwrap();
    migrator.run(&pool(&ctx).await).await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 1);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn versions_run_in_the_order_of_their_numbers() {
    let dir = Scratch::new()
        .with("10_b.sql", "INSERT INTO t VALUES (2);")
        .with("9_a.sql", "CREATE TABLE t (x);");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 1);
}

#[tokio::test]
async fn a_migration_without_a_transaction_runs_outside_one() {
    let dir = Scratch::new()
        .with("1_t.sql", "CREATE TABLE t (x);")
        .with("2_vacuum.sql", "-- no-transaction\nVACUUM;");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 0);
}

#[tokio::test]
async fn a_migration_that_fails_is_named_with_its_statement_and_the_servers_words() {
    let dir = Scratch::new()
        .with("1_good.sql", "CREATE TABLE a (x);")
        .with(
            "2_bad.sql",
            "-- orders\nCREATE TABLE b (x);\n\nCREATE TABEL\n  c (x);\nSELECT 1;",
        );
    let error = error(dir.path()).await;
    assert!(error.is_migration());
    assert_eq!(
        error.to_string(),
        format!(
            "migration `{}` failed at line 4: near \"TABEL\": syntax error; in the statement `CREATE \
             TABEL c (x)`",
            dir.path().join("2_bad.sql").display()
        )
    );
}

#[tokio::test]
async fn a_fresh_database_reports_a_failing_migration_alike() {
    let dir = Scratch::new().with("1_bad.sql", "INSERT INTO nowhere VALUES (1);");
    let error = test_context()
        .migrations(dir.path())
        .isolation(Isolation::Fresh)
        .start()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no such table: nowhere"),
        "{error}"
    );
    assert!(error.to_string().contains("at line 1"), "{error}");
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_named() {
    let error = error(Path::new("no/such/dir")).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("no/such/dir");
    let start = format!(
        "failed to read the migrations directory `{}`: ",
        path.display()
    );
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[tokio::test]
async fn a_directory_without_migrations_is_a_mistake() {
    let dir = Scratch::new()
        .with("init.sql", "SELECT 1;")
        .with("README.md", "");
    let error = error(dir.path()).await;
    assert!(error.is_configuration());
    assert!(error.to_string().contains("has no migrations"), "{error}");
    assert!(
        error.to_string().ends_with("passed over: `init.sql`"),
        "{error}"
    );
}

#[tokio::test]
async fn two_migrations_of_one_version_are_a_mistake() {
    let dir = Scratch::new()
        .with("1_a.sql", "SELECT 1;")
        .with("1_b.up.sql", "SELECT 1;")
        .with("1_b.down.sql", "SELECT 1;");
    let error = error(dir.path()).await.to_string();
    assert!(
        error.starts_with("two migrations have the same version: "),
        "{error}"
    );
    assert!(
        error.contains("1_a.sql` and `") || error.contains("1_b.up.sql` and `"),
        "{error}"
    );
}

#[tokio::test]
async fn a_version_that_is_no_number_is_a_mistake() {
    let dir = Scratch::new().with("first_init.sql", "SELECT 1;");
    let error = error(dir.path()).await;
    assert!(error.is_migration());
    assert!(
        error.to_string().contains("`first` is no version"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_of_the_backend_has_its_migrations() {
    let dir = Scratch::new()
        .with("sqlite/1_t.sql", "CREATE TABLE t (x);")
        .with("postgres/1_t.sql", "this is for Postgres alone");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 0);
    ctx.finish().await.unwrap();
    // A file in the folder is noticed like one in the directory itself.
    let dir = dir.with("sqlite/2_u.sql", "CREATE TABLE u (x);");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "u").await, 0);
}

#[tokio::test]
async fn migrations_beside_the_folder_of_the_backend_are_a_mistake() {
    let dir = Scratch::new()
        .with("sqlite/1_t.sql", "CREATE TABLE t (x);")
        .with("2_u.sql", "CREATE TABLE u (x);");
    let error = error(dir.path()).await;
    assert!(error.is_configuration());
    let start = format!(
        "the folder `{}` has migrations for sqlite, and `{}` lies beside it; ",
        dir.path().join("sqlite").display(),
        dir.path().join("2_u.sql").display()
    );
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[tokio::test]
async fn a_folder_of_another_backend_is_passed_over() {
    let dir = Scratch::new()
        .with("postgres/1_t.sql", "this is for Postgres alone")
        .with("1_t.sql", "CREATE TABLE t (x);");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 0);
}
