//! Migrations, schema and fixtures, applied to a database of any kind.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod undone;

use std::borrow::Cow;
use std::collections::HashMap;

use sqlx::migrate::{Migrate, MigrateError, Migration};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Pool};
use testudo_orm::Db;
use testudo_orm::schema::generate;
use testudo_sql::Dialect;

use crate::error::{Error, MigrationFailure};
use crate::fixtures::Labels;
use crate::migrations::{MigrationFile, Migrations, Statement};
use crate::recipe::{Ingredients, Models, Schema};

/// Where `sqlx::migrate!` looks: an application that migrates at its start finds nothing to do.
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";
/// More of a statement than this does not help to find it.
const SHOWN: usize = 300;

/// What is done differently on each kind of database.
///
/// The futures are `Send` because tests run on any runtime.
pub(crate) trait Driver: sqlx::Database<Connection: Migrate> {
    /// Whether a session's settings outlive a migration and the connection can be opened again.
    const IS_SERVER: bool;

    /// Runs statements without binds.
    fn execute(
        connection: &mut Self::Connection,
        sql: String,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Runs a migration and notes that it has run.
    fn migrate(
        connection: &mut Self::Connection,
        file: &MigrationFile,
        migration: &Migration,
    ) -> impl Future<Output = Result<(), Refused>> + Send;
}

/// A migration that the database refused.
pub(crate) struct Refused {
    error: sqlx::Error,
    /// The statement and the line that it starts on, where they could be told apart.
    statement: Option<(usize, String)>,
}

/// Applies the ingredients to the database of a pool: schema, then fixtures unless they are for the test to
/// load.
///
/// `db` is a handle on the same pool.
pub(super) async fn apply<D: Driver>(
    pool: &Pool<D>,
    db: &Db,
    dialect: Dialect,
    ingredients: &Ingredients,
    seed: u64,
    with_fixtures: bool,
) -> Result<Labels, Error> {
    make_tables(pool, dialect, &ingredients.schema).await?;
    if !with_fixtures {
        return Ok(Labels::default());
    }
    ingredients
        .fixtures
        .load(db, seed)
        .await
        .map_err(Error::fixtures)
}

async fn make_tables<D: Driver>(
    pool: &Pool<D>,
    dialect: Dialect,
    schema: &Schema,
) -> Result<(), Error> {
    if matches!(schema, Schema::Empty) {
        return Ok(());
    }
    let mut connection = pool
        .acquire()
        .await
        .map_err(|error| Error::database("connect to the database", error))?;
    match schema {
        Schema::Empty => Ok(()),
        Schema::Models(models) => create_tables::<D>(&mut connection, dialect, models).await,
        Schema::Migrations(migrations) => {
            migrate::<D>(&mut connection, migrations).await?;
            renew(connection).await
        }
    }
}

/// Ends the session of a server: `SET foreign_key_checks = 0` or an empty `search_path`, which scripts
/// leave behind, are not meant for the fixtures.
async fn renew<D: Driver>(connection: PoolConnection<D>) -> Result<(), Error> {
    if !D::IS_SERVER {
        return Ok(());
    }
    connection
        .detach()
        .close()
        .await
        .map_err(|error| Error::database("end the session of the migrations", error))
}

async fn create_tables<D: Driver>(
    connection: &mut D::Connection,
    dialect: Dialect,
    models: &Models,
) -> Result<(), Error> {
    for statement in generate(dialect, &models.0).map_err(Error::schema)? {
        let what = shortened(&statement);
        D::execute(connection, statement)
            .await
            .map_err(|error| Error::database(format!("create the schema with `{what}`"), error))?;
    }
    Ok(())
}

async fn migrate<D: Driver>(
    connection: &mut D::Connection,
    migrations: &Migrations,
) -> Result<(), Error> {
    let applied = applied(connection)
        .await
        .map_err(|error| Error::database("read which migrations have run", unwrapped(error)))?;
    for file in &migrations.files {
        let migration = file.to_sqlx();
        match applied.get(&file.version) {
            Some(checksum) if *checksum == migration.checksum => {}
            Some(_) => {
                let message = "it has changed since it was applied to this database";
                return Err(failure(file, None, message.to_owned(), None));
            }
            None => D::migrate(connection, file, &migration).await.map_err(
                |Refused { error, statement }| failure(file, statement, words(&error), Some(error)),
            )?,
        }
    }
    Ok(())
}

async fn applied(
    connection: &mut impl Migrate,
) -> Result<HashMap<i64, Cow<'static, [u8]>>, MigrateError> {
    connection.ensure_migrations_table(MIGRATIONS_TABLE).await?;
    let applied = connection.list_applied_migrations(MIGRATIONS_TABLE).await?;
    Ok(applied
        .into_iter()
        .map(|migration| (migration.version, migration.checksum))
        .collect())
}

fn unwrapped(error: MigrateError) -> sqlx::Error {
    match error {
        MigrateError::ExecuteMigration(error, _) | MigrateError::Execute(error) => error,
        other => sqlx::Error::Migrate(Box::new(other)),
    }
}

fn failure(
    file: &MigrationFile,
    statement: Option<(usize, String)>,
    message: String,
    source: Option<sqlx::Error>,
) -> Error {
    Error::migration(MigrationFailure {
        file: file.path.clone(),
        statement,
        message,
        source,
    })
}

/// The server's own words, without the driver's introduction.
fn words(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

/// A statement as an error shows it.
fn shown(statement: Statement<'_>) -> (usize, String) {
    (statement.line, shortened(statement.text))
}

fn shortened(statement: &str) -> String {
    let one_line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &one_line[..end]),
        None => one_line,
    }
}
