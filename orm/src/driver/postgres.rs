//! Postgres by sqlx: binds by the types that the server expects, errors to integrity errors.

mod bind;
mod read;

use std::sync::Arc;

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgDatabaseError, PgPoolOptions, PgQueryResult,
};
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection, PgPool, Postgres, SqlSafeStr, Statement,
};
use testudo_sql::{Dialect, Value};

use super::{Done, Driver, session};
use crate::error::{Conflict, IntegrityError, IntegrityKind};
use crate::{Error, PoolOptions, Result};

impl Driver for Postgres {
    const DIALECTS: &'static [Dialect] = &[Dialect::Postgres];

    const PARAMETERS: &'static [&'static str] = &[
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "ssl-root-cert",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "options",
    ];

    /// sqlx sets the session's time zone to UTC as it connects.
    async fn open(url: &str, options: &PoolOptions) -> Result<PgPool> {
        let mut connect: PgConnectOptions = url.parse()?;
        if let Some(statements) = options.statements() {
            connect = connect.statement_cache_capacity(statements);
        }
        Ok(options
            .apply(PgPoolOptions::new())
            .connect_with(connect)
            .await?)
    }

    async fn ask(_: &mut PgConnection) -> Result<Dialect> {
        Ok(Dialect::Postgres)
    }

    /// A statement is prepared before its values are encoded, because only then the types are known
    /// that the server expects: for NULL and text it infers them, and a statement that was prepared
    /// before, with values of other types, keeps those.
    async fn arguments(
        connection: &mut PgConnection,
        sql: &Arc<String>,
        binds: &[&Value],
    ) -> Result<Option<PgArguments>> {
        if binds.is_empty() {
            // Prepared all the same: a harness finds in the session what was prepared there.
            return Ok(Some(PgArguments::default()));
        }
        let types: Vec<_> = binds.iter().map(|value| bind::proposed(value)).collect();
        let prepared = connection
            .prepare_with(AssertSqlSafe(Arc::clone(sql)).into_sql_str(), &types)
            .await;
        let statement = match prepared {
            Ok(statement) => statement,
            Err(error) => return Err(session::refine::<Self>(connection, error, sql).await),
        };
        let expected = match statement.parameters() {
            Some(Either::Left(types)) => types,
            Some(Either::Right(_)) | None => &types,
        };
        bind::arguments(binds, expected)
            .map(Some)
            .map_err(session::unbound)
    }

    fn done(result: &PgQueryResult) -> Done {
        Done {
            rows_affected: result.rows_affected(),
            first_key: None,
        }
    }

    fn conflict(error: &dyn DatabaseError) -> Option<Conflict> {
        // `serialization_failure` and `deadlock_detected`.
        matches!(error.code().as_deref(), Some("40001" | "40P01")).then_some(Conflict::Refused)
    }

    async fn refine(_: &mut PgConnection, error: sqlx::Error, sql: &str) -> Error {
        refine(error, sql)
    }
}

/// Postgres names constraint and table in fields of their own; the columns of a key stand in the
/// detail.
fn refine(error: sqlx::Error, sql: &str) -> Error {
    let refused = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let Some(refused) = refused else {
        return Error::database(error, Some(sql));
    };
    let kind = match refused.kind() {
        // RESTRICT has a code of its own since Postgres 18, which sqlx does not know.
        _ if refused.code() == "23001" => IntegrityKind::ForeignKey,
        ErrorKind::UniqueViolation => IntegrityKind::Unique,
        ErrorKind::ForeignKeyViolation => IntegrityKind::ForeignKey,
        ErrorKind::NotNullViolation => IntegrityKind::NotNull,
        ErrorKind::CheckViolation => IntegrityKind::Check,
        _ => return Error::database(error, Some(sql)),
    };
    let message = refused.message().to_owned();
    let table = refused.table().map(str::to_owned);
    let columns = match kind {
        IntegrityKind::NotNull => refused.column().map(str::to_owned).into_iter().collect(),
        IntegrityKind::Unique => refused.detail().map(key_columns).unwrap_or_default(),
        // Where a row is deleted that others refer to, the detail names a column of its table, and
        // the field the table of the others.
        IntegrityKind::ForeignKey if first_name(&message) == table.as_deref() => {
            refused.detail().map(key_columns).unwrap_or_default()
        }
        IntegrityKind::ForeignKey | IntegrityKind::Check => Vec::new(),
    };
    Error::integrity_of(IntegrityError {
        kind,
        constraint: refused.constraint().map(str::to_owned),
        table,
        columns,
        message,
    })
}

/// `a` and `b c` of `Key (a, "b c")=(1, 2) already exists.`, in whatever language.
fn key_columns(detail: &str) -> Vec<String> {
    let named = detail
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(")=("));
    let Some((names, _)) = named else {
        return Vec::new();
    };
    names
        .split(", ")
        .map(|name| name.trim_matches('"').replace("\"\"", "\""))
        .collect()
}

/// The first name in double quotes.
fn first_name(message: &str) -> Option<&str> {
    message.split('"').nth(1)
}
