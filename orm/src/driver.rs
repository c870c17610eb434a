//! The seam between this crate and sqlx's drivers: one variant per compiled backend.
//!
//! Nothing outside this module and its children names a driver's type.

#[cfg(feature = "sqlite")]
mod sqlite;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::{Dialect, Value};
use uuid::Uuid;

use crate::row::CellError;
use crate::{Error, Result};

/// What a statement that returns no rows reports.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    pub(crate) rows_affected: u64,
}

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::SqlitePool),
}

/// A connection on which a transaction is open; dropped, it rolls back.
#[derive(Debug)]
pub(crate) enum Transaction {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

/// A row of a result.
pub(crate) enum Row {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::sqlite::SqliteRow),
}

/// A value of a row.
pub(crate) enum Cell<'r> {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::sqlite::SqliteValueRef<'r>),
}

impl Pool {
    pub(crate) async fn connect(url: &str) -> Result<Pool> {
        // Only the scheme may be named in an error: the rest can hold a password.
        match url.split_once(':').map(|(scheme, _)| scheme) {
            #[cfg(feature = "sqlite")]
            Some("sqlite") => Ok(Pool::Sqlite(sqlite::connect(url).await?)),
            Some(scheme) => Err(Error::url(format!(
                "no driver for URLs that begin with `{scheme}:`; this build knows `sqlite:`"
            ))),
            None => Err(Error::url(
                "a database URL begins with its scheme, such as `sqlite://shop.db`",
            )),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(_) => Dialect::Sqlite,
        }
    }

    pub(crate) async fn execute(&self, sql: String, binds: &[&Value]) -> Result<Done> {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => {
                sqlite::execute(&mut *sqlite::acquire(pool).await?, sql, binds).await
            }
        }
    }

    pub(crate) async fn fetch(
        &self,
        sql: String,
        binds: &[&Value],
        each: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => {
                sqlite::fetch(&mut *sqlite::acquire(pool).await?, sql, binds, each).await
            }
        }
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => sqlite::script(&mut *sqlite::acquire(pool).await?, sql).await,
        }
    }

    pub(crate) async fn begin(&self) -> Result<Transaction> {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => Ok(Transaction::Sqlite(pool.begin().await?)),
        }
    }
}

impl Transaction {
    pub(crate) async fn execute(&mut self, sql: String, binds: &[&Value]) -> Result<Done> {
        match self {
            #[cfg(feature = "sqlite")]
            Transaction::Sqlite(tx) => sqlite::execute(tx, sql, binds).await,
        }
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: String,
        binds: &[&Value],
        each: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Transaction::Sqlite(tx) => sqlite::fetch(tx, sql, binds, each).await,
        }
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Transaction::Sqlite(tx) => sqlite::script(tx, sql).await,
        }
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Transaction::Sqlite(tx) => Ok(tx.commit().await?),
        }
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        match self {
            #[cfg(feature = "sqlite")]
            Transaction::Sqlite(tx) => Ok(tx.rollback().await?),
        }
    }
}

impl Row {
    pub(crate) fn cell(&self, position: usize) -> std::result::Result<Cell<'_>, CellError> {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => sqlite::cell(row, position).map(Cell::Sqlite),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => sqlx::Row::len(row),
        }
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            #[cfg(feature = "sqlite")]
            Row::Sqlite(row) => std::fmt::Debug::fmt(row, f),
        }
    }
}

macro_rules! readers {
    ($($name:ident -> $ty:ty;)*) => {$(
        pub(crate) fn $name(self) -> std::result::Result<$ty, CellError> {
            match self {
                #[cfg(feature = "sqlite")]
                Cell::Sqlite(value) => sqlite::decode::$name(value),
            }
        }
    )*};
}

impl<'r> Cell<'r> {
    pub(crate) fn is_null(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Cell::Sqlite(value) => sqlx::ValueRef::is_null(value),
        }
    }

    readers! {
        bool -> bool;
        i64 -> i64;
        f32 -> f32;
        f64 -> f64;
        text -> &'r str;
        bytes -> &'r [u8];
        decimal -> Decimal;
        uuid -> Uuid;
        datetime -> DateTime<Utc>;
        naive_datetime -> NaiveDateTime;
        date -> NaiveDate;
        time -> NaiveTime;
        json -> serde_json::Value;
    }
}
