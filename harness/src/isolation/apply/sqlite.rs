//! SQLite: a migration is undone when it is refused.

use sqlx::migrate::Migration;
use sqlx::{AssertSqlSafe, Executor, Sqlite, SqliteConnection};
use testudo_sql::Dialect;

use super::{Driver, Refused, undone};
use crate::migrations::MigrationFile;

impl Driver for Sqlite {
    const IS_SERVER: bool = false;

    async fn execute(connection: &mut SqliteConnection, sql: String) -> Result<(), sqlx::Error> {
        connection.execute(AssertSqlSafe(sql)).await.map(drop)
    }

    async fn migrate(
        connection: &mut SqliteConnection,
        file: &MigrationFile,
        migration: &Migration,
    ) -> Result<(), Refused> {
        undone::migrate::<Sqlite>(connection, Dialect::Sqlite, file, migration).await
    }
}
