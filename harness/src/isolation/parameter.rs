//! What a test may ask for by its parameters, and the pools that it may ask its context for.

use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "mysql")]
pub use sqlx::MySqlPool;
#[cfg(feature = "postgres")]
pub use sqlx::PgPool;
#[cfg(feature = "sqlite")]
pub use sqlx::SqlitePool;
use testudo_orm::Db;

use super::Pool;
use crate::context::TestContext;
use crate::error::Error;

/// The backends, as types: what a parameter has to fit.
pub mod on {
    /// A test on SQLite.
    #[derive(Debug)]
    pub enum Sqlite {}
    /// A test on Postgres.
    #[derive(Debug)]
    pub enum Postgres {}
    /// A test on MySQL.
    #[derive(Debug)]
    pub enum MySql {}
    /// A test on MariaDB.
    #[derive(Debug)]
    pub enum MariaDb {}
}

/// A type that `#[orm_test]` can pass to a test on the backend `B`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no parameter that `#[orm_test]` can pass to a test on `{B}`",
    label = "not known to `#[orm_test]`, or a pool of another backend",
    note = "a test takes `TestContext` and `Db` on every backend, `SqlitePool` on `sqlite`, `PgPool` on \
            `postgres` and `MySqlPool` on `mysql` and `mariadb`, by value, in any order and number",
    note = "`backends(..)` says which backends a test runs on; without it, a pool that is called by its own \
            name does"
)]
pub trait Parameter<B>: Sized {
    #[doc(hidden)]
    fn from_context(context: &TestContext) -> Passing<'_, Self>;
}

/// A parameter on its way. It is boxed, because a type with a name lets the compiler find out from the
/// signature of the test which parameter is meant.
pub type Passing<'c, P> = Pin<Box<dyn Future<Output = Result<P, Error>> + Send + 'c>>;

#[diagnostic::do_not_recommend]
impl<B> Parameter<B> for TestContext {
    fn from_context(context: &TestContext) -> Passing<'_, Self> {
        Box::pin(async { Ok(context.clone()) })
    }
}

#[diagnostic::do_not_recommend]
impl<B> Parameter<B> for Db {
    fn from_context(context: &TestContext) -> Passing<'_, Self> {
        Box::pin(async { Ok(context.db().clone()) })
    }
}

/// A pool that [`TestContext::pool`] can give: `SqlitePool`, `PgPool` or `MySqlPool`.
///
/// It is sealed: nobody else can implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pool that a test can have",
    note = "there are `SqlitePool`, `PgPool` and `MySqlPool`, where their features are on"
)]
pub trait TestPool: kind::Kind {}

mod kind {
    use super::Pool;

    pub trait Kind: Clone + Send {
        /// As users write it.
        const NAME: &'static str;

        fn of(pool: Pool) -> Option<Self>;
    }
}

/// A pool, and the backends that it connects to.
macro_rules! pool {
    ($pool:ident, $variant:ident: $($backend:ident),+) => {
        impl TestPool for $pool {}

        impl kind::Kind for $pool {
            const NAME: &'static str = stringify!($pool);

            fn of(pool: Pool) -> Option<Self> {
                match pool {
                    Pool::$variant(pool) => Some(pool),
                    #[expect(
                        clippy::allow_attributes,
                        reason = "with one backend there is no other pool, with more there is"
                    )]
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }

        $(
            #[diagnostic::do_not_recommend]
            impl Parameter<on::$backend> for $pool {
                fn from_context(context: &TestContext) -> Passing<'_, Self> {
                    Box::pin(context.pool())
                }
            }
        )+
    };
}

#[cfg(feature = "sqlite")]
pool!(SqlitePool, Sqlite: Sqlite);
#[cfg(feature = "postgres")]
pool!(PgPool, Postgres: Postgres);
#[cfg(feature = "mysql")]
pool!(MySqlPool, MySql: MySql, MariaDb);

impl TestContext {
    /// The pool of the test, for code under test that takes a real one.
    ///
    /// ```no_run
    /// # use testudo::prelude::*;
    /// # async fn test(ctx: TestContext) -> testudo::Result {
    /// let pool: SqlitePool = ctx.pool().await?;
    /// # let _ = pool;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// From then on, [`db`](TestContext::db) uses it too. With
    /// [`Isolation::Rollback`](crate::Isolation::Rollback) it has a single connection: code that
    /// acquires a second one while it holds the first waits in vain and gets
    /// [`sqlx::Error::PoolTimedOut`]; such code needs [`Isolation::Clone`](crate::Isolation::Clone).
    ///
    /// # Errors
    /// When the test runs on a backend that this pool does not connect to, when a rolled-back test on a
    /// server has already used [`db`](TestContext::db) (let such a test take the pool as a parameter), or
    /// when the server cannot be reached any more.
    pub async fn pool<P: TestPool>(&self) -> Result<P, Error> {
        let pool = self.access().pool().await?;
        let has = pool.name();
        P::of(pool).ok_or_else(|| {
            Error::configuration(format!(
                "this test runs on `{}`, where its pool is a `{has}`, and was asked for a `{}`",
                self.backend(),
                P::NAME
            ))
        })
    }
}

impl Pool {
    /// As users write it.
    fn name(&self) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(_) => "SqlitePool",
            #[cfg(feature = "postgres")]
            Pool::Postgres(_) => "PgPool",
            #[cfg(feature = "mysql")]
            Pool::MySql(_) => "MySqlPool",
        }
    }
}
