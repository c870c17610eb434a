//! The seam between this crate and sqlx's drivers: one variant per compiled backend.
//!
//! Nothing outside this module and its children names a driver's type. A driver is a file that
//! implements [`Driver`] and [`Read`], its `mod` below, and a line of `drivers!`.

#[cfg(any(feature = "sqlite", feature = "mysql"))]
mod array;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::{Dialect, Value};
use tokio::sync::{OnceCell, mpsc};
use uuid::Uuid;

use crate::error::Conflict;
use crate::row::CellError;
use crate::{Db, Error, PoolOptions, Result};

/// What a statement that returns no rows reports.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    pub(crate) rows_affected: u64,
    /// The first of the keys that the server gave, where it has no RETURNING to tell them.
    pub(crate) first_key: Option<i64>,
}

/// What differs between drivers.
pub(crate) trait Driver: sqlx::Database {
    /// The dialects that its servers speak. Where there are several, the first is assumed until
    /// the server was asked.
    const DIALECTS: &'static [Dialect];

    /// The parameters that the driver reads in the query of a URL.
    const PARAMETERS: &'static [&'static str];

    /// Opens a pool with the settings that values need to come back as they were sent.
    fn open(
        url: &str,
        options: &PoolOptions,
    ) -> impl Future<Output = Result<sqlx::Pool<Self>>> + Send;

    /// Asks the server which of the dialects it speaks.
    fn ask(connection: &mut Self::Connection) -> impl Future<Output = Result<Dialect>> + Send;

    /// The binds as the driver sends them. `None`: there are none, and the statement is sent as
    /// text.
    fn arguments(
        connection: &mut Self::Connection,
        sql: &Arc<String>,
        binds: &[&Value],
    ) -> impl Future<Output = Result<Option<Self::Arguments>>> + Send;

    /// What a statement without rows has done.
    fn done(result: &Self::QueryResult) -> Done;

    /// What another transaction has done to this one, if that is the error.
    fn conflict(error: &dyn sqlx::error::DatabaseError) -> Option<Conflict>;

    /// The error, with what the server says about a broken constraint. It may be asked for more.
    fn refine(
        connection: &mut Self::Connection,
        error: sqlx::Error,
        sql: &str,
    ) -> impl Future<Output = Error> + Send;
}

/// How a driver's value is read as each of the types that fields have. What the server stores is
/// checked: none reads the text `abc` as the number 0.
trait Read<'r>: Sized {
    fn bool(self) -> Result<bool, CellError>;
    fn i64(self) -> Result<i64, CellError>;
    fn f32(self) -> Result<f32, CellError>;
    fn f64(self) -> Result<f64, CellError>;
    fn text(self) -> Result<&'r str, CellError>;
    fn bytes(self) -> Result<&'r [u8], CellError>;
    fn decimal(self) -> Result<Decimal, CellError>;
    fn uuid(self) -> Result<Uuid, CellError>;
    fn datetime(self) -> Result<DateTime<Utc>, CellError>;
    fn naive_datetime(self) -> Result<NaiveDateTime, CellError>;
    fn date(self) -> Result<NaiveDate, CellError>;
    fn time(self) -> Result<NaiveTime, CellError>;
    fn json(self) -> Result<serde_json::Value, CellError>;
}

/// What is done with each row of a result.
pub(crate) type Each<'e> = &'e mut (dyn FnMut(Row) -> Result<()> + Send);

/// A pool of one driver, and the dialect that its server speaks, once it was asked.
#[derive(Debug)]
pub(crate) struct Pooled<D: sqlx::Database> {
    pool: sqlx::Pool<D>,
    speaks: Arc<OnceCell<Dialect>>,
}

macro_rules! drivers {
    ($dollar:tt $($feature:literal $variant:ident $database:ty, $connection:ty, $row:ty;)*) => {
        /// A pool of connections.
        #[derive(Debug, Clone)]
        pub(crate) enum Pool {
            $(#[cfg(feature = $feature)] $variant(Pooled<$database>),)*
        }

        /// A connection of a pool, which gets it back on drop.
        #[derive(Debug)]
        pub(crate) enum Leased {
            $(#[cfg(feature = $feature)] $variant(sqlx::pool::PoolConnection<$database>),)*
        }

        /// A connection on which a transaction is open; dropped, it rolls back.
        #[derive(Debug)]
        pub(crate) enum Transaction {
            $(#[cfg(feature = $feature)] $variant(sqlx::Transaction<'static, $database>),)*
        }

        /// A connection of one of the drivers that this build has, for a
        /// [`SharedConnection`](crate::SharedConnection).
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum Connection {
            $(
                #[doc = concat!("A connection of the driver `", $feature, "`.")]
                #[cfg(feature = $feature)]
                $variant($connection),
            )*
        }

        /// A connection, for one statement.
        pub(crate) enum Session<'c> {
            $(
                #[cfg(feature = $feature)]
                $variant(&'c mut $connection),
            )*
        }

        /// A row of a result.
        pub(crate) enum Row {
            $(#[cfg(feature = $feature)] $variant($row),)*
        }

        /// A value of a row.
        pub(crate) enum Cell<'r> {
            $(#[cfg(feature = $feature)] $variant(<$database as sqlx::Database>::ValueRef<'r>),)*
        }

        $(
            #[cfg(feature = $feature)]
            impl From<sqlx::Pool<$database>> for Db {
                fn from(pool: sqlx::Pool<$database>) -> Self {
                    Db::on(Pool::$variant(pool.into()))
                }
            }

            #[cfg(feature = $feature)]
            impl From<$connection> for Connection {
                fn from(connection: $connection) -> Self {
                    Connection::$variant(connection)
                }
            }

            #[cfg(feature = $feature)]
            impl From<$row> for Row {
                fn from(row: $row) -> Self {
                    Row::$variant(row)
                }
            }
        )*

        /// One body for whatever driver a value is of: `each!(Row(row) = self => row.len())`. With the
        /// name of another enum the value becomes one of that, by the variant of the same driver.
        macro_rules! each {
            ($dollar from:ident($dollar name:ident) = $dollar value:expr => $dollar body:expr) => {
                match $dollar value {
                    $(#[cfg(feature = $feature)] $dollar from::$variant($dollar name) => $dollar body,)*
                }
            };
            ($dollar from:ident($dollar name:ident) = $dollar value:expr, $dollar to:ident: $dollar body:expr) => {
                match $dollar value {
                    $(
                        #[cfg(feature = $feature)]
                        $dollar from::$variant($dollar name) => $dollar to::$variant($dollar body),
                    )*
                }
            };
        }

        impl Pool {
            pub(crate) async fn connect(url: &str, options: PoolOptions) -> Result<Pool> {
                // Only the scheme may be named in an error: the rest can hold a password.
                let Some((scheme, _)) = url.split_once(':') else {
                    return Err(Error::url(
                        "a database URL begins with its scheme, such as `sqlite://shop.db`",
                    ));
                };
                $(
                    #[cfg(feature = $feature)]
                    if <$database as sqlx::Database>::URL_SCHEMES.contains(&scheme) {
                        let known = <$database as Driver>::PARAMETERS;
                        let (options, url) = options.of_url(url, known)?;
                        let pool = <$database as Driver>::open(&url, &options).await?;
                        let pool = Pooled::from(pool);
                        pool.speaks().await?;
                        return Ok(Pool::$variant(pool));
                    }
                )*
                let mut known: Vec<&str> = Vec::new();
                $(
                    #[cfg(feature = $feature)]
                    known.extend(<$database as sqlx::Database>::URL_SCHEMES);
                )*
                Err(Error::url(format!(
                    "no driver for URLs that begin with `{scheme}:`; this build knows `{}:`",
                    known.join(":`, `")
                )))
            }
        }
    };
}

drivers! {
    $
    "sqlite" Sqlite sqlx::Sqlite, sqlx::SqliteConnection, sqlx::sqlite::SqliteRow;
    "postgres" Postgres sqlx::Postgres, sqlx::PgConnection, sqlx::postgres::PgRow;
    "mysql" MySql sqlx::MySql, sqlx::MySqlConnection, sqlx::mysql::MySqlRow;
}

impl Pool {
    /// The dialect; the server is asked at the first call.
    pub(crate) async fn speaks(&self) -> Result<Dialect> {
        each!(Pool(pool) = self => pool.speaks().await)
    }

    /// The dialect, or the likeliest where the server was not asked yet.
    pub(crate) fn dialect(&self) -> Dialect {
        each!(Pool(pool) = self => pool.dialect())
    }

    pub(crate) async fn close(&self) {
        each!(Pool(pool) = self => pool.close().await);
    }

    pub(crate) async fn acquire(&self) -> Result<Leased> {
        Ok(each!(Pool(pool) = self, Leased: pool.acquire().await?))
    }

    /// Begins by this statement, or by the driver's own.
    pub(crate) async fn begin(&self, statement: Option<Cow<'static, str>>) -> Result<Transaction> {
        Ok(each!(Pool(pool) = self, Transaction: pool.begin(statement).await?))
    }
}

impl Leased {
    pub(crate) fn session(&mut self) -> Session<'_> {
        each!(Leased(connection) = self, Session: &mut **connection)
    }
}

impl Transaction {
    pub(crate) fn session(&mut self) -> Session<'_> {
        each!(Transaction(transaction) = self, Session: &mut **transaction)
    }

    pub(crate) async fn commit(self) -> Result<()> {
        each!(Transaction(transaction) = self => session::commit(transaction).await)
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        each!(Transaction(transaction) = self => Ok(transaction.rollback().await?))
    }
}

impl Connection {
    /// The driver's own connection, if it is one of this driver.
    pub(crate) fn into_inner<C: 'static>(self) -> Option<C> {
        let connection: Box<dyn Any> = each!(Connection(connection) = self => Box::new(connection));
        connection.downcast().ok().map(|connection| *connection)
    }

    /// The likeliest dialect, and the dialect itself where it is known without asking.
    pub(crate) fn expected(&self) -> (Dialect, OnceCell<Dialect>) {
        each!(Connection(connection) = self => session::expected(connection))
    }

    pub(crate) fn session(&mut self) -> Session<'_> {
        each!(Connection(connection) = self, Session: connection)
    }
}

impl Session<'_> {
    pub(crate) async fn speaks(self) -> Result<Dialect> {
        each!(Session(connection) = self => session::speaks(connection).await)
    }

    pub(crate) async fn execute(self, sql: String, binds: &[&Value]) -> Result<Done> {
        each!(Session(connection) = self => session::execute(connection, sql, binds).await)
    }

    pub(crate) async fn fetch(self, sql: String, binds: &[&Value], each: Each<'_>) -> Result<()> {
        each!(Session(connection) = self => session::fetch(connection, sql, binds, each).await)
    }

    pub(crate) async fn stream(
        self,
        sql: String,
        binds: &[&Value],
        taker: &mpsc::Sender<Row>,
    ) -> Result<()> {
        each!(Session(connection) = self => session::stream(connection, sql, binds, taker).await)
    }

    pub(crate) async fn script(self, sql: &str) -> Result<()> {
        each!(Session(connection) = self => session::script(connection, sql).await)
    }
}

impl Row {
    pub(crate) fn cell(&self, position: usize) -> Result<Cell<'_>, CellError> {
        Ok(each!(Row(row) = self, Cell: session::cell(row, position)?))
    }

    pub(crate) fn len(&self) -> usize {
        each!(Row(row) = self => sqlx::Row::len(row))
    }

    /// The names of the columns, from left to right.
    pub(crate) fn names(&self) -> Vec<&str> {
        each!(Row(row) = self => session::names(row))
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        each!(Row(row) = self => std::fmt::Debug::fmt(row, f))
    }
}

macro_rules! readers {
    ($($name:ident -> $ty:ty;)*) => {$(
        pub(crate) fn $name(self) -> Result<$ty, CellError> {
            each!(Cell(value) = self => Read::$name(value))
        }
    )*};
}

impl<'r> Cell<'r> {
    pub(crate) fn is_null(&self) -> bool {
        each!(Cell(value) = self => sqlx::ValueRef::is_null(value))
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
