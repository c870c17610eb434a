//! New rows: a builder per model, with defaults and validation.

use testudo_sql::Value;

use crate::{Db, Model, Result};

/// Sets the fields of a new row; a derive makes one for each model, with a method per field.
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
/// # generate_schemas(&db, &tables_of::<User>()).await?;
/// let user = User::builder().username("alice").email("alice@example.com").create(&db).await?;
/// assert_eq!(User::get(&db, user.id).await?.username, "alice");
/// # Ok(())
/// # }
/// ```
pub trait ModelBuilder: Sized + Send {
    /// The model.
    type Model: Model;

    /// The row, not yet saved.
    ///
    /// # Errors
    /// When a field without a default was not set; all such fields are named.
    fn build(self) -> Result<Self::Model>;

    /// Sets the foreign key whose first column is at this position of the table.
    #[doc(hidden)]
    #[must_use]
    fn refer(self, _position: usize, _key: &[Value]) -> Self {
        self
    }

    /// Saves the row and returns it as the database keeps it: with its key.
    ///
    /// # Errors
    /// When a field is missing or does not fit, or the database refuses.
    fn create(self, db: &Db) -> impl Future<Output = Result<Self::Model>> + Send {
        let built = self.build();
        async move {
            let mut row = built?;
            crate::persist::insert(&mut row, db).await?;
            Ok(row)
        }
    }
}
