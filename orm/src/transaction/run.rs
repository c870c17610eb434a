//! A closure run in a transaction, again if it has to be, and its hooks.

use std::sync::Arc;

use testudo_sql::Begin;

use super::options::{Repeat, TransactionOptions};
use super::{Scope, backoff};
use crate::db::Way;
use crate::{Db, Error, HookResult, Result};

impl Db {
    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns
    /// `Err`, panics or is dropped. Within a transaction this is a savepoint.
    ///
    /// ```no_run
    /// # async fn example(db: testudo_orm::Db) -> testudo_orm::Result<()> {
    /// db.transaction(async |tx| {
    ///     tx.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1", &[]).await?;
    ///     tx.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2", &[]).await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// While it runs, statements go through the handle that it is given: the outer handle is either
    /// another connection or, within a transaction, refused. [`atomic`](macro@crate::atomic) makes a
    /// transaction of a whole function.
    ///
    /// # Errors
    /// What `work` returns, or the database's refusal to begin or commit.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(Db) -> Result<T, E>,
        E: From<Error>,
    {
        self.transaction_with(TransactionOptions::new(), work).await
    }

    /// As [`transaction`](Self::transaction), with an isolation level, read only, tried again: see
    /// [`TransactionOptions`].
    ///
    /// # Errors
    /// What `work` returned when it was last tried, or the database's refusal to begin or commit. When a setting
    /// cannot be had, because this is a savepoint within a transaction that has it not.
    pub async fn transaction_with<T, E, F, R>(
        &self,
        options: TransactionOptions<R>,
        work: F,
    ) -> Result<T, E>
    where
        F: AsyncFnOnce(Db) -> Result<T, E>,
        E: From<Error>,
        R: Repeat<F>,
    {
        let (mut work, mut number) = (work, 1);
        loop {
            let again = options.repeat.again(&work, number);
            match (self.attempt(&options.begin, number, work).await, again) {
                (Ok(value), _) => return Ok(value),
                (Err(Failed::Lost(_)), Some(again)) => {
                    tokio::time::sleep(backoff::after(number)).await;
                    work = again;
                    number += 1;
                }
                (Err(Failed::Lost(error) | Failed::ForGood(error)), _) => return Err(error),
            }
        }
    }

    async fn attempt<T, E, F>(&self, begin: &Begin, number: u32, work: F) -> Result<T, Failed<E>>
    where
        F: AsyncFnOnce(Db) -> Result<T, E>,
        E: From<Error>,
    {
        let scope = self.begin(begin, number).await.map_err(Failed::to_begin)?;
        let guard = scope.guard();
        // The guard stays armed until the end is known: what is cancelled or fails here is rolled back.
        let error = match work(self.within(Arc::clone(&scope))).await {
            Ok(value) => match scope.commit().await {
                Ok(()) => {
                    guard.disarm();
                    return Ok(value);
                }
                Err(error) => E::from(error),
            },
            Err(error) => {
                if scope.rollback().await.is_ok() {
                    guard.disarm();
                }
                error
            }
        };
        Err(if scope.has_lost() {
            Failed::Lost(error)
        } else {
            Failed::ForGood(error)
        })
    }

    async fn begin(&self, begin: &Begin, number: u32) -> Result<Arc<Scope>> {
        match self.way().await? {
            Way::Pool(pool) => Scope::begin(pool, begin, number).await,
            Way::Transaction(outer) => Scope::savepoint(outer, begin).await,
            Way::Turn(turn) => Scope::begin_within(turn, begin).await,
        }
    }

    /// Runs a hook once the outermost transaction is committed, after the hooks that were there before it: to send
    /// a mail, or to tell another service what can be read from now on. If the transaction is rolled back, or
    /// the savepoint that this handle is on, the hook is discarded. On a handle without a transaction
    /// everything is committed already, and the hook runs at once.
    ///
    /// ```
    /// # use testudo_orm::{Db, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.execute("CREATE TABLE orders (id INTEGER)", &[]).await?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// db.transaction(async |tx| {
    ///     tx.execute("INSERT INTO orders VALUES (1)", &[]).await?;
    ///     tx.on_commit(async move || {
    ///         tell.send("order 1 is placed")?;
    ///         Ok(())
    ///     })
    ///     .await?;
    ///     assert!(told.try_recv().is_err());
    ///     Ok::<_, Error>(())
    /// })
    /// .await?;
    /// assert_eq!(told.recv(), Ok("order 1 is placed"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The hook uses a handle of its own if it needs the database: that of the transaction is over. When a
    /// hook fails, the others run nevertheless, and `transaction` returns an error for which
    /// [`Error::is_committed`] is true.
    ///
    /// # Errors
    /// When the transaction of this handle is over; without a transaction, what the hook returns.
    pub async fn on_commit<F, W>(&self, hook: F) -> Result<()>
    where
        F: FnOnce() -> W + Send + 'static,
        W: Future<Output = HookResult> + Send + 'static,
    {
        match self.scope() {
            Some(scope) => scope.on_commit(Box::new(|| Box::pin(hook()))),
            None => hook().await.map_err(|failure| Error::hooks(vec![failure])),
        }
    }

    /// Runs a hook once the transaction of this handle is rolled back, or the savepoint, or what is around
    /// it. If its future was dropped, or it panicked, a task runs the hook. On a handle without a
    /// transaction nothing can be rolled back, and the hook is dropped.
    ///
    /// The caller of `transaction` gets the error that was the reason to roll back; so the hook has none
    /// to return.
    ///
    /// # Errors
    /// When the transaction of this handle is over.
    pub fn on_rollback<F, W>(&self, hook: F) -> Result<()>
    where
        F: FnOnce() -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        match self.scope() {
            Some(scope) => scope.on_rollback(Box::new(|| Box::pin(hook()))),
            None => Ok(()),
        }
    }
}

/// How a try of a transaction failed.
enum Failed<E> {
    /// Another transaction was in the way: the same may succeed when it is done again.
    Lost(E),
    ForGood(E),
}

impl<E: From<Error>> Failed<E> {
    fn to_begin(error: Error) -> Self {
        if error.is_retryable() {
            Failed::Lost(error.into())
        } else {
            Failed::ForGood(error.into())
        }
    }
}
