//! SQLite by sqlx: values to arguments, cells to values, errors to integrity errors.

mod connect;
#[cfg(test)]
mod tests;

use chrono::SecondsFormat;
use futures_util::TryStreamExt;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, SqlitePool};
use testudo_sql::Value;

pub(super) use self::connect::connect;
use super::{Done, Pool};
use crate::error::{IntegrityError, IntegrityKind};
use crate::row::CellError;
use crate::{Db, Error, Result};

impl From<SqlitePool> for Db {
    fn from(pool: SqlitePool) -> Self {
        Db::on(Pool::Sqlite(pool))
    }
}

pub(super) async fn acquire(pool: &SqlitePool) -> Result<PoolConnection<Sqlite>> {
    Ok(pool.acquire().await?)
}

pub(super) async fn execute(
    connection: &mut SqliteConnection,
    sql: String,
    binds: &[&Value],
) -> Result<Done> {
    let arguments = arguments(binds)?;
    // The compiler quotes every identifier and binds every value.
    match sqlx::query_with(AssertSqlSafe(sql.as_str()), arguments)
        .execute(connection)
        .await
    {
        Ok(done) => Ok(Done {
            rows_affected: done.rows_affected(),
        }),
        Err(error) => Err(refine(error, &sql)),
    }
}

pub(super) async fn fetch(
    connection: &mut SqliteConnection,
    sql: String,
    binds: &[&Value],
    each: &mut (dyn FnMut(super::Row) -> Result<()> + Send),
) -> Result<()> {
    let arguments = arguments(binds)?;
    let mut rows = sqlx::query_with(AssertSqlSafe(sql.as_str()), arguments).fetch(connection);
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => each(super::Row::Sqlite(row))?,
            Ok(None) => return Ok(()),
            Err(error) => return Err(refine(error, &sql)),
        }
    }
}

pub(super) async fn script(connection: &mut SqliteConnection, sql: &str) -> Result<()> {
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await {
        Ok(_) => Ok(()),
        Err(error) => Err(refine(error, sql)),
    }
}

pub(super) fn cell(row: &SqliteRow, position: usize) -> Result<SqliteValueRef<'_>, CellError> {
    let columns = sqlx::Row::len(row);
    if position >= columns {
        return Err(CellError::new(format!("the row has {columns} columns")));
    }
    sqlx::Row::try_get_raw(row, position).map_err(|e| CellError::new(e.to_string()))
}

fn arguments(binds: &[&Value]) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    sqlx::Arguments::reserve(&mut arguments, binds.len(), 0);
    for value in binds {
        bind(&mut arguments, value).map_err(|e| Error::database(sqlx::Error::Encode(e), None))?;
    }
    Ok(arguments)
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
        Value::Bytes(v) => arguments.add(v.as_slice()),
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

/// A cell's value as a Rust type. The stored class is checked: SQLite itself would turn the text
/// `abc` into the integer 0.
pub(super) mod decode {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use rust_decimal::Decimal;
    use sqlx::sqlite::SqliteValueRef;
    use sqlx::{Decode, Sqlite, TypeInfo, ValueRef};
    use uuid::Uuid;

    use crate::row::CellError;

    type Decoded<T> = Result<T, CellError>;

    #[derive(PartialEq, Clone, Copy)]
    enum Class {
        Integer,
        Real,
        Text,
        Blob,
    }

    fn class(value: &SqliteValueRef<'_>, wanted: &str) -> Decoded<Class> {
        match value.type_info().name() {
            "INTEGER" => Ok(Class::Integer),
            "REAL" => Ok(Class::Real),
            "TEXT" => Ok(Class::Text),
            "BLOB" => Ok(Class::Blob),
            "NULL" => Err(CellError::new(format!(
                "the value is NULL, not {wanted}; make the type an `Option`"
            ))),
            other => Err(CellError::new(format!(
                "the value is of class {other}, not {wanted}"
            ))),
        }
    }

    fn expect(value: &SqliteValueRef<'_>, wanted: &str, classes: &[Class]) -> Decoded<Class> {
        let class = class(value, wanted)?;
        if classes.contains(&class) {
            return Ok(class);
        }
        let found = value.type_info().name().to_owned();
        Err(CellError::new(format!(
            "the value is {found}, not {wanted}"
        )))
    }

    fn read<'r, T: Decode<'r, Sqlite>>(value: SqliteValueRef<'r>) -> Decoded<T> {
        T::decode(value).map_err(|e| CellError::new(e.to_string()))
    }

    pub(in crate::driver) fn bool(value: SqliteValueRef<'_>) -> Decoded<bool> {
        expect(&value, "a boolean", &[Class::Integer])?;
        read(value)
    }

    pub(in crate::driver) fn i64(value: SqliteValueRef<'_>) -> Decoded<i64> {
        expect(&value, "an integer", &[Class::Integer])?;
        read(value)
    }

    pub(in crate::driver) fn f32(value: SqliteValueRef<'_>) -> Decoded<f32> {
        expect(&value, "a number", &[Class::Integer, Class::Real])?;
        read(value)
    }

    pub(in crate::driver) fn f64(value: SqliteValueRef<'_>) -> Decoded<f64> {
        expect(&value, "a number", &[Class::Integer, Class::Real])?;
        read(value)
    }

    pub(in crate::driver) fn text(value: SqliteValueRef<'_>) -> Decoded<&str> {
        expect(&value, "text", &[Class::Text])?;
        read(value)
    }

    pub(in crate::driver) fn bytes(value: SqliteValueRef<'_>) -> Decoded<&[u8]> {
        expect(&value, "bytes", &[Class::Blob, Class::Text])?;
        read(value)
    }

    pub(in crate::driver) fn decimal(value: SqliteValueRef<'_>) -> Decoded<Decimal> {
        let wanted = "a decimal";
        match expect(&value, wanted, &[Class::Integer, Class::Real, Class::Text])? {
            Class::Integer => Ok(Decimal::from(read::<i64>(value)?)),
            // Fifteen digits: what a double keeps of a decimal. The noise of sums lies behind them.
            Class::Real => {
                let number = format!("{:.14e}", read::<f64>(value)?);
                Decimal::from_scientific(&number)
                    .map(|d| d.normalize())
                    .map_err(|e| CellError::new(format!("{number} is no decimal: {e}")))
            }
            Class::Text | Class::Blob => {
                let text: &str = read(value)?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no decimal: {e}")))
            }
        }
    }

    pub(in crate::driver) fn uuid(value: SqliteValueRef<'_>) -> Decoded<Uuid> {
        match expect(&value, "a UUID", &[Class::Blob, Class::Text])? {
            Class::Text => {
                let text: &str = read(value)?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no UUID: {e}")))
            }
            _ => Uuid::from_slice(read(value)?).map_err(|e| CellError::new(e.to_string())),
        }
    }

    /// The text of a date or time: RFC 3339, or SQL's form with a blank, as `CURRENT_TIMESTAMP` is.
    fn naive(text: &str) -> Option<NaiveDateTime> {
        let text = text
            .strip_suffix('Z')
            .or(text.strip_suffix("+00:00"))
            .unwrap_or(text);
        [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M",
        ]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    }

    pub(in crate::driver) fn datetime(value: SqliteValueRef<'_>) -> Decoded<DateTime<Utc>> {
        let text = text(value)?;
        if let Some(time) = naive(text) {
            return Ok(time.and_utc());
        }
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .map_err(|e| CellError::new(format!("`{text}` is no date and time: {e}")))
    }

    pub(in crate::driver) fn naive_datetime(value: SqliteValueRef<'_>) -> Decoded<NaiveDateTime> {
        let text = text(value)?;
        naive(text).ok_or_else(|| CellError::new(format!("`{text}` is no date and time")))
    }

    pub(in crate::driver) fn date(value: SqliteValueRef<'_>) -> Decoded<NaiveDate> {
        let text = text(value)?;
        text.parse()
            .map_err(|e| CellError::new(format!("`{text}` is no date: {e}")))
    }

    pub(in crate::driver) fn time(value: SqliteValueRef<'_>) -> Decoded<NaiveTime> {
        let text = text(value)?;
        text.parse()
            .map_err(|e| CellError::new(format!("`{text}` is no time of day: {e}")))
    }

    pub(in crate::driver) fn json(value: SqliteValueRef<'_>) -> Decoded<serde_json::Value> {
        // A bare number or `true` in a JSON column is stored as itself.
        let text = match class(&value, "JSON")? {
            Class::Integer => return Ok(read::<i64>(value)?.into()),
            Class::Real => return Ok(read::<f64>(value)?.into()),
            Class::Text | Class::Blob => read::<&str>(value)?,
        };
        serde_json::from_str(text).map_err(|e| CellError::new(format!("`{text}` is no JSON: {e}")))
    }
}
