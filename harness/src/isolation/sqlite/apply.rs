//! Migrations, schema and fixtures, applied to a database.

use std::collections::HashMap;

use sqlx::migrate::{Migrate, MigrateError};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection, SqlitePool};
use testudo_orm::Db;
use testudo_orm::schema::generate;
use testudo_sql::Dialect;

use super::Image;
use crate::error::{Error, MigrationFailure};
use crate::fixtures::Labels;
use crate::migrations::{MigrationFile, Migrations, statements};
use crate::recipe::{Ingredients, Models, Schema};

/// Where `sqlx::migrate!` looks: an application that migrates at its start finds nothing to do.
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";
/// More of a statement than this does not help to find it.
const SHOWN: usize = 300;

/// Builds a database in memory from the ingredients: its image, and its rows by label.
pub(super) async fn build(ingredients: &Ingredients, seed: u64) -> Result<(Image, Labels), Error> {
    // A pool, because fixtures are loaded through the handle that models use; of one connection,
    // because that is the database.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(SqliteConnectOptions::new());
    let labels = apply(&pool, ingredients, seed).await?;
    let failed = |error| Error::database("build the template", error);
    let mut connection = pool.acquire().await.map_err(failed)?.detach();
    // SQLite has no image of a database without a page. The first writing transaction makes one, and
    // with it the header that says how the file is written.
    connection
        .execute("BEGIN IMMEDIATE; COMMIT")
        .await
        .map_err(failed)?;
    let image = connection.serialize(None).await.map_err(failed)?;
    Ok((image[..].into(), labels))
}

/// Applies the ingredients to the database of a pool.
pub(super) async fn apply(
    pool: &SqlitePool,
    ingredients: &Ingredients,
    seed: u64,
) -> Result<Labels, Error> {
    let mut connection = pool
        .acquire()
        .await
        .map_err(|error| Error::database("connect to the database", error))?;
    match &ingredients.schema {
        Schema::Empty => {}
        Schema::Migrations(migrations) => migrate(&mut connection, migrations).await?,
        Schema::Models(models) => create_tables(&mut connection, models).await?,
    }
    drop(connection);
    let db = Db::from(pool.clone());
    ingredients
        .fixtures
        .load(&db, seed)
        .await
        .map_err(Error::fixtures)
}

async fn create_tables(connection: &mut SqliteConnection, models: &Models) -> Result<(), Error> {
    let statements = generate(Dialect::Sqlite, &models.0)
        .map_err(|error| Error::configuration(format!("failed to generate the schema: {error}")))?;
    for statement in statements {
        let what = shortened(&statement);
        connection
            .execute(AssertSqlSafe(statement))
            .await
            .map_err(|error| Error::database(format!("create the schema with `{what}`"), error))?;
    }
    Ok(())
}

async fn migrate(connection: &mut SqliteConnection, migrations: &Migrations) -> Result<(), Error> {
    let applied = applied(connection)
        .await
        .map_err(|error| Error::database("read which migrations have run", unwrapped(error)))?;
    for file in &migrations.files {
        let migration = file.to_sqlx();
        match applied.get(&file.version) {
            Some(checksum) if *checksum == migration.checksum => {}
            Some(_) => {
                return Err(failure(
                    file,
                    None,
                    "it has changed since it was applied to this database".to_owned(),
                    None,
                ));
            }
            None => {
                if let Err(error) = connection.apply(MIGRATIONS_TABLE, &migration).await {
                    return Err(refused(connection, file, unwrapped(error)).await);
                }
            }
        }
    }
    Ok(())
}

async fn applied(
    connection: &mut SqliteConnection,
) -> Result<HashMap<i64, std::borrow::Cow<'static, [u8]>>, MigrateError> {
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

async fn refused(
    connection: &mut SqliteConnection,
    file: &MigrationFile,
    error: sqlx::Error,
) -> Error {
    let message = words(&error);
    let statement = find_statement(connection, &file.sql, &message).await;
    failure(file, statement, message, Some(error))
}

/// Runs the statements one by one to find the one that fails with this message, and undoes them.
///
/// A migration without a transaction may have left its first statements behind, and then another
/// message comes first: no statement is named rather than a wrong one.
async fn find_statement(
    connection: &mut SqliteConnection,
    script: &str,
    message: &str,
) -> Option<(usize, String)> {
    let mut transaction = connection.begin().await.ok()?;
    let mut found = None;
    for statement in statements(script) {
        if let Err(error) = transaction.execute(AssertSqlSafe(statement.text)).await {
            found = (words(&error) == message).then(|| (statement.line, shortened(statement.text)));
            break;
        }
    }
    transaction.rollback().await.ok()?;
    found
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

fn shortened(statement: &str) -> String {
    let one_line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &one_line[..end]),
        None => one_line,
    }
}
