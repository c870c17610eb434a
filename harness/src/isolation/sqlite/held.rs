//! A pool of one connection, inside a transaction that is never committed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteOwnedBuf, SqlitePoolOptions};
use sqlx::{Connection, Executor, SqliteConnection, SqlitePool};

use super::witness::Witness;
use super::{Image, Keep, close};
use crate::error::Error;

/// A second acquire cannot succeed while the only connection is held, so waiting long for it only
/// delays the failure; tasks that take turns need milliseconds.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool whose only connection is in a transaction.
///
/// sqlx counts that transaction, so `begin` on the pool is a savepoint and its commit a release. A
/// statement that fails needs no healing: SQLite undoes that statement alone.
#[derive(Debug)]
pub(crate) struct Held {
    pool: SqlitePool,
    witness: Arc<Witness>,
}

impl Held {
    /// Connects, restores the image if there is one, and opens the transaction.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        image: Option<Image>,
    ) -> Result<Self, Error> {
        let witness = Arc::new(Witness::default());
        let watching = Arc::clone(&witness);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            // It lives in this process: there is no network to lose it to.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let (image, witness) = (image.clone(), Arc::clone(&watching));
                Box::pin(async move {
                    let held = hold(connection, image, &witness).await;
                    held.map_err(|error| {
                        witness.failed(error);
                        sqlx::Error::WorkerCrashed
                    })
                })
            })
            .connect_lazy_with(options);
        match pool.acquire().await {
            Ok(_) => Ok(Self { pool, witness }),
            Err(error) => Err(Error::database(
                "open the database of the test",
                witness.take_failure().unwrap_or(error),
            )),
        }
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Closes the pool and says whether the test was kept apart.
    ///
    /// The transaction is rolled back when the connection closes: by itself if it is dropped, and by
    /// the time `close` returns if that must be known.
    pub(super) async fn finish(
        self,
        keep: &mut Keep<'_>,
    ) -> Result<Option<SqliteConnection>, Error> {
        // A connection comes back only when the statements queued on it, such as the rollback of a
        // dropped transaction, have run: from then on the witness knows all.
        let connection = match self.pool.try_acquire() {
            Some(connection) => Ok(connection),
            None => self.pool.acquire().await,
        };
        let verdict = self.witness.verdict();
        let mut connection = match connection {
            Ok(connection) => connection.detach(),
            // The application closed the pool, as it does when it shuts down.
            Err(sqlx::Error::PoolClosed) => return verdict.map(|()| None),
            Err(sqlx::Error::PoolTimedOut) => {
                return Err(Error::isolation_lost(
                    "a task that this test spawned still holds the only connection of its pool, so \
                     nobody can tell whether its transaction is intact; await such tasks before the \
                     test ends, or use isolation = \"clone\"",
                ));
            }
            Err(error) => return Err(Error::database("end the transaction of the test", error)),
        };
        let kept = match keep(verdict.is_err()) {
            Some(path) => keep_copy(&mut connection, &path).await,
            None => Ok(()),
        };
        verdict.and(kept).map(|()| Some(connection))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        close(&self.pool);
    }
}

async fn hold(
    connection: &mut SqliteConnection,
    image: Option<Image>,
    witness: &Arc<Witness>,
) -> Result<(), sqlx::Error> {
    if let Some(image) = image {
        connection
            .deserialize(None, SqliteOwnedBuf::try_from(&image[..])?, false)
            .await?;
    }
    // The query makes SQLite read the schema now, when nobody waits, and not in the first statement
    // of the test.
    let transaction = connection
        .begin_with("BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_schema")
        .await?;
    // Dropped, it would roll back. Forgotten, it stays open and sqlx still counts it.
    std::mem::forget(transaction);
    witness.watch(connection).await
}

/// Writes the database to a file as the test left it.
async fn keep_copy(connection: &mut SqliteConnection, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::database("keep the database of the test", error);
    // An image has only what is committed, so the last thing that this test does is to commit. It
    // fails harmlessly if the transaction is gone.
    let committed = connection.execute("COMMIT").await;
    let image = connection
        .serialize(None)
        .await
        .map_err(|error| failed(committed.err().unwrap_or(error)))?;
    std::fs::write(path, &image[..])
        .map_err(|error| Error::io("keep the database of the test in", path, error))
}
