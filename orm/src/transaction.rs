//! An open transaction and the savepoints within it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testudo_sql::Dialect;
use tokio::sync::{Mutex, MutexGuard};

use crate::driver::{Pool, Transaction};
use crate::{Error, Result};

/// One level of a transaction: 1 is the transaction itself, 2 and more are savepoints.
#[derive(Debug)]
pub(crate) struct Scope {
    level: usize,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dialect: Dialect,
    open: Mutex<Open>,
    /// Levels above this one were abandoned (their future was dropped) and wait to be rolled back.
    /// A drop cannot await, so the next statement does it.
    keep: AtomicUsize,
}

#[derive(Debug)]
struct Open {
    /// `None` once the transaction is over; dropping it rolls back.
    transaction: Option<Transaction>,
    level: usize,
}

/// The connection, for one statement of the scope that asked for it.
pub(crate) struct Connection<'s>(MutexGuard<'s, Open>);

/// Abandons the scope unless disarmed.
pub(crate) struct Guard<'s>(Option<&'s Scope>);

impl Scope {
    pub(crate) async fn begin(pool: &Pool) -> Result<Arc<Scope>> {
        let transaction = pool.begin().await?;
        let open = Mutex::new(Open {
            transaction: Some(transaction),
            level: 1,
        });
        let shared = Shared {
            dialect: pool.dialect(),
            open,
            keep: AtomicUsize::new(usize::MAX),
        };
        Ok(Arc::new(Scope {
            level: 1,
            shared: Arc::new(shared),
        }))
    }

    pub(crate) async fn savepoint(&self) -> Result<Arc<Scope>> {
        let mut connection = self.connection().await?;
        let level = self.level + 1;
        connection
            .script(&format!("SAVEPOINT {}", savepoint_name(level)))
            .await?;
        connection.0.level = level;
        Ok(Arc::new(Scope {
            level,
            shared: Arc::clone(&self.shared),
        }))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.shared.dialect
    }

    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(Some(self))
    }

    /// The connection, once nothing deeper than this scope is open on it.
    pub(crate) async fn connection(&self) -> Result<Connection<'_>> {
        let mut open = self.shared.open.lock().await;
        self.shared.roll_back_abandoned(&mut open).await?;
        if open.transaction.is_none() || self.level > open.level {
            return Err(Error::misuse(
                "the transaction of this handle is over; use the handle that `transaction` gave \
                 only until its closure returns",
            ));
        }
        if self.level < open.level {
            return Err(Error::misuse(
                "a nested transaction is open on this connection; use the handle that it was given",
            ));
        }
        Ok(Connection(open))
    }

    pub(crate) async fn commit(&self) -> Result<()> {
        let mut connection = self.connection().await?;
        if self.level == 1 {
            return match connection.0.transaction.take() {
                Some(transaction) => transaction.commit().await,
                None => Ok(()),
            };
        }
        connection
            .script(&format!("RELEASE SAVEPOINT {}", savepoint_name(self.level)))
            .await?;
        connection.0.level = self.level - 1;
        Ok(())
    }

    pub(crate) async fn rollback(&self) -> Result<()> {
        let mut connection = self.connection().await?;
        roll_back_to(&mut connection.0, self.level - 1).await
    }
}

impl Shared {
    /// Rolls back what was abandoned. The mark stays until that is done, so that a cancelled attempt
    /// is made again; a failed one ends the whole transaction, since nobody knows what is open on it.
    async fn roll_back_abandoned(&self, open: &mut Open) -> Result<()> {
        let keep = self.keep.load(Ordering::Acquire);
        if keep < open.level
            && let Err(error) = roll_back_to(open, keep).await
        {
            open.transaction = None;
            return Err(error);
        }
        // Unless a lower level was abandoned meanwhile.
        let _ = self
            .keep
            .compare_exchange(keep, usize::MAX, Ordering::AcqRel, Ordering::Acquire);
        Ok(())
    }
}

async fn roll_back_to(open: &mut Open, level: usize) -> Result<()> {
    if level == 0 {
        open.level = 0;
        return match open.transaction.take() {
            Some(transaction) => transaction.rollback().await,
            None => Ok(()),
        };
    }
    if let Some(transaction) = &mut open.transaction {
        let name = savepoint_name(level + 1);
        transaction
            .script(&format!("ROLLBACK TO SAVEPOINT {name}"))
            .await?;
        transaction
            .script(&format!("RELEASE SAVEPOINT {name}"))
            .await?;
    }
    open.level = level;
    Ok(())
}

fn savepoint_name(level: usize) -> String {
    format!("testudo_{level}")
}

impl Deref for Connection<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        // `Scope::connection` hands out a connection only while its transaction is open.
        self.0
            .transaction
            .as_ref()
            .expect("the transaction was checked to be open")
    }
}

impl DerefMut for Connection<'_> {
    fn deref_mut(&mut self) -> &mut Transaction {
        self.0
            .transaction
            .as_mut()
            .expect("the transaction was checked to be open")
    }
}

impl Guard<'_> {
    pub(crate) fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let Some(scope) = self.0 else { return };
        scope
            .shared
            .keep
            .fetch_min(scope.level - 1, Ordering::AcqRel);
        // The driver queues the rollback itself when a whole transaction is dropped.
        if scope.level == 1
            && let Ok(mut open) = scope.shared.open.try_lock()
        {
            open.transaction = None;
        }
    }
}
