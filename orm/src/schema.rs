//! The schema that models describe, as statements for each dialect.

use testudo_sql::ddl;
use testudo_sql::schema::Table;
use testudo_sql::{Dialect, Error as SqlError};

use crate::{Db, Model, Result};

/// The tables of a model: its own and those of its many-to-many relations.
#[must_use]
pub fn tables_of<M: Model>() -> Vec<&'static Table> {
    std::iter::once(M::TABLE)
        .chain(M::JOIN_TABLES.iter().copied())
        .collect()
}

/// The statements that create these tables with their constraints and indexes, in an order in which
/// foreign keys find their targets. Tables that they refer to are created too.
///
/// # Errors
/// When the dialect cannot express a column or constraint.
pub fn generate(dialect: Dialect, tables: &[&'static Table]) -> Result<Vec<String>, SqlError> {
    ddl::create_schema(dialect, tables)
}

/// Creates the tables of these models in a database: what Tortoise calls `generate_schemas`. For
/// tests and examples; production databases are changed by migrations.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// # #[derive(Model, Debug)]
/// # #[model(table = "users")]
/// # pub struct User {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     #[field(unique, max_length = 50)]
/// #     username: String,
/// #     email: String,
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// generate_schemas(&db, &tables_of::<User>()).await?;
/// assert_eq!(User::all().count(&db).await?, 0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the dialect cannot express a column or constraint, or the database refuses.
pub async fn generate_schemas(db: &Db, tables: &[&'static Table]) -> Result<()> {
    for statement in generate(db.speaks().await?, tables)? {
        db.execute(statement, &[]).await?;
    }
    Ok(())
}
