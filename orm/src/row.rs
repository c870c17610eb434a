//! Rows as they come from a driver, read by position.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::schema::{Column, ColumnType, Table};
use uuid::Uuid;

use crate::driver;
use crate::{Error, FieldType, Result};

/// A row of a result.
#[derive(Debug)]
pub struct Row(pub(crate) driver::Row);

impl Row {
    /// The value at a position, counted from 0.
    ///
    /// # Errors
    /// When there is no such position or the value is not of type `T`.
    pub fn get<T: FieldType>(&self, position: usize) -> Result<T> {
        self.0
            .cell(position)
            .map(Cell)
            .and_then(T::decode)
            .map_err(|e| Error::decode(format!("column {position} of a row"), e.0))
    }

    /// How many columns the row has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the row has no column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One value of a row, not yet decoded.
pub struct Cell<'r>(pub(crate) driver::Cell<'r>);

/// Why a cell could not be decoded.
#[derive(Debug)]
pub struct CellError(pub(crate) String);

impl CellError {
    /// An error with this text.
    pub fn new(problem: impl Into<String>) -> Self {
        CellError(problem.into())
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident -> $ty:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// When the cell is NULL or holds something else.
        pub fn $name(self) -> std::result::Result<$ty, CellError> {
            self.0.$name()
        }
    )*};
}

impl<'r> Cell<'r> {
    /// Whether the cell holds NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }

    readers! {
        /// A boolean.
        bool -> bool;
        /// An integer.
        i64 -> i64;
        /// A single-precision number.
        f32 -> f32;
        /// A double-precision number.
        f64 -> f64;
        /// Text.
        text -> &'r str;
        /// Bytes.
        bytes -> &'r [u8];
        /// An exact number.
        decimal -> Decimal;
        /// A UUID.
        uuid -> Uuid;
        /// A point in time.
        datetime -> DateTime<Utc>;
        /// A date and time without a zone.
        naive_datetime -> NaiveDateTime;
        /// A date.
        date -> NaiveDate;
        /// A time of day.
        time -> NaiveTime;
        /// A JSON document.
        json -> serde_json::Value;
    }
}

/// Reads a row from left to right: a model's columns, then those of the models joined to it.
pub struct RowReader<'r> {
    row: &'r driver::Row,
    position: usize,
    /// Where in the row stands what is read first, second and so on, if not at these places.
    places: Option<&'r [usize]>,
}

impl<'r> RowReader<'r> {
    pub(crate) fn new(row: &'r Row) -> Self {
        RowReader {
            row: &row.0,
            position: 0,
            places: None,
        }
    }

    /// A reader of values in another order than they stand in the row.
    pub(crate) fn in_order(row: &'r Row, places: &'r [usize]) -> Self {
        RowReader {
            places: Some(places),
            ..RowReader::new(row)
        }
    }

    /// The next value.
    fn next(&mut self) -> std::result::Result<Cell<'r>, CellError> {
        let position = match self.places {
            None => self.position,
            Some(places) => places.get(self.position).copied().unwrap_or(usize::MAX),
        };
        self.position += 1;
        self.row.cell(position).map(Cell)
    }

    /// The next value, which belongs to this column of a model.
    ///
    /// # Errors
    /// When the value is not of type `T`; names the model and the field.
    pub fn field<T: FieldType>(
        &mut self,
        table: &'static Table,
        column: &'static Column,
    ) -> Result<T> {
        let mut value = self
            .next()
            .and_then(T::decode)
            .map_err(|e| Error::decode(format!("`{}.{}`", table.model, column.field), e.0))?;
        // SQLite keeps `99.90` as the number 99.9; the column's scale puts the digit back.
        if let ColumnType::Decimal { scale, .. } = column.ty {
            value.rescale(u32::from(scale));
        }
        Ok(value)
    }

    /// The next value of an expression.
    pub(crate) fn expression<T: FieldType>(&mut self, what: &str) -> Result<T> {
        self.value(T::decode, what)
    }

    /// The next value, which is called so in the result.
    ///
    /// # Errors
    /// When the value is not of type `T`; names the column.
    pub fn named<T: FieldType>(&mut self, name: &str) -> Result<T> {
        self.next()
            .and_then(T::decode)
            .map_err(|e| Error::decode(format!("the column `{name}`"), e.0))
    }

    /// The next value, read in this way.
    pub(crate) fn value<T>(
        &mut self,
        read: impl FnOnce(Cell<'r>) -> Result<T, CellError>,
        what: &str,
    ) -> Result<T> {
        self.next()
            .and_then(read)
            .map_err(|e| Error::decode(what, e.0))
    }

    /// Whether the value this many places ahead is NULL.
    pub(crate) fn is_null_ahead(&self, places: usize) -> bool {
        self.row
            .cell(self.position + places)
            .is_ok_and(|cell| cell.is_null())
    }

    pub(crate) fn skip(&mut self, places: usize) {
        self.position += places;
    }
}
