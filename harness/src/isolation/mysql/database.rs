//! Databases, made and dropped.

use sqlx::MySqlConnection;

use super::MySql;
use super::admin::ask;
use super::packet::name;
use crate::error::Error;

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
        let drop_it = format!("DROP DATABASE IF EXISTS {}", name(database));
        ask(lease, drop_it, &format!("drop the database `{database}`"))
            .await
            .map(drop)
    }
}
