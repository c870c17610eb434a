//! The values that a statement binds.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use compact_str::CompactString;
use rust_decimal::Decimal;
use uuid::Uuid;

/// One bind parameter, owned.
///
/// Short text (up to 24 bytes) lies inline, so that a typical query set costs no allocation per value.
/// No variant is larger than that text, which leaves room for the tag: a value has three words.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A 16-bit integer.
    I16(i16),
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// A single-precision number.
    F32(f32),
    /// A double-precision number.
    F64(f64),
    /// Text.
    Text(CompactString),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// An exact decimal number.
    Decimal(Decimal),
    /// A UUID.
    Uuid(Uuid),
    /// A point in time, in UTC.
    DateTime(DateTime<Utc>),
    /// A date and a time of day without a zone.
    NaiveDateTime(NaiveDateTime),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A JSON document.
    Json(Box<serde_json::Value>),
    /// Several values in one bind: an array on Postgres, a JSON document on the others. Only
    /// [`InSet::Array`](crate::InSet::Array) binds it.
    Array(Box<[Value]>),
}

impl Value {
    /// Whether this is SQL `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {$(
        impl From<$source> for Value {
            fn from(value: $source) -> Self {
                Value::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool, i16 => I16, i32 => I32, i64 => I64, f32 => F32, f64 => F64,
    &str => Text, String => Text, CompactString => Text, Vec<u8> => Bytes, &[u8] => Bytes,
    Decimal => Decimal, Uuid => Uuid, DateTime<Utc> => DateTime, NaiveDateTime => NaiveDateTime,
    NaiveDate => Date, NaiveTime => Time, serde_json::Value => Json,
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_three_words() {
        assert_eq!(size_of::<Value>(), 24);
    }
}
