//! Rows saved: INSERT, UPDATE by primary key, DELETE, many rows at once.

mod bulk;
mod get_or_create;

use chrono::Utc;
use testudo_sql::schema::Column;
use testudo_sql::{Assignment, CompareOp, Delete, Dialect, Expr, Source, Update, Value};

pub use self::get_or_create::GetOrCreate;
use crate::assign::{IntoColumns, positions};
use crate::model::{is_unsaved, primary_key_column};
use crate::queryset::own_column;
use crate::{Db, Error, FieldType, Model, QuerySet, Result, validate};

/// What can be done with one row, or with many rows at once.
pub trait Persist: Model {
    /// Inserts the row, and gives it the key that the server gave.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn insert(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        insert(self, db)
    }

    /// Saves all fields: an UPDATE by the primary key, or an INSERT where there is no such row yet.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn save(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        save(self, db)
    }

    /// Saves these fields (`update_fields` in Django and Tortoise), and those with `auto_now`, which
    /// follow every save.
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
    /// # let mut user = User::builder().username("alice").email("old@example.com").create(&db).await?;
    /// user.email = "new@example.com".to_owned();
    /// user.save_fields(&db, User::email).await?;
    /// assert_eq!(User::get(&db, user.id).await?.email, "new@example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a column is of another model, the row is not in the database, a value does not fit, or the
    /// database refuses.
    fn save_fields<C>(&mut self, db: &Db, fields: C) -> impl Future<Output = Result<()>> + Send
    where
        C: IntoColumns<Self> + Send,
    {
        let columns = fields.into_columns();
        async move {
            let mut columns = positions::<Self>(columns, "save")?;
            let before = own_values(self);
            self.touch(Utc::now(), false);
            for (position, before) in before.iter().enumerate() {
                if self.value(position) != *before && !columns.contains(&position) {
                    columns.push(position);
                }
            }
            if update(self, &columns, db).await? == 0 {
                return Err(Error::does_not_exist(Self::TABLE.model));
            }
            Ok(())
        }
    }

    /// Deletes the row.
    ///
    /// # Errors
    /// When it is not in the database, a foreign key forbids it, or the database refuses.
    fn delete(&self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        delete(self, db)
    }

    /// Reads the row again; relations that were fetched are not any more.
    ///
    /// # Errors
    /// When it is not in the database any more, or the database refuses.
    fn refresh(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        async move {
            *self = Self::get(db, self.primary_key()).await?;
            Ok(())
        }
    }

    /// Inserts many rows in few statements, all or none, and gives them their keys.
    ///
    /// # Errors
    /// When a value of any row does not fit its field (nothing is inserted), or the database refuses.
    fn bulk_create(
        db: &Db,
        rows: impl IntoIterator<Item = Self, IntoIter: Send> + Send,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send {
        let mut rows: Vec<Self> = rows.into_iter().collect();
        async move {
            bulk::insert(&mut rows, db).await?;
            Ok(rows)
        }
    }
}

impl<M: Model> Persist for M {}

pub(crate) async fn insert<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    bulk::insert(std::slice::from_mut(row), db).await
}

async fn save<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    if is_unsaved(row) {
        return insert(row, db).await;
    }
    row.touch(Utc::now(), false);
    let columns: Vec<usize> = (0..M::TABLE.columns.len())
        .filter(|position| !M::TABLE.primary_key.contains(position))
        .collect();
    let found = if columns.is_empty() {
        u64::from(
            QuerySet::<M>::with_primary_key(row.primary_key())
                .exists(db)
                .await?,
        )
    } else {
        update(row, &columns, db).await?
    };
    if found == 0 {
        return insert(row, db).await;
    }
    Ok(())
}

async fn update<M: Model>(row: &M, positions: &[usize], db: &Db) -> Result<u64> {
    if is_unsaved(row) {
        return Err(Error::not_saved(M::TABLE.model, "save some fields"));
    }
    let mut assignments = Vec::with_capacity(positions.len());
    for &position in positions {
        let column: &'static Column = &M::TABLE.columns[position];
        let value = row.value(position);
        validate::value(M::TABLE, column, &value, db.speaks().await?)?;
        assignments.push(Assignment::Column(column, Expr::Value(value)));
    }
    let update = Update {
        target: Source::Model(M::TABLE),
        assignments,
        filter: Some(key_condition(row)),
        returning: Vec::new(),
    };
    let compiled = update.compile(db.speaks().await?)?;
    Ok(db.run(compiled.sql, &compiled.binds).await?.rows_affected)
}

async fn delete<M: Model>(row: &M, db: &Db) -> Result<()> {
    let delete = Delete {
        target: Source::Model(M::TABLE),
        filter: Some(key_condition(row)),
        returning: Vec::new(),
    };
    let compiled = delete.compile(db.speaks().await?)?;
    match db.run(compiled.sql, &compiled.binds).await?.rows_affected {
        0 => Err(Error::does_not_exist(M::TABLE.model)),
        _ => Ok(()),
    }
}

fn key_condition<M: Model>(row: &M) -> Expr {
    let column = own_column::<M>(primary_key_column::<M>());
    Expr::Compare {
        column,
        op: CompareOp::Eq,
        value: row.primary_key().to_value(),
    }
}

fn own_values<M: Model>(row: &M) -> Vec<Value> {
    (0..M::TABLE.columns.len())
        .map(|position| row.value(position))
        .collect()
}

fn checked_values<M: Model>(row: &M, dialect: Dialect) -> Result<Vec<Value>> {
    let values = own_values(row);
    for (column, value) in M::TABLE.columns.iter().zip(&values) {
        validate::value(M::TABLE, column, value, dialect)?;
    }
    Ok(values)
}
