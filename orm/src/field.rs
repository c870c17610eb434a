//! The Rust types that a field may have, and how each becomes a value and comes back.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use rust_decimal::Decimal;
use testudo_sql::Value;
use testudo_sql::schema::ColumnType;
use uuid::Uuid;

use crate::row::{Cell, CellError};

/// A type that a column can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a model's field",
    note = "fields are integers (i16, i32, i64), f32, f64, bool, String, Decimal, Uuid, chrono's dates and times, \
            serde_json::Value, Vec<u8>, std::time::Duration, an enum with #[derive(DbEnum)], a newtype with \
            #[derive(FieldType)], or an Option of these"
)]
pub trait FieldType: Sized + Send + Sync + 'static {
    /// The type without `Option`.
    type Base: FieldType;

    /// The column type where no attribute says otherwise.
    const COLUMN_TYPE: ColumnType;

    /// Whether `NULL` is a value of the type.
    const NULLABLE: bool = false;

    /// The only texts that the column may hold, for an enum.
    const CHOICES: Option<&'static [&'static str]> = None;

    /// The value to bind.
    fn to_value(&self) -> Value;

    /// The value read from a row.
    ///
    /// # Errors
    /// When the cell is NULL or holds what this type cannot.
    fn decode(cell: Cell<'_>) -> Result<Self, CellError>;

    /// The value of a field that was not set, if the type has one: `None`.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Gives a decimal as many digits after the point as its column has.
    #[doc(hidden)]
    fn rescale(&mut self, _scale: u32) {}
}

macro_rules! field_types {
    ($($ty:ty: $column:expr, $to_value:expr, $decode:expr $(, rescale $rescale:expr)?;)*) => {$(
        impl FieldType for $ty {
            type Base = $ty;
            const COLUMN_TYPE: ColumnType = $column;

            fn to_value(&self) -> Value {
                let to_value: fn(&$ty) -> Value = $to_value;
                to_value(self)
            }

            fn decode(cell: Cell<'_>) -> Result<Self, CellError> {
                let decode: fn(Cell<'_>) -> Result<$ty, CellError> = $decode;
                decode(cell)
            }

            $(fn rescale(&mut self, scale: u32) {
                let rescale: fn(&mut $ty, u32) = $rescale;
                rescale(self, scale);
            })?
        }
    )*};
}

field_types! {
    bool: ColumnType::Bool, |v| Value::Bool(*v), |c| c.bool();
    i16: ColumnType::SmallInt, |v| Value::I16(*v), |c| narrow(c.i64()?);
    i32: ColumnType::Int, |v| Value::I32(*v), |c| narrow(c.i64()?);
    i64: ColumnType::BigInt, |v| Value::I64(*v), |c| c.i64();
    f32: ColumnType::Real, |v| Value::F32(*v), |c| c.f32();
    f64: ColumnType::Double, |v| Value::F64(*v), |c| c.f64();
    String: ColumnType::Text, |v| Value::Text(v.as_str().into()), |c| c.text().map(str::to_owned);
    Vec<u8>: ColumnType::Bytes, |v| v.as_slice().into(), |c| c.bytes().map(<[u8]>::to_vec);
    Decimal: ColumnType::Decimal { precision: 18, scale: 6 }, |v| Value::Decimal(*v), |c| c.decimal(), rescale Decimal::rescale;
    Uuid: ColumnType::Uuid, |v| Value::Uuid(*v), |c| c.uuid();
    DateTime<Utc>: ColumnType::DateTime, |v| Value::DateTime(micros(*v)), |c| c.datetime();
    NaiveDateTime: ColumnType::NaiveDateTime, |v| Value::NaiveDateTime(micros(*v)), |c| c.naive_datetime();
    NaiveDate: ColumnType::Date, |v| Value::Date(*v), |c| c.date();
    NaiveTime: ColumnType::Time, |v| Value::Time(micros(*v)), |c| c.time();
    serde_json::Value: ColumnType::Json, |v| Value::Json(Box::new(v.clone())), |c| c.json();
    Duration: ColumnType::Duration,
        |v| Value::I64(i64::try_from(v.as_micros()).unwrap_or(i64::MAX)),
        |c| u64::try_from(c.i64()?).map(Duration::from_micros)
            .map_err(|_| CellError::new("a negative number of microseconds is no `Duration`"));
}

impl<T: FieldType<Base = T>> FieldType for Option<T> {
    type Base = T;
    const COLUMN_TYPE: ColumnType = T::COLUMN_TYPE;
    const NULLABLE: bool = true;
    const CHOICES: Option<&'static [&'static str]> = T::CHOICES;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, FieldType::to_value)
    }

    fn decode(cell: Cell<'_>) -> Result<Self, CellError> {
        if cell.is_null() {
            Ok(None)
        } else {
            T::decode(cell).map(Some)
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn rescale(&mut self, scale: u32) {
        if let Some(value) = self {
            value.rescale(scale);
        }
    }
}

/// Servers keep microseconds; a value is cut to them before it is sent, so that what was written
/// equals what is read on every backend.
pub fn micros<T: Timelike + Copy>(time: T) -> T {
    time.with_nanosecond(time.nanosecond() / 1_000 * 1_000)
        .unwrap_or(time)
}

fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T, CellError> {
    T::try_from(number).map_err(|_| {
        CellError::new(format!(
            "{number} does not fit `{}`",
            std::any::type_name::<T>()
        ))
    })
}
