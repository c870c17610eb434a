//! A row found by some of its columns, or created.

use testudo_sql::{CompareOp, Expr};

use super::{insert, own_values};
use crate::assign::{IntoColumns, positions};
use crate::builder::ModelBuilder;
use crate::queryset::own_column;
use crate::{Db, Filter, Model, QuerySet, Result};

/// A row that is there already, or a new one.
pub trait GetOrCreate: ModelBuilder {
    /// The row that has the builder's values in the `lookup` columns, or a new row of all its values.
    /// The second value tells whether it is new.
    ///
    /// Two callers at the same time get the same row, provided that a unique constraint covers the
    /// lookup columns.
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
    /// let david = || User::builder().username("david").email("david@example.com");
    /// let (user, created) = david().get_or_create(&db, User::username).await?;
    /// assert!(created);
    /// let (same, created) = david().get_or_create(&db, User::username).await?;
    /// assert!(!created && same.id == user.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When several rows match, a value does not fit its field, or the database refuses.
    fn get_or_create<C>(
        self,
        db: &Db,
        lookup: C,
    ) -> impl Future<Output = Result<(Self::Model, bool)>> + Send
    where
        C: IntoColumns<Self::Model> + Send,
    {
        let columns = lookup.into_columns();
        let built = self.build();
        async move {
            let lookup = positions::<Self::Model>(columns, "look up")?;
            get_or_create(built?, &lookup, db).await
        }
    }
}

impl<B: ModelBuilder> GetOrCreate for B {}

async fn get_or_create<M: Model>(mut row: M, lookup: &[usize], db: &Db) -> Result<(M, bool)> {
    let values = own_values(&row);
    let mut query = QuerySet::<M>::new();
    for &position in lookup {
        let condition = Expr::Compare {
            column: own_column::<M>(&M::TABLE.columns[position]),
            op: CompareOp::Eq,
            value: values[position].clone(),
        };
        query = query.filter(Filter::from_expr(condition));
    }
    if let Some(found) = query.clone().get_or_none(db).await? {
        return Ok((found, false));
    }
    // In a transaction of its own: where this is a savepoint, a refusal leaves the rest usable.
    match db.transaction(async |tx| insert(&mut row, &tx).await).await {
        Ok(()) => Ok((row, true)),
        Err(error) if error.is_unique_violation() => match query.get_or_none(db).await? {
            Some(found) => Ok((found, false)),
            None => Err(error),
        },
        Err(error) => Err(error),
    }
}
