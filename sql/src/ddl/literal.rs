//! Values as literals, for defaults and checks: DDL takes no binds.

use std::fmt::Write;

use crate::{Dialect, Error, Value};

/// Appends a value as a literal.
///
/// # Errors
///
/// When the dialect has no literal for it: NaN and infinities, lists, a NUL character in text for
/// Postgres.
pub(super) fn write(
    dialect: Dialect,
    value: &Value,
    column: &str,
    out: &mut String,
) -> Result<(), Error> {
    match value {
        Value::Null => out.push_str("NULL"),
        Value::Bool(truth) => out.push_str(match (dialect, truth) {
            (Dialect::Sqlite, true) => "1",
            (Dialect::Sqlite, false) => "0",
            (Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, true) => "TRUE",
            (Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, false) => "FALSE",
        }),
        Value::I16(n) => out.push_str(&n.to_string()),
        Value::I32(n) => out.push_str(&n.to_string()),
        Value::I64(n) => out.push_str(&n.to_string()),
        Value::F32(n) => float(f64::from(*n), format!("{n:?}"), column, out)?,
        Value::F64(n) => float(*n, format!("{n:?}"), column, out)?,
        Value::Decimal(n) => out.push_str(&n.to_string()),
        Value::Text(text) => self::text(dialect, text, column, out)?,
        Value::Json(json) => text(dialect, &json.to_string(), column, out)?,
        Value::Bytes(bytes) => self::bytes(dialect, bytes, out),
        Value::Uuid(uuid) => match dialect {
            Dialect::Postgres => quoted(&uuid.to_string(), out),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => hex(uuid.as_bytes(), out),
        },
        Value::DateTime(at) => match dialect {
            Dialect::Sqlite => quoted(&at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(), out),
            Dialect::Postgres => quoted(&at.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string(), out),
            Dialect::MySql | Dialect::MariaDb => {
                quoted(&at.format("%Y-%m-%d %H:%M:%S%.6f").to_string(), out);
            }
        },
        Value::NaiveDateTime(at) => match dialect {
            Dialect::Sqlite => quoted(&at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(), out),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {
                quoted(&at.format("%Y-%m-%d %H:%M:%S%.6f").to_string(), out);
            }
        },
        Value::Date(date) => quoted(&date.format("%Y-%m-%d").to_string(), out),
        Value::Time(time) => quoted(&time.format("%H:%M:%S%.6f").to_string(), out),
        Value::Array(_) => {
            return Err(Error::malformed(
                "CREATE TABLE",
                format!("the default of the column `{column}` is a list of values"),
            ));
        }
    }
    Ok(())
}

fn float(n: f64, shown: String, column: &str, out: &mut String) -> Result<(), Error> {
    if !n.is_finite() {
        return Err(Error::malformed(
            "CREATE TABLE",
            format!(
                "the default of the column `{column}` is {shown}, for which SQL has no literal"
            ),
        ));
    }
    out.push_str(&shown);
    Ok(())
}

fn text(dialect: Dialect, text: &str, column: &str, out: &mut String) -> Result<(), Error> {
    match dialect {
        Dialect::Postgres if text.contains('\0') => {
            return Err(Error::malformed(
                "CREATE TABLE",
                format!(
                    "a text for the column `{column}` contains NUL, which Postgres cannot hold"
                ),
            ));
        }
        // The text of a statement ends at a NUL.
        Dialect::Sqlite if text.contains('\0') => {
            out.push_str("(CAST(");
            hex(text.as_bytes(), out);
            out.push_str(" AS TEXT))");
        }
        // Whether a backslash escapes depends on the session's sql_mode; hex does not.
        Dialect::MySql | Dialect::MariaDb if text.contains(['\\', '\0']) => {
            out.push_str("_utf8mb4 ");
            hex(text.as_bytes(), out);
        }
        Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => {
            quoted(text, out);
        }
    }
    Ok(())
}

fn bytes(dialect: Dialect, bytes: &[u8], out: &mut String) {
    match dialect {
        Dialect::Postgres => {
            out.push_str("'\\x");
            digits(bytes, out);
            out.push('\'');
        }
        Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => hex(bytes, out),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('\'');
    for c in text.chars() {
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    }
    out.push('\'');
}

fn hex(bytes: &[u8], out: &mut String) {
    out.push_str("X'");
    digits(bytes, out);
    out.push('\'');
}

fn digits(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
}
