//! Databases, made and dropped.

use sqlx::MySqlConnection;

use super::MySql;
use super::admin::ask;
use super::packet::name;
use crate::error::Error;

/// Seconds that a drop waits for whoever still holds a lock.
const PATIENCE: u32 = 10;

impl MySql {
    /// Makes an empty database in place of one of that name.
    pub(super) async fn create(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
    ) -> Result<(), Error> {
        self.drop(lease, database).await?;
        // MariaDB's own default was latin1 for long.
        let create = format!("CREATE DATABASE {} CHARACTER SET utf8mb4", name(database));
        ask(lease, create, &format!("create the database `{database}`"))
            .await
            .map(drop)
    }

    /// Drops a database if it is there.
    pub(super) async fn drop(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
    ) -> Result<(), Error> {
        // A transaction that is left open would keep its tables.
        self.send_all_away(lease, database).await?;
        self.forget_template(database);
        // By default the server would wait for a year. A transaction that a test has prepared for two
        // phases outlives its connection and keeps its tables.
        let drop_it = format!(
            "SET lock_wait_timeout = {PATIENCE}; DROP DATABASE IF EXISTS {}",
            name(database)
        );
        let what = format!(
            "drop the database `{database}` (if something in it is locked: `XA RECOVER` lists what \
             tests have prepared, `XA ROLLBACK` ends it)"
        );
        ask(lease, drop_it, &what).await.map(drop)
    }
}
