//! SQLite by sqlx: values to arguments, cells to values, errors to integrity errors.

mod connect;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::SecondsFormat;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{Sqlite, SqliteConnection, SqlitePool};
use testudo_sql::{Dialect, Value};

use super::{Done, Driver, session};
use crate::error::{Conflict, IntegrityError, IntegrityKind};
use crate::{Error, PoolOptions, Result};

/// Somebody else writes, or has written since this transaction has read.
const SQLITE_BUSY: i32 = 5;
/// Another connection of this process uses the table, in a cache that both share.
const SQLITE_LOCKED: i32 = 6;

impl Driver for Sqlite {
    const DIALECTS: &'static [Dialect] = &[Dialect::Sqlite];

    const PARAMETERS: &'static [&'static str] = &["mode", "cache", "immutable", "vfs"];

    async fn open(url: &str, options: &PoolOptions) -> Result<SqlitePool> {
        connect::connect(url, options).await
    }

    async fn ask(_: &mut SqliteConnection) -> Result<Dialect> {
        Ok(Dialect::Sqlite)
    }

    async fn arguments(
        _: &mut SqliteConnection,
        _: &Arc<String>,
        binds: &[&Value],
    ) -> Result<Option<SqliteArguments>> {
        let mut arguments = SqliteArguments::default();
        sqlx::Arguments::reserve(&mut arguments, binds.len(), 0);
        for value in binds {
            bind(&mut arguments, value).map_err(session::unbound)?;
        }
        Ok(Some(arguments))
    }

    fn done(result: &SqliteQueryResult) -> Done {
        Done {
            rows_affected: result.rows_affected(),
            first_key: None,
        }
    }

    fn conflict(error: &dyn DatabaseError) -> Option<Conflict> {
        let code: i32 = error.code()?.parse().ok()?;
        // The upper bytes say more: SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED_SHAREDCACHE.
        matches!(code & 0xff, SQLITE_BUSY | SQLITE_LOCKED).then_some(Conflict::Refused)
    }

    async fn refine(_: &mut SqliteConnection, error: sqlx::Error, sql: &str) -> Error {
        refine(error, sql)
    }
}

fn bind(arguments: &mut SqliteArguments, value: &Value) -> Result<(), sqlx::error::BoxDynError> {
    use sqlx::Arguments;
    match value {
        Value::Null => arguments.add(None::<i64>),
        Value::Bool(v) => arguments.add(*v),
        Value::I16(v) => arguments.add(*v),
        Value::I32(v) => arguments.add(*v),
        Value::I64(v) => arguments.add(*v),
        Value::F32(v) => arguments.add(f64::from(*v)),
        Value::F64(v) => arguments.add(*v),
        Value::Text(v) => arguments.add(v.as_str()),
        Value::Bytes(v) => arguments.add(&**v),
        Value::Decimal(v) => match exact_integer(v) {
            Some(integer) => arguments.add(integer),
            None => arguments.add(real(v)?),
        },
        Value::Uuid(v) => arguments.add(v.as_bytes().as_slice()),
        Value::DateTime(v) => arguments.add(v.to_rfc3339_opts(SecondsFormat::Micros, false)),
        Value::NaiveDateTime(v) => arguments.add(v.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()),
        Value::Date(v) => arguments.add(v.format("%Y-%m-%d").to_string()),
        Value::Time(v) => arguments.add(v.format("%H:%M:%S%.6f").to_string()),
        Value::Json(v) => arguments.add(v.to_string()),
        Value::Array(values) => arguments.add(super::array::json(values)?),
        other => Err(format!("{other:?} is a value that SQLite cannot bind").into()),
    }
}

fn exact_integer(number: &Decimal) -> Option<i64> {
    if number.fract().is_zero() {
        number.to_i64()
    } else {
        None
    }
}

/// SQLite has no exact decimals. A double holds every decimal of up to 15 significant digits
/// exactly enough to give it back; beyond that the value would change silently, so it is refused.
fn real(number: &Decimal) -> Result<f64, sqlx::error::BoxDynError> {
    let digits = number
        .normalize()
        .mantissa()
        .unsigned_abs()
        .checked_ilog10()
        .map_or(1, |n| n + 1);
    if digits > 15 {
        return Err(format!(
            "SQLite keeps 15 significant digits of a decimal and {number} has {digits}; \
             round it, or test this on a server"
        )
        .into());
    }
    // By text: the nearest double to the decimal, as SQLite's own parser would find it.
    Ok(number.to_string().parse()?)
}

/// Integrity errors are told apart by SQLite's extended code; table and columns stand in its words.
fn refine(error: sqlx::Error, sql: &str) -> Error {
    let Some(database) = error.as_database_error() else {
        return Error::database(error, Some(sql));
    };
    let Some(kind) = integrity_kind(database) else {
        return Error::database(error, Some(sql));
    };
    let message = database.message().to_owned();
    let named = message
        .split_once("failed: ")
        .map_or("", |(_, names)| names);
    let (mut table, mut columns, mut constraint) = (None, Vec::new(), None);
    match kind {
        IntegrityKind::Unique | IntegrityKind::NotNull => {
            for name in named.split(", ") {
                if let Some((t, column)) = name.rsplit_once('.') {
                    table = Some(t.to_owned());
                    columns.push(column.to_owned());
                }
            }
            // `index 'name'`: a unique index on an expression has no columns to tell.
            if let Some(index) = named.strip_prefix("index '") {
                constraint = Some(index.trim_end_matches('\'').to_owned());
            }
        }
        IntegrityKind::Check => constraint = (!named.is_empty()).then(|| named.to_owned()),
        IntegrityKind::ForeignKey => {}
    }
    Error::integrity_of(IntegrityError {
        kind,
        constraint,
        table,
        columns,
        message,
    })
}

fn integrity_kind(error: &dyn DatabaseError) -> Option<IntegrityKind> {
    match error.kind() {
        ErrorKind::UniqueViolation => Some(IntegrityKind::Unique),
        ErrorKind::ForeignKeyViolation => Some(IntegrityKind::ForeignKey),
        ErrorKind::NotNullViolation => Some(IntegrityKind::NotNull),
        ErrorKind::CheckViolation => Some(IntegrityKind::Check),
        // ON DELETE RESTRICT is a trigger to SQLite, and fails with the code of one
        // (SQLITE_CONSTRAINT_TRIGGER), which sqlx does not count among the foreign keys. The words
        // tell it from a trigger of the user's.
        _ if error.code().as_deref() == Some("1811")
            && error.message() == "FOREIGN KEY constraint failed" =>
        {
            Some(IntegrityKind::ForeignKey)
        }
        _ => None,
    }
}
