//! Postgres: a migration is undone when it is refused.

use sqlx::migrate::Migration;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres};
use testudo_sql::Dialect;

use super::{Driver, Refused, undone};
use crate::migrations::MigrationFile;

impl Driver for Postgres {
    const IS_SERVER: bool = true;

    async fn execute(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
        connection.execute(AssertSqlSafe(sql)).await.map(drop)
    }

    async fn migrate(
        connection: &mut PgConnection,
        file: &MigrationFile,
        migration: &Migration,
    ) -> Result<(), Refused> {
        undone::migrate::<Postgres>(connection, Dialect::Postgres, file, migration).await
    }
}
