//! SQLite opened by URL.

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::Result;

pub(super) async fn connect(url: &str) -> Result<SqlitePool> {
    let options: SqliteConnectOptions = url.parse()?;
    let options = options.with_regexp();
    let mut pool = SqlitePoolOptions::new();
    if url.contains(":memory:") || url.contains("mode=memory") {
        // A database in memory is gone with its last connection, and connections that share one
        // refuse each other's statements instead of waiting: so there is one, and it stays.
        pool = pool
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None);
    }
    Ok(pool.connect_with(options).await?)
}
