//! SQLite opened by URL.

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::{PoolOptions, Result};

pub(super) async fn connect(url: &str, options: &PoolOptions) -> Result<SqlitePool> {
    let connect: SqliteConnectOptions = url.parse()?;
    let mut connect = connect.with_regexp();
    if let Some(statements) = options.statements() {
        connect = connect.statement_cache_capacity(statements);
    }
    let mut pool = options.apply(SqlitePoolOptions::new());
    if url.contains(":memory:") || url.contains("mode=memory") {
        // A database in memory is gone with its last connection, and connections that share one
        // refuse each other's statements instead of waiting: so there is one, and it stays.
        options.check_single()?;
        pool = pool
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None);
    }
    Ok(pool.connect_with(connect).await?)
}
