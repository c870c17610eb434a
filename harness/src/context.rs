//! The running test, as its body sees it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use testudo_orm::{Db, Key, Model};

use crate::backend::Backend;
use crate::error::Error;
use crate::fixtures::{self, Labels};
use crate::isolation::{Access, Keep, Session};
use crate::plan::Plan;

/// A database of its own for one test, and what belongs to it.
///
/// `#[orm_test]` passes one to each test that takes it; without the macro,
/// [`test_context`](crate::test_context) starts one. Clones are cheap and mean the same database. When
/// the test is over, the pool is closed: a task that still has it gets [`sqlx::Error::PoolClosed`].
#[derive(Clone)]
pub struct TestContext(Arc<Inner>);

struct Inner {
    backend: Backend,
    seed: u64,
    access: Access,
    session: Mutex<Option<Session>>,
}

impl TestContext {
    pub(crate) async fn start(plan: &Plan) -> Result<Self, Error> {
        // In a box: the futures within are nested so deeply that the compiler gives up on the test's own
        // around them.
        let session = Box::pin(Session::start(plan)).await?;
        Ok(Self(Arc::new(Inner {
            backend: plan.backend,
            seed: plan.seed,
            access: session.access(),
            session: Mutex::new(Some(session)),
        })))
    }

    /// The handle for Testudo's models, and for everything that takes a `&Db`.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.0.access.db()
    }

    /// The rows that the fixtures of the test loaded, by label.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        self.0.access.labels()
    }

    /// The primary key of a row that the fixtures loaded, by the name `table.label`: for code under
    /// test that takes a key, and for applications without models.
    ///
    /// ```no_run
    /// # use testudo::prelude::*;
    /// # fn test(ctx: TestContext) -> testudo::Result {
    /// let alice: i64 = ctx.id("users.alice")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the fixtures of the test have no such row (the error names the nearest one), or when its
    /// key does not fit the type.
    pub fn id<K: Key>(&self, name: &str) -> Result<K, Error> {
        self.labels().key(name).map_err(Error::fixtures)
    }

    /// A row that the fixtures loaded, by the name `table.label`, as the database has it now.
    ///
    /// ```no_run
    /// # use testudo::prelude::*;
    /// # #[derive(Model)]
    /// # #[model(table = "orders")]
    /// # struct Order {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// # }
    /// # async fn test(ctx: TestContext) -> testudo::Result {
    /// let order: Order = ctx.get("orders.first").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the fixtures of the test have no such row (the error names the nearest one), when it is a
    /// row of another table than the model's, or when the test has deleted it.
    pub async fn get<M: Model>(&self, name: &str) -> Result<M, Error> {
        fixtures::get(self.labels(), name, self.db())
            .await
            .map_err(Error::fixtures)
    }

    /// The URL of the database.
    ///
    /// A rolled-back test on SQLite has a private database in memory, `sqlite::memory:`, that no
    /// other connection can reach; use [`pool`](TestContext::pool). With
    /// [`Isolation::Clone`](crate::Isolation::Clone) or [`Fresh`](crate::Isolation::Fresh) it is a
    /// temporary file.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.access.url()
    }

    /// The backend that the test runs on.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// The seed of the test, for whatever it draws at random: the same seed, the same test.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Ends the test: everything rolls back, and the pool is closed.
    ///
    /// A context that is dropped leaves nothing behind either; only this tells whether the test was
    /// kept apart all the time. A second call does nothing.
    ///
    /// # Errors
    /// When the code under test ended the transaction around the test
    /// ([`is_isolation_lost`](Error::is_isolation_lost)), or a task still holds its connection.
    pub async fn finish(self) -> Result<(), Error> {
        self.end(&mut |_| None).await
    }

    pub(crate) async fn end(&self, keep: &mut Keep<'_>) -> Result<(), Error> {
        let session = self
            .0
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match session {
            Some(session) => session.finish(keep).await,
            None => Ok(()),
        }
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }
}

impl fmt::Debug for TestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestContext")
            .field("backend", &self.0.backend)
            .field("seed", &self.0.seed)
            // Not the URL: that of a server has a password, and this ends up in logs.
            .finish_non_exhaustive()
    }
}
