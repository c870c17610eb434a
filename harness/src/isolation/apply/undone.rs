//! Databases that undo what a migration did before it was refused: SQLite and Postgres.

use sqlx::Connection;
use sqlx::migrate::{Migrate, Migration};
use testudo_sql::Dialect;

use super::{Driver, MIGRATIONS_TABLE, Refused, shown, unwrapped, words};
use crate::migrations::{MigrationFile, statements};

pub(super) async fn migrate<D: Driver>(
    connection: &mut D::Connection,
    dialect: Dialect,
    file: &MigrationFile,
    migration: &Migration,
) -> Result<(), Refused> {
    let Err(error) = connection.apply(MIGRATIONS_TABLE, migration).await else {
        return Ok(());
    };
    let error = unwrapped(error);
    let statement = find_statement::<D>(connection, dialect, &file.sql, &words(&error)).await;
    Err(Refused { error, statement })
}

/// Runs the statements one by one to find the one that fails with this message, and undoes them.
///
/// A migration without a transaction may have left its first statements behind, and then another
/// message comes first: no statement is named rather than a wrong one.
async fn find_statement<D: Driver>(
    connection: &mut D::Connection,
    dialect: Dialect,
    script: &str,
    message: &str,
) -> Option<(usize, String)> {
    let mut transaction = connection.begin().await.ok()?;
    let mut found = None;
    for statement in statements(script, dialect) {
        if let Err(error) = D::execute(&mut transaction, statement.text.to_owned()).await {
            found = (words(&error) == message).then(|| shown(statement));
            break;
        }
    }
    transaction.rollback().await.ok()?;
    found
}
