//! Whether the transaction around a test was still there at its end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sqlx::SqliteConnection;

use crate::error::Error;

#[derive(Debug, Clone, Copy)]
enum End {
    Committed,
    RolledBack,
}

/// Sees every end of the outer transaction, by the hooks that SQLite itself calls.
///
/// The transaction is opened as a writing one, because SQLite calls the commit hook for those alone.
/// Savepoints, which is what the transactions of the code under test become, call neither hook.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// How the transaction ended, if it did: the first event counts, because whatever runs after it
    /// commits by itself.
    ended: OnceLock<End>,
    connections: AtomicU32,
    failure: Mutex<Option<sqlx::Error>>,
}

impl Witness {
    pub(super) async fn watch(
        self: &Arc<Self>,
        connection: &mut SqliteConnection,
    ) -> Result<(), sqlx::Error> {
        self.connections.fetch_add(1, Ordering::AcqRel);
        let mut handle = connection.lock_handle().await?;
        let witness = Arc::clone(self);
        handle.set_commit_hook(move || {
            let _ = witness.ended.set(End::Committed);
            true
        });
        let witness = Arc::clone(self);
        handle.set_rollback_hook(move || {
            let _ = witness.ended.set(End::RolledBack);
        });
        Ok(())
    }

    /// Keeps why a connection could not be set up: a pool would only say that it timed out.
    pub(super) fn failed(&self, error: sqlx::Error) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn take_failure(&self) -> Option<sqlx::Error> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Only exact once nothing is queued on the connection.
    pub(super) fn verdict(&self) -> Result<(), Error> {
        let happened = match self.ended.get() {
            Some(End::Committed) => {
                "was committed by the code under test (`COMMIT` or `END` sent as text)"
            }
            Some(End::RolledBack) => {
                "was rolled back by the code under test (`begin_with`, which cannot be nested; a \
                 `begin` that failed or was cancelled; `ROLLBACK` sent as text; or `ON CONFLICT \
                 ROLLBACK`)"
            }
            None if self.connections.load(Ordering::Acquire) > 1 => {
                "was lost with its connection, which the code under test closed or detached from the \
                 pool"
            }
            None => return Ok(()),
        };
        Err(Error::isolation_lost(format!(
            "the transaction around this test {happened}: what ran afterwards was not rolled back; \
             use isolation = \"clone\", where the code under test commits and connects as it likes"
        )))
    }
}
