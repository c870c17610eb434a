//! Values that a server would not take, or not give back: found before a statement is sent.

use chrono::{Datelike, NaiveDate, Timelike};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::{Dialect, Value};

impl Value {
    /// Why a server of the dialect would refuse the value wherever it stands, or would keep another
    /// one; nothing if it takes it.
    ///
    /// ```
    /// use testudo_sql::{Dialect, Value};
    ///
    /// let nul = Value::from("a\0b");
    /// assert!(nul.misfit(Dialect::Postgres).is_some());
    /// assert!(nul.misfit(Dialect::Sqlite).is_none());
    /// ```
    #[must_use]
    #[inline]
    pub fn misfit(&self, dialect: Dialect) -> Option<String> {
        match self {
            Value::Null
            | Value::Bool(_)
            | Value::I16(_)
            | Value::I32(_)
            | Value::I64(_)
            | Value::Bytes(_)
            | Value::Uuid(_) => None,
            Value::Text(text) => match dialect {
                Dialect::Postgres => nul(text),
                Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => None,
            },
            Value::F32(number) => float(f64::from(*number), dialect),
            Value::F64(number) => float(*number, dialect),
            Value::Decimal(number) => decimal(number, dialect),
            Value::DateTime(time) => {
                year(time.date_naive(), dialect).or_else(|| leap_second(time.nanosecond()))
            }
            Value::NaiveDateTime(time) => {
                year(time.date(), dialect).or_else(|| leap_second(time.nanosecond()))
            }
            Value::Date(date) => year(*date, dialect),
            Value::Time(time) => leap_second(time.nanosecond()),
            Value::Json(document) => match dialect {
                Dialect::Postgres => nul_within(document),
                Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => None,
            },
            Value::Array(values) => values.iter().find_map(|value| value.misfit(dialect)),
        }
    }
}

/// Postgres keeps no NUL character in text; the others do.
fn nul(text: &str) -> Option<String> {
    text.contains('\0')
        .then(|| "it has a NUL character, which Postgres keeps in no text".to_owned())
}

fn nul_within(document: &serde_json::Value) -> Option<String> {
    match document {
        serde_json::Value::String(text) => nul(text),
        serde_json::Value::Array(items) => items.iter().find_map(nul_within),
        serde_json::Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| nul(name).or_else(|| nul_within(member))),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => None,
    }
}

/// SQLite turns NaN into NULL; MySQL and MariaDB have neither NaN nor infinity.
#[inline]
fn float(number: f64, dialect: Dialect) -> Option<String> {
    if number.is_finite() {
        return None;
    }
    let kept = match dialect {
        Dialect::Postgres => true,
        Dialect::Sqlite => number.is_infinite(),
        Dialect::MySql | Dialect::MariaDb => false,
    };
    (!kept).then(|| format!("{number} is no number to {dialect}"))
}

/// SQLite has no exact decimals: whole ones are 64-bit integers, others doubles, which give back
/// every decimal of up to 15 significant digits.
fn decimal(number: &Decimal, dialect: Dialect) -> Option<String> {
    match dialect {
        Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => return None,
        Dialect::Sqlite => {}
    }
    if number.fract().is_zero() {
        return number.to_i64().is_none().then(|| {
            format!("{number} is beyond the integers that SQLite keeps; test this on a server")
        });
    }
    let digits = number.normalize().mantissa().unsigned_abs();
    let digits = digits.checked_ilog10().map_or(1, |n| n + 1);
    (digits > 15).then(|| {
        format!(
            "{number} has {digits} significant digits, and SQLite keeps 15; round it, or test \
             this on a server"
        )
    })
}

fn year(date: NaiveDate, dialect: Dialect) -> Option<String> {
    let (first, last) = dialect.years();
    let year = date.year();
    (year < first || year > last)
        .then(|| format!("the year {year} is out of the range of {dialect}, {first} to {last}"))
}

/// chrono counts the nanoseconds of a leap second on from those of the second before.
fn leap_second(nanosecond: u32) -> Option<String> {
    (nanosecond >= 1_000_000_000)
        .then(|| "it lies within a leap second, which no server keeps".to_owned())
}
