//! A test harness and fixture toolkit for applications built on an ORM or on plain sqlx: a real
//! database for each test, in milliseconds, gone when the test ends.
//!
//! ```no_run
//! use testudo::prelude::*;
//!
//! #[orm_test(migrations = "migrations")]
//! async fn registers(pool: SqlitePool) -> testudo::Result {
//!     sqlx::query("INSERT INTO users (name) VALUES ('alice')").execute(&pool).await?;
//!     let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await?;
//!     assert_eq!(users, 1);
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! - [`orm_test`] makes a test of an `async fn`; [`test_context`] does the same without the macro.
//! - [`TestContext`] is the running test: its database, its fixtures, its seed.
//! - [`Isolation`] says how tests are kept apart, and what each way can and cannot see.
//! - [`fixtures`] describes the YAML files.
//! - [`orm`] has the models, if the application under test uses them.
//!
//! # The environment
//!
//! | variable | what it says |
//! |---|---|
//! | `TESTUDO_BACKENDS` | the backends whose tests run: a comma list of `sqlite`, `postgres`, `mysql` and `mariadb`, or `all`; unset, every one that is there |
//! | `TESTUDO_SEED` | the seed of every test; unset, each test has the one that it sets, or its own |
//! | `TESTUDO_KEEP` | `failed` or `all`: whose databases are copied to `target/testudo/kept` |
//!
//! A test of a backend that `TESTUDO_BACKENDS` leaves out is skipped: a line on stderr says so, and
//! `target/testudo/skipped.txt` lists the tests that the latest run has skipped. So is a test on a server
//! that is not there, unless `TESTUDO_BACKENDS` names it, or `CI` is set: then it fails, and says what was
//! tried. A server that is there and refuses (a wrong password, say) is a failure each time.
//!
//! # When a test fails
//!
//! Its output ends with its seed and the command that runs it alone with that seed. Set
//! `TESTUDO_KEEP=failed` and it ends with the URL of a copy of its database, as the test left it, or, on a
//! server, with the file that has this URL, in which there is a password.

extern crate self as testudo;

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("testudo needs a backend: enable its feature `sqlite`, `postgres` or `mysql`");

mod backend;
mod builder;
mod context;
mod error;
mod failure;
pub mod fixtures;
mod isolation;
mod migrations;
mod plan;
mod recipe;
mod run;
mod runtime;
mod settings;
mod site;
mod suggest;

pub mod prelude;

pub use testudo_orm as orm;
pub use testudo_sql as sql;

pub use crate::backend::Backend;
pub use crate::builder::{TestContextBuilder, test_context};
pub use crate::context::TestContext;
pub use crate::error::Error;
pub use crate::failure::{Failure, Result};
#[cfg(feature = "mysql")]
pub use crate::isolation::MySqlPool;
#[cfg(feature = "postgres")]
pub use crate::isolation::PgPool;
#[cfg(feature = "sqlite")]
pub use crate::isolation::SqlitePool;
pub use crate::isolation::{Isolation, TestPool};
pub use crate::orm::Db;
/// Makes a test of an `async fn` that takes a database.
///
/// ```no_run
/// use testudo::prelude::*;
///
/// #[orm_test(migrations = "migrations", fixtures("shop"))]
/// async fn ships_what_was_paid(ctx: TestContext) -> testudo::Result {
///     let rows = ctx.db().fetch_all("SELECT id FROM orders WHERE paid", &[]).await?;
///     assert_eq!(rows.len(), 1);
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `requires(returning, row_locks)` | what a backend has to be capable of; on one that is not, the test is ignored, with the reason; see below |
/// | `fails_on(mysql = "why")` | the body is expected to fail there: if it passes, the test fails, because the expectation is out of date |
/// | `migrations = "dir"` | runs the migrations in this directory, once per process, or those in the folder `dir/postgres` if it is there; the path starts at the root of the package |
/// | `models(User, Order)` | generates the tables of these models instead |
/// | `fixtures("shop", "users")` | loads `fixtures/shop.yml` and `fixtures/users.yml` |
/// | `isolation = "rollback"` | how the test is kept apart: `rollback` (unless told otherwise), `clone`, `fresh` or `auto`; see [`Isolation`] |
/// | `backends(sqlite, postgres)` | one test for each of these backends, in a module of the test's name: `name::sqlite`; see [`Backend`] |
/// | `runtime = "shared"` | `shared` (unless told otherwise): one tokio runtime drives all tests of the process; `own`: one for this test |
/// | `seed = 42` | the seed of the test, in place of one that follows from its name |
///
/// # One suite, several backends
///
/// A package says in its Cargo.toml on which backends its tests run. There is one test of each of them for
/// every `#[orm_test]`, unless it has `backends(..)` or takes a pool, which fits one backend alone:
///
/// ```toml
/// [package.metadata.testudo]
/// backends = ["sqlite", "postgres", "mysql", "mariadb"]
///
/// [dev-dependencies]
/// testudo = { version = "..", features = ["postgres", "mysql", "containers"] }
/// ```
///
/// Migrations that differ stand in a directory per backend, `migrations/postgres`; MariaDB has those of
/// `migrations/mysql` if it has none of its own.
///
/// # Capabilities
///
/// | name | what it is | sqlite | postgres | mysql | mariadb |
/// |---|---|---|---|---|---|
/// | `returning` | `INSERT .. RETURNING`, `DELETE .. RETURNING` | yes | yes | | yes |
/// | `update_returning` | `UPDATE .. RETURNING` | yes | yes | | |
/// | `row_locks` | `SELECT .. FOR UPDATE` | | yes | yes | yes |
/// | `skip_locked` | `SELECT .. FOR UPDATE SKIP LOCKED` | | yes | yes | yes |
/// | `concurrent_writes` | two transactions that write at once | | yes | yes | yes |
/// | `transactional_ddl` | a rollback undoes `CREATE TABLE` | yes | yes | | |
/// | `deferred_constraints` | `FOREIGN KEY .. DEFERRABLE INITIALLY DEFERRED` | yes | yes | | |
/// | `partial_indexes` | `CREATE INDEX .. WHERE ..` | yes | yes | | |
/// | `full_join` | `FULL OUTER JOIN` | yes | yes | | |
/// | `aggregate_filter` | `count(*) FILTER (WHERE ..)` | yes | yes | | |
/// | `exact_decimals` | decimals of more than 15 digits, kept as they are | | yes | yes | yes |
/// | `advisory_locks` | `pg_advisory_lock`, `GET_LOCK` | | yes | yes | yes |
/// | `listen_notify` | `LISTEN`, `NOTIFY` | | yes | | |
///
/// # Parameters and return type
///
/// [`TestContext`] and [`Db`] on every backend, `SqlitePool` on `sqlite`, `PgPool` on `postgres`, and
/// `MySqlPool` on `mysql` and `mariadb`; by value, in any order and number. Without `backends(..)` a test
/// runs where its pool connects to, or else where Cargo.toml says, or else on the first of
/// [`Backend::ALL`]. The test returns nothing, or a `Result<(), E>` whose `E` is `Debug`; [`Result`] takes
/// every error with `?`.
///
/// # Other attributes
///
/// `#[ignore]`, `#[should_panic]`, `#[cfg]` and attributes of other crates stay on the test. A test that
/// should panic fails if it could not be started or was not kept apart: that panic is not the one it
/// waits for. For rstest see [`test`](macro@test).
pub use testudo_fixtures_macros::orm_test;
/// `#[orm_test]` under the name that other test macros look for.
///
/// rstest passes its cases to the attribute below it whose name is `test`:
///
/// ```no_run
/// use rstest::rstest;
/// use testudo::prelude::*;
///
/// #[rstest]
/// #[case("alice")]
/// #[case("bob")]
/// #[testudo::test(migrations = "migrations")]
/// async fn registers(#[case] name: &str, #[ignore] ctx: TestContext) {
///     # let _ = (name, ctx);
///     // ...
/// }
/// # fn main() {}
/// ```
///
/// `#[ignore]` tells rstest that somebody else passes the parameter. `#[test_attr(orm_test(..))]`
/// in place of `#[testudo::test(..)]` does the same.
pub use testudo_fixtures_macros::orm_test as test;

/// What the expansion of `#[orm_test]` names. It changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use testudo_orm::schema::tables_of;

    pub use crate::backend::Backend;
    pub use crate::context::TestContext;
    pub use crate::error::Error;
    pub use crate::isolation::{Isolation, Parameter, on};
    pub use crate::run::{Options, Outcome, TablesOf, run};
    pub use crate::runtime::RuntimeKind;
    pub use crate::site::{Site, site};
}
