//! Values checked against their columns before a statement is sent.

use rust_decimal::Decimal;
use testudo_sql::schema::{Column, ColumnType, Table};
use testudo_sql::{Dialect, Value};

use crate::{Error, Model, Result, ValidationError};

/// The rules of one field: `min`, `pattern`, `validate` and their kin.
pub struct Validator<M> {
    /// The position of its column.
    pub position: usize,
    /// What is wrong with the field of this row.
    pub problems: fn(&M) -> Vec<String>,
}

/// What is wrong with one row.
#[derive(Default)]
pub(crate) struct Problems(Vec<ValidationError>);

impl Problems {
    /// Looks at a value of the row.
    pub(crate) fn value(
        &mut self,
        table: &'static Table,
        column: &'static Column,
        value: &Value,
        dialect: Dialect,
    ) {
        if let Some(problem) = problem(column, value, dialect) {
            self.add(table, column, problem);
        }
    }

    /// Asks the rules of the fields at these positions.
    pub(crate) fn rules<M: Model>(&mut self, row: &M, positions: &[usize]) {
        for validator in M::VALIDATORS {
            if !positions.contains(&validator.position) {
                continue;
            }
            let column = &M::TABLE.columns[validator.position];
            for problem in (validator.problems)(row) {
                self.add(M::TABLE, column, problem);
            }
        }
    }

    /// All of them as one error.
    pub(crate) fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Error::invalid(self.0))
    }

    fn add(&mut self, table: &'static Table, column: &'static Column, problem: String) {
        self.0.push(ValidationError {
            model: table.model,
            field: column.field,
            problem,
        });
    }
}

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
    let misfit = match (column.ty, value) {
        (_, Value::Null) => {
            return (!column.nullable).then(|| "it is NULL, and the column is NOT NULL".to_owned());
        }
        (ColumnType::VarChar(max), Value::Text(text)) => too_long(text, max),
        (ColumnType::SmallInt | ColumnType::Int, value) => overflow(column.ty, value),
        (ColumnType::Decimal { precision, scale }, value) => match value {
            Value::Decimal(number) => digits(number, precision, scale),
            Value::F32(number) => no_decimal(f64::from(*number)),
            Value::F64(number) => no_decimal(*number),
            _ => None,
        },
        // `Duration::to_value` stops there.
        (ColumnType::Duration, Value::I64(i64::MAX)) => {
            Some("it is longer than the 292,000 years that 64 bits of microseconds hold".to_owned())
        }
        _ => None,
    };
    misfit.or_else(|| value.misfit(dialect))
}

fn too_long(text: &str, max: u32) -> Option<String> {
    let length = text.chars().count();
    (length > max as usize).then(|| format!("it has {length} characters, and at most {max} fit"))
}

/// An integer against the width of its column. SQLite would keep it, and no field would read it back.
fn overflow(ty: ColumnType, value: &Value) -> Option<String> {
    let number = match *value {
        Value::I32(number) => i64::from(number),
        Value::I64(number) => number,
        _ => return None,
    };
    let (bits, fits) = match ty {
        ColumnType::SmallInt => (16, i16::try_from(number).is_ok()),
        _ => (32, i32::try_from(number).is_ok()),
    };
    (!fits).then(|| format!("{number} does not fit the {bits} bits of its column"))
}

fn no_decimal(number: f64) -> Option<String> {
    (!number.is_finite()).then(|| format!("{number} is no decimal number"))
}

/// The digits of a decimal against `max_digits` and `decimal_places`; trailing zeros do not count.
fn digits(number: &Decimal, precision: u8, scale: u8) -> Option<String> {
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
    (whole_digits > room).then(|| {
        format!("{number} has {whole_digits} digits before the point, and at most {room} fit")
    })
}
