//! What the benches share: the ten-table schema and the work that one test does.

pub mod statements;

use sqlx::SqlitePool;

/// The directory of the migrations of the ten-table schema.
pub const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");

/// The same schema as one script.
pub const SCHEMA: &str = include_str!("../migrations/sqlite/1_init.sql");

/// The runtime that drives a bench.
#[must_use]
pub fn runtime() -> tokio::runtime::Runtime {
    // A bench that cannot have a runtime has nothing to measure.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// What one isolated test does: one insert and one count.
///
/// # Errors
/// When the database refuses.
pub async fn insert_and_count(pool: &SqlitePool) -> sqlx::Result<i64> {
    sqlx::query(
        "INSERT INTO users (username, email, date_joined)
         VALUES ('alice', 'alice@example.com', '2024-01-01T00:00:00.000000+00:00')",
    )
    .execute(pool)
    .await?;
    sqlx::query_scalar("SELECT COUNT(*) FROM users")
        .fetch_one(pool)
        .await
}
