//! What a derive implements for a model, and what every model can do.

use chrono::{DateTime, Utc};
use testudo_sql::Value;
use testudo_sql::schema::{Column, ColumnType, Table};

use crate::builder::ModelBuilder;
use crate::path::{ModelPath, PathHandle};
use crate::row::RowReader;
use crate::{Db, FieldType, Filter, QuerySet, Result};

/// A struct that is a row of a table. Derive it with `#[derive(Model)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(Model)]` to `{Self}`"
)]
pub trait Model: Sized + Send + Sync + 'static {
    /// The type of the primary key.
    type PrimaryKey: Key;
    /// The columns as seen over a path, and the relations that lead on from there.
    type Columns<P: ModelPath<Target = Self>>: PathHandle<Path = P>;
    /// Sets fields one by one and fills in defaults.
    type Builder: ModelBuilder<Model = Self>;

    /// The table.
    const TABLE: &'static Table;
    /// The type of the primary key's column, which foreign keys to this model have too.
    const KEY_TYPE: ColumnType;
    /// The tables between this model and those that it has a many-to-many relation with.
    const JOIN_TABLES: &'static [&'static Table];

    /// The columns as seen over a path.
    fn columns<P: ModelPath<Target = Self>>() -> Self::Columns<P>;

    /// A builder with no field set.
    fn builder() -> Self::Builder;

    /// The primary key of this row.
    fn primary_key(&self) -> Self::PrimaryKey;

    /// Gives the row its primary key, and its relation fields the row that they belong to.
    #[doc(hidden)]
    fn set_primary_key(&mut self, key: Self::PrimaryKey);

    /// A row read from the database, column by column.
    #[doc(hidden)]
    fn read(reader: &mut RowReader<'_>) -> Result<Self>;

    /// The value of the column at this position of the table.
    #[doc(hidden)]
    fn value(&self, position: usize) -> Value;

    /// Sets the fields that follow the clock: `auto_now`, and `auto_now_add` for a row that is new.
    #[doc(hidden)]
    fn touch(&mut self, now: DateTime<Utc>, is_new: bool);

    /// All rows.
    fn all() -> QuerySet<Self> {
        QuerySet::new()
    }

    /// The rows that satisfy a condition.
    fn filter(condition: Filter<Self>) -> QuerySet<Self> {
        QuerySet::new().filter(condition)
    }

    /// The rows that do not satisfy a condition.
    fn exclude(condition: Filter<Self>) -> QuerySet<Self> {
        QuerySet::new().exclude(condition)
    }

    /// The row with this primary key.
    ///
    /// # Errors
    /// When there is none ([`is_does_not_exist`](crate::Error::is_does_not_exist)) or the database refuses.
    fn get(
        db: &Db,
        key: impl Into<Self::PrimaryKey> + Send,
    ) -> impl Future<Output = Result<Self>> + Send {
        let query = QuerySet::<Self>::with_primary_key(key.into());
        async move { query.get(db).await }
    }
}

/// A type that can be a primary key.
pub trait Key: FieldType<Base = Self> + Clone + PartialEq + std::fmt::Debug {
    /// Whether this stands for a key that the server has yet to give.
    fn is_unassigned(&self) -> bool {
        false
    }

    /// The key that the server gave, if this type of key can be given by a server.
    fn from_generated(_id: i64) -> Option<Self> {
        None
    }

    /// A key for a new row that was given none, if this type of key can be made up.
    fn fresh() -> Option<Self> {
        None
    }
}

impl Key for uuid::Uuid {
    /// A random UUID (version 4).
    fn fresh() -> Option<Self> {
        Some(uuid::Uuid::new_v4())
    }
}

macro_rules! integer_keys {
    ($($ty:ty),*) => {$(
        impl Key for $ty {
            /// Zero: no server numbers a row with it.
            fn is_unassigned(&self) -> bool {
                *self == 0
            }

            fn from_generated(id: i64) -> Option<Self> {
                <$ty>::try_from(id).ok()
            }
        }
    )*};
}

integer_keys!(i16, i32, i64);

macro_rules! keys {
    ($($ty:ty),*) => {$(
        impl Key for $ty {}
    )*};
}

keys!(String, chrono::NaiveDate);

/// The primary key's column.
#[must_use]
pub const fn primary_key_column<M: Model>() -> &'static Column {
    &M::TABLE.columns[M::TABLE.primary_key[0]]
}
