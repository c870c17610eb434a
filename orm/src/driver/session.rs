//! What is the same on every driver: a statement sent on a connection, and a pool that knows its
//! server.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, IntoArguments, SqlSafeStr};
use testudo_sql::{Dialect, Value};
use tokio::sync::{OnceCell, mpsc};

use super::{Done, Driver, Each, Pooled, Row};
use crate::error::Conflict;
use crate::row::CellError;
use crate::{Error, Result};

impl<D: Driver> From<sqlx::Pool<D>> for Pooled<D> {
    fn from(pool: sqlx::Pool<D>) -> Self {
        Pooled {
            pool,
            speaks: Arc::new(known::<D>()),
        }
    }
}

impl<D: Driver> Clone for Pooled<D> {
    fn clone(&self) -> Self {
        Pooled {
            pool: self.pool.clone(),
            speaks: Arc::clone(&self.speaks),
        }
    }
}

impl<D: Driver> Pooled<D> {
    pub(super) fn dialect(&self) -> Dialect {
        self.speaks.get().copied().unwrap_or(D::DIALECTS[0])
    }

    pub(super) async fn speaks(&self) -> Result<Dialect> {
        let ask = async || D::ask(&mut *self.acquire().await?).await;
        self.speaks.get_or_try_init(ask).await.copied()
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn acquire(&self) -> Result<PoolConnection<D>> {
        Ok(self.pool.acquire().await?)
    }

    pub(super) async fn begin(
        &self,
        statement: Option<Cow<'static, str>>,
    ) -> Result<sqlx::Transaction<'static, D>> {
        let Some(statement) = statement else {
            return self
                .pool
                .begin()
                .await
                .map_err(|error| refused::<D>(error, None));
        };
        let connection = self.pool.acquire().await?;
        // The pool has one connection, on which its owner has begun a transaction. `begin_with` would end it.
        if connection.is_in_transaction() {
            return Err(Error::not_outermost(&statement));
        }
        let begun =
            sqlx::Transaction::begin(connection, Some(AssertSqlSafe(&*statement).into_sql_str()));
        begun
            .await
            .map_err(|error| refused::<D>(error, Some(&statement)))
    }
}

pub(super) async fn commit<D: Driver>(transaction: sqlx::Transaction<'static, D>) -> Result<()> {
    let committed = transaction.commit().await;
    committed.map_err(|error| refused::<D>(error, Some("COMMIT")))
}

/// The dialect, where the driver's servers speak one alone.
fn known<D: Driver>() -> OnceCell<Dialect> {
    match *D::DIALECTS {
        [only] => OnceCell::new_with(Some(only)),
        _ => OnceCell::new(),
    }
}

/// The likeliest dialect, and the dialect itself where it is known without asking.
pub(super) fn expected<C>(_: &C) -> (Dialect, OnceCell<Dialect>)
where
    C: Connection<Database: Driver>,
{
    (C::Database::DIALECTS[0], known::<C::Database>())
}

pub(super) async fn speaks<C>(connection: &mut C) -> Result<Dialect>
where
    C: Connection<Database: Driver<Connection = C>>,
{
    C::Database::ask(connection).await
}

pub(super) async fn execute<C, D>(connection: &mut C, sql: String, binds: &[&Value]) -> Result<Done>
where
    C: Connection<Database = D>,
    D: Driver<Connection = C, Arguments: IntoArguments<D>>,
    for<'c> &'c mut C: Executor<'c, Database = D>,
{
    // Shared with sqlx, not copied: errors want the text too.
    let sql = Arc::new(sql);
    let done = match D::arguments(connection, &sql, binds).await? {
        // The compiler quotes every identifier and binds every value.
        Some(arguments) => {
            sqlx::query_with(AssertSqlSafe(Arc::clone(&sql)), arguments)
                .execute(&mut *connection)
                .await
        }
        None => {
            sqlx::raw_sql(AssertSqlSafe(Arc::clone(&sql)))
                .execute(&mut *connection)
                .await
        }
    };
    match done {
        Ok(done) => Ok(D::done(&done)),
        Err(error) => Err(refine::<D>(connection, error, &sql).await),
    }
}

pub(super) async fn fetch<C, D>(
    connection: &mut C,
    sql: String,
    binds: &[&Value],
    each: Each<'_>,
) -> Result<()>
where
    C: Connection<Database = D>,
    D: Driver<Connection = C, Arguments: IntoArguments<D>, Row: Into<Row>>,
    for<'c> &'c mut C: Executor<'c, Database = D>,
{
    let sql = Arc::new(sql);
    let arguments = D::arguments(connection, &sql, binds).await?;
    let statement = AssertSqlSafe(Arc::clone(&sql));
    let mut rows =
        sqlx::query_with(statement, arguments.unwrap_or_default()).fetch(&mut *connection);
    let error = loop {
        match rows.try_next().await {
            Ok(Some(row)) => each(row.into())?,
            Ok(None) => return Ok(()),
            Err(error) => break error,
        }
    };
    drop(rows);
    Err(refine::<D>(connection, error, &sql).await)
}

/// As [`fetch`], for rows that are taken one by one; ends early once nobody takes any more.
pub(super) async fn stream<C, D>(
    connection: &mut C,
    sql: String,
    binds: &[&Value],
    taker: &mpsc::Sender<Row>,
) -> Result<()>
where
    C: Connection<Database = D>,
    D: Driver<Connection = C, Arguments: IntoArguments<D>, Row: Into<Row>>,
    for<'c> &'c mut C: Executor<'c, Database = D>,
{
    let sql = Arc::new(sql);
    let arguments = D::arguments(connection, &sql, binds).await?;
    let statement = AssertSqlSafe(Arc::clone(&sql));
    let mut rows =
        sqlx::query_with(statement, arguments.unwrap_or_default()).fetch(&mut *connection);
    let error = loop {
        match rows.try_next().await {
            Ok(Some(row)) => {
                if taker.send(row.into()).await.is_err() {
                    return Ok(());
                }
            }
            Ok(None) => return Ok(()),
            Err(error) => break error,
        }
    };
    drop(rows);
    Err(refine::<D>(connection, error, &sql).await)
}

pub(super) async fn script<C, D>(connection: &mut C, sql: &str) -> Result<()>
where
    C: Connection<Database = D>,
    D: Driver<Connection = C>,
    for<'c> &'c mut C: Executor<'c, Database = D>,
{
    match sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut *connection)
        .await
    {
        Ok(_) => Ok(()),
        Err(error) => Err(refine::<D>(connection, error, sql).await),
    }
}

pub(super) fn cell<R: sqlx::Row>(
    row: &R,
    position: usize,
) -> Result<<R::Database as sqlx::Database>::ValueRef<'_>, CellError>
where
    usize: sqlx::ColumnIndex<R>,
{
    let columns = row.len();
    if position >= columns {
        return Err(CellError::new(format!("the row has {columns} columns")));
    }
    row.try_get_raw(position)
        .map_err(|e| CellError::new(e.to_string()))
}

pub(super) fn names<R: sqlx::Row>(row: &R) -> Vec<&str> {
    row.columns().iter().map(sqlx::Column::name).collect()
}

/// The error of a statement that was sent on this connection, which may be asked for more.
pub(super) async fn refine<D: Driver>(
    connection: &mut D::Connection,
    error: sqlx::Error,
    sql: &str,
) -> Error {
    match conflict::<D>(&error) {
        Some(conflict) => Error::conflict(error, Some(sql), conflict),
        None => D::refine(connection, error, sql).await,
    }
}

/// The error of a statement whose connection is gone.
pub(super) fn refused<D: Driver>(error: sqlx::Error, sql: Option<&str>) -> Error {
    match conflict::<D>(&error) {
        Some(conflict) => Error::conflict(error, sql, conflict),
        None => Error::database(error, sql),
    }
}

fn conflict<D: Driver>(error: &sqlx::Error) -> Option<Conflict> {
    error.as_database_error().and_then(D::conflict)
}

/// Binds that the driver itself cannot encode.
pub(super) fn unbound(problem: impl Into<sqlx::error::BoxDynError>) -> Error {
    Error::database(sqlx::Error::Encode(problem.into()), None)
}
