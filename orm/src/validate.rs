//! Values checked against their columns before a statement is sent.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use testudo_sql::schema::{Column, ColumnType, Table};
use testudo_sql::{Dialect, Value};

use crate::{Error, Result};

/// What is wrong with the value for this column, if anything is.
pub(crate) fn value(
    table: &'static Table,
    column: &'static Column,
    value: &Value,
    dialect: Dialect,
) -> Result<()> {
    match problem(column, value, dialect) {
        Some(problem) => Err(Error::validation_of(table.model, column.field, problem)),
        None => Ok(()),
    }
}

fn problem(column: &Column, value: &Value, dialect: Dialect) -> Option<String> {
    match (column.ty, value) {
        (_, Value::Null) => {
            (!column.nullable).then(|| "it is NULL, and the column is NOT NULL".to_owned())
        }
        (ColumnType::VarChar(max), Value::Text(text)) => {
            let length = text.chars().count();
            let max = max as usize;
            if length > max {
                return Some(format!("it has {length} characters, and at most {max} fit"));
            }
            nul(text, dialect)
        }
        (_, Value::Text(text)) => nul(text, dialect),
        (ColumnType::Decimal { precision, scale }, Value::Decimal(number)) => {
            digits(number, precision, scale, dialect)
        }
        // `Duration::to_value` stops there.
        (ColumnType::Duration, Value::I64(i64::MAX)) => {
            Some("it is longer than the 292,000 years that 64 bits of microseconds hold".to_owned())
        }
        (_, Value::F32(number)) if number.is_nan() && dialect != Dialect::Postgres => {
            Some("NaN is no value for this database".to_owned())
        }
        (_, Value::F64(number)) if number.is_nan() && dialect != Dialect::Postgres => {
            Some("NaN is no value for this database".to_owned())
        }
        _ => None,
    }
}

/// Postgres keeps no NUL character in text; the others would, so the same row would differ.
fn nul(text: &str, dialect: Dialect) -> Option<String> {
    (dialect == Dialect::Postgres && text.contains('\0'))
        .then(|| "it has a NUL character, which Postgres keeps in no text".to_owned())
}

/// The digits of a decimal against `max_digits` and `decimal_places`; trailing zeros do not count.
fn digits(number: &Decimal, precision: u8, scale: u8, dialect: Dialect) -> Option<String> {
    let number = number.normalize();
    if number.scale() > u32::from(scale) {
        return Some(format!(
            "{number} has {} digits after the point, and at most {scale} fit; round it first",
            number.scale()
        ));
    }
    let whole = number.trunc().mantissa().unsigned_abs();
    let whole_digits = whole.checked_ilog10().map_or(0, |n| n + 1);
    let room = u32::from(precision - scale.min(precision));
    if whole_digits > room {
        return Some(format!(
            "{number} has {whole_digits} digits before the point, and at most {room} fit"
        ));
    }
    if dialect == Dialect::Sqlite && number.fract().is_zero() && number.to_i64().is_none() {
        return Some(format!(
            "{number} is beyond the integers that SQLite keeps; test this on a server"
        ));
    }
    let significant = number
        .mantissa()
        .unsigned_abs()
        .checked_ilog10()
        .map_or(0, |n| n + 1);
    if dialect == Dialect::Sqlite && significant > 15 && !number.fract().is_zero() {
        return Some(format!(
            "{number} has {significant} significant digits, and SQLite keeps 15; \
             round it, or test this on a server"
        ));
    }
    None
}
