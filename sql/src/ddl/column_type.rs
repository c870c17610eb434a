//! What each dialect calls a column's type.

use crate::compile::push_number;
use crate::schema::ColumnType;
use crate::{Dialect, Error};

/// MySQL's VARCHAR holds 65,535 bytes, and a character takes up to four.
const MYSQL_VARCHAR: u32 = 16_383;
/// Postgres knows no longer `VARCHAR(n)`.
const POSTGRES_VARCHAR: u32 = 10_485_760;
/// InnoDB's longest key, in bytes.
const MYSQL_KEY: u64 = 3_072;

/// Appends the type's name.
pub(super) fn write(
    dialect: Dialect,
    ty: ColumnType,
    column: &str,
    out: &mut String,
) -> Result<(), Error> {
    let name = match dialect {
        Dialect::Sqlite => sqlite(ty),
        Dialect::Postgres => postgres(ty),
        Dialect::MySql | Dialect::MariaDb => mysql(ty),
    };
    out.push_str(name);
    match ty {
        ColumnType::Decimal { precision, scale } => {
            if precision == 0 || scale > precision {
                return Err(Error::malformed(
                    "CREATE TABLE",
                    format!(
                        "the column `{column}` has {precision} digits, {scale} of them after the \
                         point; set max_digits to at least 1 and decimal_places to no more than that"
                    ),
                ));
            }
            out.push('(');
            push_number(out, precision.into());
            out.push_str(", ");
            push_number(out, scale.into());
            out.push(')');
        }
        ColumnType::VarChar(length) if name == "VARCHAR" => {
            if length == 0 {
                return Err(Error::malformed(
                    "CREATE TABLE",
                    format!("the column `{column}` has a max_length of 0; set at least 1"),
                ));
            }
            out.push('(');
            out.push_str(&length.to_string());
            out.push(')');
        }
        _ => {}
    }
    // By code points, as the other dialects compare; the database's own order depends on where it
    // was created.
    if dialect == Dialect::Postgres && matches!(ty, ColumnType::VarChar(_) | ColumnType::Text) {
        out.push_str(" COLLATE \"C\"");
    }
    Ok(())
}

/// Declared types that say what a column holds, though SQLite itself enforces little. Zoned and
/// naive times differ as they do on Postgres and MySQL: a TIMESTAMP has no zone.
fn sqlite(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::SmallInt => "SMALLINT",
        ColumnType::Int => "INTEGER",
        ColumnType::BigInt | ColumnType::Duration => "BIGINT",
        ColumnType::Real => "REAL",
        ColumnType::Double => "DOUBLE",
        ColumnType::Decimal { .. } => "DECIMAL",
        ColumnType::VarChar(_) => "VARCHAR",
        ColumnType::Text => "TEXT",
        ColumnType::Bytes | ColumnType::Uuid => "BLOB",
        ColumnType::DateTime => "DATETIME",
        ColumnType::NaiveDateTime => "TIMESTAMP",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME",
        ColumnType::Json => "JSON",
    }
}

fn postgres(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::SmallInt => "SMALLINT",
        ColumnType::Int => "INTEGER",
        ColumnType::BigInt | ColumnType::Duration => "BIGINT",
        ColumnType::Real => "REAL",
        ColumnType::Double => "DOUBLE PRECISION",
        ColumnType::Decimal { .. } => "NUMERIC",
        ColumnType::VarChar(length) if length <= POSTGRES_VARCHAR => "VARCHAR",
        ColumnType::VarChar(_) | ColumnType::Text => "TEXT",
        ColumnType::Bytes => "BYTEA",
        ColumnType::Uuid => "UUID",
        ColumnType::DateTime => "TIMESTAMPTZ(6)",
        ColumnType::NaiveDateTime => "TIMESTAMP(6)",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME(6)",
        ColumnType::Json => "JSONB",
    }
}

fn mysql(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::SmallInt => "SMALLINT",
        ColumnType::Int => "INT",
        ColumnType::BigInt | ColumnType::Duration => "BIGINT",
        ColumnType::Real => "FLOAT",
        ColumnType::Double => "DOUBLE",
        ColumnType::Decimal { .. } => "DECIMAL",
        ColumnType::VarChar(length) if length <= MYSQL_VARCHAR => "VARCHAR",
        ColumnType::VarChar(_) | ColumnType::Text => "LONGTEXT",
        ColumnType::Bytes => "LONGBLOB",
        ColumnType::Uuid => "BINARY(16)",
        ColumnType::DateTime | ColumnType::NaiveDateTime => "DATETIME(6)",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME(6)",
        ColumnType::Json => "JSON",
    }
}

/// Whether MySQL takes a default only as an expression in parentheses.
pub(super) fn wants_default_expression(ty: ColumnType) -> bool {
    matches!(mysql(ty), "LONGTEXT" | "LONGBLOB" | "JSON")
}

/// Refuses a key that the dialect cannot hold: MySQL indexes no text without a length, and only
/// 3,072 bytes.
pub(super) fn check_key<'a>(
    dialect: Dialect,
    table: &str,
    key: impl Iterator<Item = (&'a str, ColumnType)>,
) -> Result<(), Error> {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => return Ok(()),
        Dialect::MySql | Dialect::MariaDb => {}
    }
    let (mut bytes, mut names) = (0, Vec::new());
    for (column, ty) in key {
        if wants_default_expression(ty) {
            return Err(Error::malformed(
                "CREATE TABLE",
                format!(
                    "{dialect} cannot index the column `{column}` of `{table}`, which has no \
                     length; set max_length"
                ),
            ));
        }
        bytes += match ty {
            ColumnType::VarChar(length) => u64::from(length) * 4,
            _ => 8,
        };
        names.push(format!("`{column}`"));
    }
    if bytes > MYSQL_KEY {
        return Err(Error::malformed(
            "CREATE TABLE",
            format!(
                "a key over {} of `{table}` takes {bytes} bytes, and {dialect} allows {MYSQL_KEY}; \
                 set a smaller max_length (a character takes 4 bytes)",
                names.join(", ")
            ),
        ));
    }
    Ok(())
}
