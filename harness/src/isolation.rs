//! How a test is kept apart from every other one.
//!
//! Everything that names a driver's types lives in this module and its children: the rest of the
//! crate sees a [`Session`] and an [`Access`].

mod apply;
#[cfg(feature = "mysql")]
mod mysql;
mod parameter;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;

use testudo_orm::Db;

use crate::backend::Backend;
use crate::error::Error;
use crate::fixtures::Labels;
use crate::plan::Plan;

#[cfg(feature = "mysql")]
pub use parameter::MySqlPool;
#[cfg(feature = "postgres")]
pub use parameter::PgPool;
#[cfg(feature = "sqlite")]
pub use parameter::SqlitePool;
pub use parameter::{Parameter, TestPool, on};

/// How a test is kept apart from every other one.
///
/// | | the code under test commits | connections | costs |
/// |---|---|---|---|
/// | [`Rollback`](Isolation::Rollback) | a savepoint | one | least |
/// | [`Clone`](Isolation::Clone) | for real | several | a copy of the template |
/// | [`Fresh`](Isolation::Fresh) | for real | several | migrations and fixtures, each time |
/// | [`Auto`](Isolation::Auto) | a savepoint, or for real | one, or several | as `Rollback`, or as both |
///
/// Several connections are at most ten on SQLite, and six on a server.
///
/// What a rolled-back test cannot see: a foreign key that is `DEFERRABLE INITIALLY DEFERRED` is
/// checked by the outermost commit, which never comes; `PRAGMA foreign_keys` and `VACUUM` do nothing
/// or fail within a transaction; locks between connections do not arise where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Isolation {
    /// One connection with a transaction around the whole test, which is rolled back at the end.
    /// The transactions of the code under test become savepoints in it.
    #[default]
    Rollback,
    /// A copy of the template for this test alone, thrown away at the end.
    Clone,
    /// An empty database for this test alone; migrations and fixtures run from nothing.
    Fresh,
    /// [`Rollback`](Isolation::Rollback), and where that could not hold what the test does,
    /// [`Clone`](Isolation::Clone): the test runs again, and a line on stderr says so and why.
    ///
    /// A test that needs `Clone` each time costs less if it says so. Only `#[orm_test]` can run a test
    /// again; for [`test_context`](crate::test_context) this is `Rollback`.
    Auto,
}

impl Isolation {
    /// The name that `isolation = "..."` uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Isolation::Rollback => "rollback",
            Isolation::Clone => "clone",
            Isolation::Fresh => "fresh",
            Isolation::Auto => "auto",
        }
    }
}

/// The database of one test, from its start to its end.
///
/// Dropped without [`finish`](Session::finish), it still leaves nothing behind.
#[derive(Debug)]
pub(crate) enum Session {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Session),
    #[cfg(feature = "postgres")]
    Postgres(server::Session<postgres::Postgres>),
    #[cfg(feature = "mysql")]
    MySql(server::Session<mysql::MySql>),
}

/// The same expression for the session of whatever backend it is.
macro_rules! each {
    ($session:expr, $it:ident => $do:expr) => {
        match $session {
            #[cfg(feature = "sqlite")]
            Session::Sqlite($it) => $do,
            #[cfg(feature = "postgres")]
            Session::Postgres($it) => $do,
            #[cfg(feature = "mysql")]
            Session::MySql($it) => $do,
        }
    };
}

/// What a test may do with its database; clones outlive the session and are then refused.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    db: Db,
    url: String,
    source: PoolSource,
    labels: Labels,
}

/// Where the pool of a test comes from.
#[derive(Clone)]
enum PoolSource {
    /// It is open, and `db` is on it.
    Open(Pool),
    /// It is opened for the first who asks, and `db` goes over to it.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    OnDemand(Arc<dyn OpensPool>),
}

/// Opens the pool of a test, the same one each time.
#[cfg(any(feature = "postgres", feature = "mysql"))]
trait OpensPool: Send + Sync {
    fn open(self: Arc<Self>) -> futures_util::future::BoxFuture<'static, Result<Pool, Error>>;

    /// The test learns where its database is.
    fn expose(self: Arc<Self>);
}

/// A pool of any backend.
#[derive(Debug, Clone)]
pub enum Pool {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgPool),
    #[cfg(feature = "mysql")]
    MySql(sqlx::MySqlPool),
}

impl Session {
    pub(crate) async fn start(plan: &Plan) -> Result<Self, Error> {
        match plan.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => Ok(Session::Sqlite(sqlite::Session::start(plan).await?)),
            #[cfg(feature = "postgres")]
            Backend::Postgres => Ok(Session::Postgres(server::Session::start(plan).await?)),
            #[cfg(feature = "mysql")]
            Backend::MySql | Backend::MariaDb => {
                Ok(Session::MySql(server::Session::start(plan).await?))
            }
            #[cfg_attr(
                all(feature = "sqlite", feature = "postgres", feature = "mysql"),
                expect(unreachable_patterns, reason = "this build has every backend")
            )]
            backend => Err(Error::configuration(not_built(backend))),
        }
    }

    pub(crate) fn access(&self) -> Access {
        each!(self, session => session.access())
    }

    /// Ends the test: its pool is closed, its database goes away. `keep` decides whether to leave a copy
    /// of the database as the test left it.
    ///
    /// # Errors
    /// When the test was not kept apart as its isolation promises, or the copy cannot be written.
    pub(crate) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        each!(self, session => session.finish(keep).await)
    }
}

/// What an error of the code under test means, if the transaction around a rolled-back test is its cause.
/// The sentence says which isolation is the way out.
pub(crate) fn explain(backend: Backend, text: &str) -> Option<&'static str> {
    match backend {
        #[cfg(feature = "sqlite")]
        Backend::Sqlite => sqlite::explain(text),
        #[cfg(feature = "postgres")]
        Backend::Postgres => postgres::explain(text),
        #[cfg(feature = "mysql")]
        Backend::MySql | Backend::MariaDb => mysql::explain(text),
        #[cfg_attr(
            all(feature = "sqlite", feature = "postgres", feature = "mysql"),
            expect(unreachable_patterns, reason = "this build has every backend")
        )]
        _ => None,
    }
}

/// Why a test cannot run on a backend that this build does not have.
fn not_built(backend: Backend) -> String {
    format!(
        "this build of testudo has no backend `{backend}`; enable it in Cargo.toml: \
         `testudo = {{ version = \"..\", features = [\"{}\"] }}`",
        backend.feature()
    )
}

impl Access {
    fn new(db: Db, url: String, source: PoolSource, labels: Labels) -> Self {
        Self {
            db,
            url,
            source,
            labels,
        }
    }

    /// The pool of the test.
    pub(crate) async fn pool(&self) -> Result<Pool, Error> {
        match &self.source {
            PoolSource::Open(pool) => Ok(pool.clone()),
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            PoolSource::OnDemand(source) => Arc::clone(source).open().await,
        }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn labels(&self) -> &Labels {
        &self.labels
    }

    pub(crate) fn url(&self) -> &str {
        match &self.source {
            PoolSource::Open(_) => {}
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            PoolSource::OnDemand(source) => Arc::clone(source).expose(),
        }
        &self.url
    }
}

/// Where to leave a copy of a database, if one is wanted. Asked once it is known whether the isolation
/// of the test was lost, which is passed; not asked if there is no database left to copy.
pub(crate) type Keep<'k> = dyn FnMut(bool) -> Option<PathBuf> + Send + 'k;

/// The bytes of a database that a test starts from.
type Image = Arc<[u8]>;

impl std::fmt::Debug for PoolSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PoolSource::Open(pool) => pool.fmt(f),
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            PoolSource::OnDemand(_) => f.write_str("OnDemand"),
        }
    }
}
