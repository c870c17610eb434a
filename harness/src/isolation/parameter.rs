//! What a test may ask for by its parameters.

pub use sqlx::SqlitePool;
use testudo_orm::Db;

use super::Pool;
use crate::context::TestContext;

/// A type that `#[orm_test]` can pass to a test.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no parameter that `#[orm_test]` can pass",
    label = "not known to `#[orm_test]`",
    note = "a test takes `TestContext`, `Db` and `SqlitePool`, by value, in any order and number"
)]
pub trait Parameter: Sized {
    #[doc(hidden)]
    fn from_context(context: &TestContext) -> Self;
}

impl Parameter for TestContext {
    fn from_context(context: &TestContext) -> Self {
        context.clone()
    }
}

impl Parameter for Db {
    fn from_context(context: &TestContext) -> Self {
        context.db().clone()
    }
}

impl Parameter for SqlitePool {
    fn from_context(context: &TestContext) -> Self {
        context.pool().clone()
    }
}

impl TestContext {
    /// The pool of the test, for code under test that takes a real one.
    ///
    /// With [`Isolation::Rollback`](crate::Isolation::Rollback) it has a single connection: code that
    /// acquires a second one while it holds the first waits in vain and gets
    /// [`sqlx::Error::PoolTimedOut`]; such code needs [`Isolation::Clone`](crate::Isolation::Clone).
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        match &self.access().pool {
            Pool::Sqlite(pool) => pool,
        }
    }
}
