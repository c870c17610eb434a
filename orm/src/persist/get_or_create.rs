//! A row found by some of its columns, or created.

use testudo_sql::{CompareOp, Expr};

use super::{auto_now, before_update, insert, update};
use crate::assign::{IntoColumns, positions};
use crate::builder::ModelBuilder;
use crate::queryset::own_column;
use crate::{Db, Error, Filter, Model, QuerySet, Result};

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

    /// The row that has the builder's values in the `lookup` columns, with these fields set to the
    /// builder's values and saved, those with `auto_now` too; or a new row of all its values. The second
    /// value tells whether it is new.
    ///
    /// Two callers at the same time change the same row one after the other, provided that a unique
    /// constraint covers the lookup columns. On MySQL and MariaDB, within a transaction of yours, one of
    /// two that both insert may be chosen to end a deadlock, as with any two that lock rows.
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
    /// let david = |email: &str| User::builder().username("david").email(email);
    /// let (user, created) = david("old@example.com").update_or_create(&db, User::username, User::email).await?;
    /// assert!(created);
    /// let (same, created) = david("new@example.com").update_or_create(&db, User::username, User::email).await?;
    /// assert!(!created && same.id == user.id && same.email == "new@example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When several rows match, a value does not fit its field, or the database refuses.
    fn update_or_create<L, F>(
        self,
        db: &Db,
        lookup: L,
        fields: F,
    ) -> impl Future<Output = Result<(Self::Model, bool)>> + Send
    where
        L: IntoColumns<Self::Model> + Send,
        F: IntoColumns<Self::Model> + Send,
    {
        let (lookup, fields) = (lookup.into_columns(), fields.into_columns());
        let built = self.build();
        async move {
            let lookup = positions::<Self::Model>(lookup, "look up")?;
            let fields = positions::<Self::Model>(fields, "update")?;
            update_or_create(built?, &lookup, fields, db).await
        }
    }
}

impl<B: ModelBuilder> GetOrCreate for B {}

/// The rows that have these of the row's values.
fn alike<M: Model>(row: &M, lookup: &[usize]) -> QuerySet<M> {
    lookup.iter().fold(QuerySet::new(), |query, &position| {
        query.filter(Filter::from_expr(Expr::Compare {
            column: own_column::<M>(&M::TABLE.columns[position]),
            op: CompareOp::Eq,
            value: row.value(position),
        }))
    })
}

async fn get_or_create<M: Model>(mut row: M, lookup: &[usize], db: &Db) -> Result<(M, bool)> {
    let query = alike(&row, lookup);
    if let Some(found) = query.clone().get_or_none(db).await? {
        return Ok((found, false));
    }
    match insert_alone(&mut row, db).await {
        Ok(()) => Ok((row, true)),
        Err(error) if error.is_unique_violation() => match latest(query, db).get_or_none(db).await?
        {
            Some(found) => Ok((found, false)),
            None => Err(error),
        },
        Err(error) => Err(error),
    }
}

async fn update_or_create<M: Model>(
    mut row: M,
    lookup: &[usize],
    fields: Vec<usize>,
    db: &Db,
) -> Result<(M, bool)> {
    let query = alike(&row, lookup);
    // Without a lock: MySQL would lock the gap where there is no row yet, against one another.
    if query.clone().exists(db).await?
        && let Some(found) = change(&mut row, &query, &fields, db).await?
    {
        return Ok((found, false));
    }
    match insert_alone(&mut row, db).await {
        Ok(()) => Ok((row, true)),
        Err(error) if error.is_unique_violation() => {
            match change(&mut row, &query, &fields, db).await? {
                Some(found) => Ok((found, false)),
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// In a transaction of its own: where this is a savepoint, a refusal leaves the rest usable; and
/// where it is not, the locks of a refused INSERT are gone after it.
async fn insert_alone<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    db.transaction(async |tx| insert(row, &tx).await).await
}

/// Reads what others have committed, also in a transaction that otherwise goes on seeing the rows as
/// they were when it began.
fn latest<M: Model>(query: QuerySet<M>, db: &Db) -> QuerySet<M> {
    if db.is_transaction() {
        query.select_for_update()
    } else {
        query
    }
}

/// Gives the row that is there these fields of the other.
async fn change<M: Model>(
    row: &mut M,
    query: &QuerySet<M>,
    fields: &[usize],
    db: &Db,
) -> Result<Option<M>> {
    let unsaved = row.primary_key();
    let changed = db.transaction(async |tx| {
        let Some(found) = query.clone().select_for_update().get_or_none(&tx).await? else {
            return Ok(None);
        };
        row.set_primary_key(found.primary_key());
        let mut columns = fields.to_vec();
        before_update(row, &mut columns, &tx).await?;
        for position in auto_now(row) {
            if !columns.contains(&position) {
                columns.push(position);
            }
        }
        if !columns.is_empty() {
            update(row, &columns, &tx).await?;
        }
        let saved = M::get(&tx, row.primary_key()).await?;
        if let Some(receivers) = tx.receivers::<M>() {
            receivers.after_save(&saved, false, &tx).await?;
        }
        Ok::<_, Error>(Some(saved))
    });
    let changed = changed.await?;
    if changed.is_none() {
        row.set_primary_key(unsaved);
    }
    Ok(changed)
}
