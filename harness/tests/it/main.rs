//! The harness as its users see it.

#[cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod capabilities;
mod child;
mod clone;
mod context_fixtures;
mod crowd;
mod file;
mod fixture_rows;
mod fixtures;
mod fresh;
mod migrations;
mod models;
mod mysql;
mod orm_test;
mod postgres;
mod rollback;
mod rstest;
mod scratch;
mod servers;
mod template;
mod ui;

use testudo::prelude::*;
use testudo::{Isolation, TestContextBuilder};

/// A context on the tables of `tests/it/migrations/shop`.
fn shop(isolation: Isolation) -> TestContextBuilder {
    test_context()
        .migrations("tests/it/migrations/shop")
        .isolation(isolation)
}

async fn pool(ctx: &TestContext) -> SqlitePool {
    ctx.pool().await.unwrap()
}

async fn count(pool: &sqlx::SqlitePool, table: &'static str) -> i64 {
    let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(statement).fetch_one(pool).await.unwrap()
}

async fn add_user(pool: &sqlx::SqlitePool, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO users (name) VALUES (?)")
        .bind(name)
        .execute(pool)
        .await
        .map(|_| ())
}
