//! MySQL and MariaDB by sqlx: values to arguments, the server told from its version.

mod read;
mod refused;

use std::sync::Arc;

use sqlx::error::DatabaseError;
use sqlx::mysql::{
    MySqlArguments, MySqlConnectOptions, MySqlDatabaseError, MySqlPoolOptions, MySqlQueryResult,
};
use sqlx::{Arguments, MySql, MySqlConnection, MySqlPool, Row};
use testudo_sql::{Dialect, Value};

use super::{Done, Driver, session};
use crate::error::Conflict;
use crate::{Error, PoolOptions, Result};

impl Driver for MySql {
    const DIALECTS: &'static [Dialect] = &[Dialect::MySql, Dialect::MariaDb];

    const PARAMETERS: &'static [&'static str] = &[
        "sslmode",
        "ssl-mode",
        "sslca",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "charset",
        "collation",
        "statement-cache-capacity",
        "socket",
        "timezone",
        "time-zone",
    ];

    /// sqlx sets the session's time zone to UTC as it connects.
    async fn open(url: &str, options: &PoolOptions) -> Result<MySqlPool> {
        let mut connect: MySqlConnectOptions = url.parse()?;
        if let Some(statements) = options.statements() {
            connect = connect.statement_cache_capacity(statements);
        }
        Ok(options
            .apply(MySqlPoolOptions::new())
            .connect_with(connect)
            .await?)
    }

    async fn ask(connection: &mut MySqlConnection) -> Result<Dialect> {
        // Not prepared, so that it can be broken off.
        let row = sqlx::raw_sql("SELECT VERSION()")
            .fetch_one(connection)
            .await?;
        let version: String = row.try_get(0)?;
        Ok(if version.to_ascii_lowercase().contains("mariadb") {
            Dialect::MariaDb
        } else {
            Dialect::MySql
        })
    }

    async fn arguments(
        _: &mut MySqlConnection,
        _: &Arc<String>,
        binds: &[&Value],
    ) -> Result<Option<MySqlArguments>> {
        if binds.is_empty() {
            return Ok(None);
        }
        let mut arguments = MySqlArguments::default();
        arguments.reserve(binds.len(), 8 * binds.len());
        for value in binds {
            bind(&mut arguments, value).map_err(session::unbound)?;
        }
        Ok(Some(arguments))
    }

    fn done(result: &MySqlQueryResult) -> Done {
        Done {
            rows_affected: result.rows_affected(),
            // 0 where no key was generated.
            first_key: i64::try_from(result.last_insert_id())
                .ok()
                .filter(|&key| key != 0),
        }
    }

    fn conflict(error: &dyn DatabaseError) -> Option<Conflict> {
        match error.try_downcast_ref::<MySqlDatabaseError>()?.number() {
            // The wait for a lock was too long, and the rest of the transaction goes on.
            1205 => Some(Conflict::Refused),
            // A deadlock; on MariaDB, a row that has changed since the snapshot was made; a group of servers
            // that has not agreed at the commit.
            1213 | 1020 | 3101 => Some(Conflict::Ended),
            _ => None,
        }
    }

    async fn refine(connection: &mut MySqlConnection, error: sqlx::Error, sql: &str) -> Error {
        match refused::integrity(&error, sql) {
            Some(integrity) => {
                Error::integrity_of(refused::with_columns(connection, integrity).await)
            }
            None => Error::database(error, Some(sql)),
        }
    }
}

fn bind(arguments: &mut MySqlArguments, value: &Value) -> Result<(), sqlx::error::BoxDynError> {
    match value {
        Value::Null => arguments.add(None::<i64>),
        Value::Bool(v) => arguments.add(*v),
        Value::I16(v) => arguments.add(*v),
        Value::I32(v) => arguments.add(*v),
        Value::I64(v) => arguments.add(*v),
        Value::F32(v) => arguments.add(*v),
        Value::F64(v) => arguments.add(*v),
        Value::Text(v) => arguments.add(v.as_str()),
        Value::Bytes(v) => arguments.add(&**v),
        Value::Decimal(v) => arguments.add(*v),
        Value::Uuid(v) => arguments.add(v.as_bytes().as_slice()),
        // A DATETIME has no zone and the session's does not touch it: it holds UTC.
        Value::DateTime(v) => arguments.add(v.naive_utc()),
        Value::NaiveDateTime(v) => arguments.add(*v),
        Value::Date(v) => arguments.add(*v),
        Value::Time(v) => arguments.add(*v),
        // As text: a parameter of the type JSON would be compared as a document with text columns.
        Value::Json(v) => arguments.add(v.to_string()),
        Value::Array(values) => arguments.add(super::array::json(values)?),
        other => Err(format!("{other:?} is a value that MySQL cannot bind").into()),
    }
}
