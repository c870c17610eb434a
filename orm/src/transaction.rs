//! An open transaction and the savepoints within it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::driver::{Pool, Server, Session, Transaction};
use crate::shared_connection::Turn;
use crate::{Error, Result};

/// One level of a transaction: 1 is the transaction itself, 2 and more are savepoints.
#[derive(Debug)]
pub(crate) struct Scope {
    level: usize,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: Server,
    open: Arc<Mutex<Open>>,
    /// Levels above this one were abandoned (their future was dropped) and wait to be rolled back.
    /// A drop cannot await, so the next statement does it.
    keep: AtomicUsize,
}

#[derive(Debug)]
struct Open {
    /// `None` once the transaction is over; dropping it rolls back.
    transaction: Option<Outermost>,
    level: usize,
}

/// What level 1 is.
#[derive(Debug)]
enum Outermost {
    /// A transaction on a connection of its own.
    Own(Transaction),
    /// A savepoint on a connection that others use too, when its turn has ended.
    Shared(Turn),
}

/// The connection, for one statement of the scope that asked for it.
pub(crate) struct Connection(OwnedMutexGuard<Open>);

/// Abandons the scope unless disarmed.
pub(crate) struct Guard<'s>(Option<&'s Scope>);

impl Scope {
    pub(crate) async fn begin(pool: &Pool) -> Result<Arc<Scope>> {
        let server = pool.server().await?;
        let transaction = pool.begin().await?;
        Ok(Scope::outermost(server, Outermost::Own(transaction)))
    }

    /// A transaction as a savepoint on a connection that is shared; it ends with the turn.
    pub(crate) async fn begin_within(mut turn: Turn) -> Result<Arc<Scope>> {
        let server = turn.server().await?;
        let turn = turn.begin(savepoint_name(1)).await?;
        Ok(Scope::outermost(server, Outermost::Shared(turn)))
    }

    fn outermost(server: Server, transaction: Outermost) -> Arc<Scope> {
        let open = Open {
            transaction: Some(transaction),
            level: 1,
        };
        let shared = Shared {
            server,
            open: Arc::new(Mutex::new(open)),
            keep: AtomicUsize::new(usize::MAX),
        };
        Arc::new(Scope {
            level: 1,
            shared: Arc::new(shared),
        })
    }

    pub(crate) async fn savepoint(&self) -> Result<Arc<Scope>> {
        let mut connection = self.connection().await?;
        let level = self.level + 1;
        connection
            .session()?
            .script(&format!("SAVEPOINT {}", savepoint_name(level)))
            .await?;
        connection.0.level = level;
        Ok(Arc::new(Scope {
            level,
            shared: Arc::clone(&self.shared),
        }))
    }

    pub(crate) fn server(&self) -> Server {
        self.shared.server
    }

    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(Some(self))
    }

    /// The connection, once nothing deeper than this scope is open on it.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        let open = Arc::clone(&self.shared.open).lock_owned().await;
        let open = self.shared.roll_back_abandoned(open).await?;
        if open.transaction.is_none() || self.level > open.level {
            return Err(over());
        }
        if self.level < open.level {
            return Err(Error::misuse(
                "a nested transaction is open on this connection; use the handle that it was given",
            ));
        }
        Ok(Connection(open))
    }

    pub(crate) async fn commit(&self) -> Result<()> {
        let Connection(mut open) = self.connection().await?;
        let level = self.level;
        to_its_end(async move {
            if level == 1 {
                return match open.transaction.take() {
                    Some(Outermost::Own(transaction)) => transaction.commit().await,
                    Some(Outermost::Shared(mut turn)) => turn.commit(&savepoint_name(1)).await,
                    None => Ok(()),
                };
            }
            if let Some(transaction) = &mut open.transaction {
                let name = savepoint_name(level);
                transaction
                    .session()?
                    .script(&format!("RELEASE SAVEPOINT {name}"))
                    .await?;
            }
            open.level = level - 1;
            Ok(())
        })
        .await
    }

    pub(crate) async fn rollback(&self) -> Result<()> {
        let Connection(mut open) = self.connection().await?;
        let level = self.level - 1;
        to_its_end(async move { roll_back_to(&mut open, level).await }).await
    }
}

impl Shared {
    /// Rolls back what was abandoned. A failure ends the whole transaction, since nobody knows then
    /// what is open on it.
    async fn roll_back_abandoned(
        &self,
        open: OwnedMutexGuard<Open>,
    ) -> Result<OwnedMutexGuard<Open>> {
        let keep = self.keep.load(Ordering::Acquire);
        let open = if keep < open.level {
            to_its_end(async move {
                let mut open = open;
                let rolled_back = roll_back_to(&mut open, keep).await;
                if rolled_back.is_err() {
                    open.transaction = None;
                }
                rolled_back.map(|()| open)
            })
            .await?
        } else {
            open
        };
        // Unless a lower level was abandoned meanwhile.
        let _ = self
            .keep
            .compare_exchange(keep, usize::MAX, Ordering::AcqRel, Ordering::Acquire);
        Ok(open)
    }
}

/// Runs to its end what must not be half done, even if the caller is cancelled: a RELEASE of which
/// nobody knows whether it was sent would leave the savepoints and their count apart.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.unwrap_or_else(|lost| {
        Err(Error::misuse(format!(
            "the task that ends a transaction was lost: {lost}"
        )))
    })
}

async fn roll_back_to(open: &mut Open, level: usize) -> Result<()> {
    if level == 0 {
        open.level = 0;
        return match open.transaction.take() {
            Some(Outermost::Own(transaction)) => transaction.rollback().await,
            Some(Outermost::Shared(mut turn)) => turn.roll_back(&savepoint_name(1)).await,
            None => Ok(()),
        };
    }
    if let Some(transaction) = &mut open.transaction {
        let name = savepoint_name(level + 1);
        transaction
            .session()?
            .script(&format!("ROLLBACK TO SAVEPOINT {name}"))
            .await?;
        transaction
            .session()?
            .script(&format!("RELEASE SAVEPOINT {name}"))
            .await?;
    }
    open.level = level;
    Ok(())
}

fn over() -> Error {
    Error::misuse(
        "the transaction of this handle is over; use the handle that `transaction` gave only until \
         its closure returns",
    )
}

fn savepoint_name(level: usize) -> String {
    format!("testudo_{level}")
}

impl Outermost {
    fn session(&mut self) -> Result<Session<'_>> {
        match self {
            Outermost::Own(transaction) => Ok(transaction.session()),
            Outermost::Shared(turn) => turn.session(),
        }
    }
}

impl Connection {
    /// The connection itself, for one statement.
    pub(crate) fn session(&mut self) -> Result<Session<'_>> {
        match &mut self.0.transaction {
            Some(transaction) => transaction.session(),
            None => Err(over()),
        }
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
