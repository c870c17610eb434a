//! What a row of a hand-written query can become: a model, a struct, a tuple.

use testudo_sql::schema::Table;

use crate::row::{Row, RowReader};
use crate::{Error, FieldType, Model, Result};

/// A type that a row of [`raw`](crate::raw) is read as: a model or a struct with `#[derive(Projection)]`
/// by the names of its columns, a tuple by their order.
#[diagnostic::on_unimplemented(
    message = "a row cannot be read as `{Self}`",
    note = "read rows as models, as tuples such as `(i64, String)` or `(i64,)`, or as structs with \
            `#[derive(Projection)]`"
)]
pub trait FromRow: Sized + Send + 'static {
    /// Which columns it is read from.
    fn columns() -> Columns;

    /// The value of a row, whose columns come in that order.
    ///
    /// # Errors
    /// When a value is not of the type of its field.
    fn read(reader: &mut RowReader<'_>) -> Result<Self>;
}

/// Which columns of a result are read, and in which order.
#[derive(Debug, Clone, Copy)]
pub enum Columns {
    /// Those of a model, by their names.
    Of(&'static Table),
    /// Those of these names.
    Named(&'static [&'static str]),
    /// All of them, as many as this.
    All(usize),
}

impl Columns {
    /// Where the columns stand in a row.
    pub(crate) fn places(self, row: &Row) -> Result<Vec<usize>> {
        let names = row.0.names();
        match self {
            Columns::Of(table) => {
                let place = |column: &testudo_sql::schema::Column| {
                    place(&names, column.name, &|| {
                        format!("`{}.{}`", table.model, column.field)
                    })
                };
                table.columns.iter().map(place).collect()
            }
            Columns::Named(wanted) => {
                let place = |name: &&str| place(&names, name, &|| format!("the field `{name}`"));
                wanted.iter().map(place).collect()
            }
            Columns::All(count) if count == names.len() => Ok((0..count).collect()),
            Columns::All(count) => Err(Error::decode(
                format!("a tuple of {count}"),
                format!("the result has {} columns", names.len()),
            )),
        }
    }
}

/// Where the one column of this name stands. Names are compared as servers do, without case.
fn place(names: &[&str], wanted: &str, field: &dyn Fn() -> String) -> Result<usize> {
    let is_wanted = |&place: &usize| names[place].eq_ignore_ascii_case(wanted);
    let mut places = (0..names.len()).filter(is_wanted);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (None, _) => Err(Error::decode(
            field(),
            format!(
                "the result has no column `{wanted}`; it has `{}`",
                names.join("`, `")
            ),
        )),
        (Some(_), Some(_)) => Err(Error::decode(
            field(),
            format!("the result has several columns `{wanted}`; name the others by AS"),
        )),
    }
}

impl<M: Model> FromRow for M {
    fn columns() -> Columns {
        Columns::Of(M::TABLE)
    }

    fn read(reader: &mut RowReader<'_>) -> Result<Self> {
        M::read(reader)
    }
}

macro_rules! tuples {
    ($([$($name:ident)+])+) => {$(
        impl<$($name: FieldType),+> FromRow for ($($name,)+) {
            fn columns() -> Columns {
                Columns::All([$(stringify!($name)),+].len())
            }

            fn read(reader: &mut RowReader<'_>) -> Result<Self> {
                Ok(($(reader.expression::<$name>("a column of a raw query")?,)+))
            }
        }
    )+};
}
crate::tuples::for_each_tuple!(tuples);
