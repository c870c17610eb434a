//! Primary keys: of one column or of several, and the conditions that find rows by them.

mod conditions;
mod values;

use std::fmt::Debug;

use testudo_sql::Value;
use testudo_sql::schema::{Column, Table};

pub(crate) use self::conditions::{columns_are, is_key, key_expr, one_of};
pub use self::values::KeyValues;
use crate::row::RowReader;
use crate::{FieldType, Model, Result};

/// A type that a column of a primary key can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a primary key",
    note = "primary keys are integers (i16, i32, i64), String, Uuid, NaiveDate, or a newtype of these with \
            #[derive(FieldType, Debug, Clone, PartialEq)]"
)]
pub trait Key: FieldType<Base = Self> + Clone + PartialEq + Debug {
    /// Whether this stands for a key that the server has yet to give.
    fn is_unassigned(&self) -> bool {
        false
    }

    /// The key that the server gave, if this type of key can be given by a server.
    fn from_generated(_id: i64) -> Option<Self> {
        None
    }

    /// The key that this value is, if it fits the type.
    fn from_value(value: &Value) -> Option<Self>;

    /// Whether the server numbers keys of this type, unless the model says `generated = false`.
    const NUMBERED: bool = false;

    /// What a new row has that was given no key: what stands for the server's, or a fresh one.
    #[doc(hidden)]
    fn unset() -> Option<Self> {
        Self::fresh()
    }

    /// A key for a new row that was given none, if this type of key can be made up.
    fn fresh() -> Option<Self> {
        None
    }
}

/// A whole primary key: a [`Key`], or a tuple of them for a composite one.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// #[derive(Model, Debug)]
/// #[model(table = "seats")]
/// pub struct Seat {
///     #[field(primary_key, max_length = 2)]
///     row: String,
///     #[field(primary_key)]
///     number: i32,
///     #[field(default = false)]
///     taken: bool,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<Seat>()).await?;
/// Seat::builder().row("K").number(7).create(&db).await?;
/// let mut seat = Seat::get(&db, ("K", 7)).await?;
/// seat.taken = true;
/// seat.save(&db).await?;
/// assert_eq!(seat.primary_key(), ("K".to_owned(), 7));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a primary key",
    note = "primary keys are integers (i16, i32, i64), String, Uuid, NaiveDate, newtypes of these, or tuples"
)]
pub trait PrimaryKey: IntoKey<Self> + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// How many columns it has.
    const WIDTH: usize;

    /// The value of one of its columns, counted from 0.
    fn value(&self, part: usize) -> Value;

    /// The key that these values are, one for each column, if they fit.
    fn from_values(values: &[Value]) -> Option<Self>;

    /// Reads the key from columns of a table.
    #[doc(hidden)]
    fn read(
        reader: &mut RowReader<'_>,
        table: &'static Table,
        columns: &[&'static Column],
    ) -> Result<Self>;

    /// Whether this stands for a key that the server has yet to give.
    fn is_unassigned(&self) -> bool {
        false
    }

    /// The key that the server gave, if this type of key can be given by a server.
    fn from_generated(_id: i64) -> Option<Self> {
        None
    }
}

/// A value that stands for a primary key: `1` for an `i64`, `("K", 7)` for a `(String, i32)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a primary key of type `{K}`",
    label = "expected a `{K}`"
)]
pub trait IntoKey<K> {
    /// The key.
    fn into_key(self) -> K;
}

/// One column of a primary key, counted from 0.
#[diagnostic::on_unimplemented(
    message = "a primary key of type `{Self}` has no column {PART}",
    label = "this refers to more columns than the primary key has",
    note = "`references(...)` lists the columns of the primary key, all of them, in order"
)]
pub trait KeyPart<const PART: usize>: PrimaryKey {
    /// Its type.
    type Part: Key;
}

impl<K: Key> PrimaryKey for K {
    const WIDTH: usize = 1;

    fn value(&self, _part: usize) -> Value {
        self.to_value()
    }

    fn from_values(values: &[Value]) -> Option<Self> {
        match values {
            [value] => Self::from_value(value),
            _ => None,
        }
    }

    fn read(
        reader: &mut RowReader<'_>,
        table: &'static Table,
        columns: &[&'static Column],
    ) -> Result<Self> {
        reader.field(table, columns[0])
    }

    fn is_unassigned(&self) -> bool {
        Key::is_unassigned(self)
    }

    fn from_generated(id: i64) -> Option<Self> {
        Key::from_generated(id)
    }
}

impl<K: Key, T: Into<K>> IntoKey<K> for T {
    fn into_key(self) -> K {
        self.into()
    }
}

impl<K: Key> KeyPart<0> for K {
    type Part = K;
}

/// Composite keys. No part of one is numbered by a server.
macro_rules! tuples {
    ($($width:literal ($($part:tt $key:ident $source:ident)+);)+) => {$(
        impl<$($key: Key),+> PrimaryKey for ($($key,)+) {
            const WIDTH: usize = $width;

            fn value(&self, part: usize) -> Value {
                match part {
                    $($part => self.$part.to_value(),)+
                    _ => Value::Null,
                }
            }

            fn from_values(values: &[Value]) -> Option<Self> {
                if values.len() != $width {
                    return None;
                }
                Some(($($key::from_value(&values[$part])?,)+))
            }

            fn read(
                reader: &mut RowReader<'_>,
                table: &'static Table,
                columns: &[&'static Column],
            ) -> Result<Self> {
                Ok(($(reader.field::<$key>(table, columns[$part])?,)+))
            }
        }

        impl<$($key: Key, $source: Into<$key>),+> IntoKey<($($key,)+)> for ($($source,)+) {
            fn into_key(self) -> ($($key,)+) {
                ($(self.$part.into(),)+)
            }
        }
    )+};
}

tuples! {
    2 (0 A S 1 B T);
    3 (0 A S 1 B T 2 C U);
    4 (0 A S 1 B T 2 C U 3 D V);
    5 (0 A S 1 B T 2 C U 3 D V 4 E W);
    6 (0 A S 1 B T 2 C U 3 D V 4 E W 5 F X);
}

macro_rules! parts {
    ($($part:literal $is:ident ($($key:ident)+);)+) => {$(
        impl<$($key: Key),+> KeyPart<$part> for ($($key,)+) {
            type Part = $is;
        }
    )+};
}

parts! {
    0 A (A B); 1 B (A B);
    0 A (A B C); 1 B (A B C); 2 C (A B C);
    0 A (A B C D); 1 B (A B C D); 2 C (A B C D); 3 D (A B C D);
    0 A (A B C D E); 1 B (A B C D E); 2 C (A B C D E); 3 D (A B C D E); 4 E (A B C D E);
    0 A (A B C D E F); 1 B (A B C D E F); 2 C (A B C D E F); 3 D (A B C D E F); 4 E (A B C D E F);
    5 F (A B C D E F);
}

impl Key for uuid::Uuid {
    /// Also from text, which is how some schemas keep it.
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Uuid(key) => Some(*key),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A random UUID (version 4).
    fn fresh() -> Option<Self> {
        Some(uuid::Uuid::new_v4())
    }
}

macro_rules! integer_keys {
    ($($ty:ty),*) => {$(
        impl Key for $ty {
            const NUMBERED: bool = true;

            /// Zero: no server numbers a row with it.
            fn is_unassigned(&self) -> bool {
                *self == 0
            }

            fn unset() -> Option<Self> {
                Some(0)
            }

            fn from_generated(id: i64) -> Option<Self> {
                <$ty>::try_from(id).ok()
            }

            fn from_value(value: &Value) -> Option<Self> {
                match *value {
                    Value::I16(key) => key.try_into().ok(),
                    Value::I32(key) => key.try_into().ok(),
                    Value::I64(key) => key.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

integer_keys!(i16, i32, i64);

impl Key for String {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(key) => Some(key.to_string()),
            _ => None,
        }
    }
}

impl Key for chrono::NaiveDate {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Date(key) => Some(*key),
            _ => None,
        }
    }
}

/// A column of the primary key, counted from 0.
///
/// # Panics
/// When the key has no such column: the compiler evaluates this for each foreign key.
#[must_use]
pub const fn key_column<M: Model>(part: usize) -> &'static Column {
    &M::TABLE.columns[M::TABLE.primary_key[part]]
}

/// Whether the columns that a foreign key names are those of the primary key that it points to, in order.
/// Evaluated by the compiler.
#[must_use]
pub const fn is_key_of<M: Model>(named: &[&str]) -> bool {
    let key = M::TABLE.primary_key;
    let mut part = 0;
    while part < named.len() && part < key.len() {
        let column = &M::TABLE.columns[key[part]];
        if !same(named[part], column.name) && !same(named[part], column.field) {
            return false;
        }
        part += 1;
    }
    named.len() == key.len()
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    a.len() == b.len()
}

/// Whether the row waits for the server to number it.
pub(crate) fn is_unsaved<M: Model>(row: &M) -> bool {
    key_column::<M>(0).generated && row.primary_key().is_unassigned()
}
