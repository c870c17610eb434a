//! The pool of a test that is rolled back: its one connection is the one that the slot has kept.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::Pool;
use sqlx::pool::PoolOptions;

use super::SharedHost;
use super::engine::{Conn, Engine};
use super::held::still_held;
use crate::error::Error;

/// A second acquire cannot succeed while the only connection is held, so waiting long for it only
/// delays the failure; tasks that take turns need milliseconds.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of one connection inside a transaction that is never committed.
pub(super) struct HeldPool<E: Engine> {
    pub(super) pool: Pool<E::Driver>,
    /// Whether it had to open another one in place of the one that it was given.
    has_lost: Arc<AtomicBool>,
}

impl<E: Engine> HeldPool<E> {
    /// A pool of this connection.
    pub(super) async fn of(
        host: &SharedHost<E>,
        slot: &str,
        connection: Conn<E>,
    ) -> Result<Self, Error> {
        let failed = |error| Error::database("open the pool of the test", error);
        let has_lost = Arc::new(AtomicBool::new(false));
        let given = Mutex::new(Some(connection));
        let (of, another, name) = (Arc::clone(host), Arc::clone(&has_lost), slot.to_owned());
        let options = PoolOptions::<E::Driver>::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            // Its connection came back in order; a round trip to ask again would be wasted.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let given = given.lock().unwrap_or_else(PoisonError::into_inner).take();
                let (host, has_lost, slot) = (Arc::clone(&of), Arc::clone(&another), name.clone());
                Box::pin(async move {
                    if let Some(given) = given {
                        // What this takes the place of was a stand-in.
                        *connection = given;
                        return Ok(());
                    }
                    // Lost or closed. The test goes on, as it would elsewhere, and is told at its end.
                    has_lost.store(true, Ordering::Release);
                    match hold_anew(&host, connection, &slot).await {
                        Ok(()) => Ok(()),
                        Err(_) => Err(sqlx::Error::WorkerCrashed),
                    }
                })
            })
            .after_release(|connection, _| {
                Box::pin(async move { E::heal(connection).await.map(|()| true) })
            });
        let stand_in = E::stand_in(host.stand_in().await?);
        let pool = options.connect_with(stand_in).await.map_err(failed)?;
        // Where it would have to connect to, and what the test is told if it asks.
        pool.set_connect_options(host.engine.slot_options(slot));
        Ok(Self { pool, has_lost })
    }

    /// Takes the connection back, once nobody uses it any more, and closes the pool. `None`: the
    /// application has closed it, as it does when it shuts down, and so the server has rolled back.
    pub(super) async fn take_back(&self, patience: Duration) -> Result<Option<Conn<E>>, Error> {
        let acquired = tokio::time::timeout(patience, self.pool.acquire()).await;
        let connection = match acquired {
            Ok(Ok(connection)) => Ok(Some(connection.detach())),
            Ok(Err(sqlx::Error::PoolClosed)) => Ok(None),
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => Err(still_held()),
            Ok(Err(error)) => Err(Error::database("end the transaction of the test", error)),
        };
        // The pool is marked as closed by the call itself; the future would wait for connections that a
        // stray task may never give back.
        drop(self.pool.close());
        connection
    }

    pub(super) fn has_lost_its_connection(&self) -> bool {
        self.has_lost.load(Ordering::Acquire)
    }
}

async fn hold_anew<E: Engine>(
    host: &SharedHost<E>,
    connection: &mut Conn<E>,
    slot: &str,
) -> Result<(), Error> {
    host.engine.equip(connection).await?;
    host.engine.hold(connection, slot).await
}

impl<E: Engine> fmt::Debug for HeldPool<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pool.fmt(f)
    }
}
