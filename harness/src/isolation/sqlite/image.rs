//! The image of a database that is built in memory.

use sqlx::Executor;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use testudo_orm::Db;
use testudo_sql::Dialect;

use super::Image;
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::apply::apply;
use crate::recipe::Ingredients;

/// Builds a database in memory from the ingredients: its image, and its rows by label.
pub(super) async fn build(ingredients: &Ingredients, seed: u64) -> Result<(Image, Labels), Error> {
    // A pool, because fixtures are loaded through the handle that models use; of one connection,
    // because that is the database.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(SqliteConnectOptions::new());
    let labels = apply(
        &pool,
        &Db::from(pool.clone()),
        Dialect::Sqlite,
        ingredients,
        seed,
        true,
    )
    .await?;
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
