//! Pools as a test gets them: one connection inside the transaction, or several that commit.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool, Postgres};

use super::super::server::engine::HeldPool;
use super::guard;

/// A second acquire cannot succeed while the only connection is held, so waiting long for it only
/// delays the failure. It has to suffice for connecting, too.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What only pools do: here, statements may go by that are never prepared.
const MARK: &str = "SET testudo.pool = 'yes'";
const ABOVE: &str = "SAVEPOINT testudo_statement";

/// A pool whose only connection is in a transaction that is never committed. `own` counts the sessions.
pub(super) fn held(
    options: PgConnectOptions,
    version: u32,
    may_replicate: bool,
    own: Arc<AtomicI64>,
) -> HeldPool<Postgres> {
    let opened = Arc::new(AtomicU32::new(0));
    let failure = Arc::new(Mutex::new(None));
    let (count, reason) = (Arc::clone(&opened), Arc::clone(&failure));
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // Its one connection came back in order; a round trip to ask again would be wasted.
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let (count, reason, own) = (Arc::clone(&count), Arc::clone(&reason), Arc::clone(&own));
            Box::pin(async move {
                let is_first = count.fetch_add(1, Ordering::AcqRel) == 0;
                let ready = async {
                    guard::equip(connection, version, may_replicate).await?;
                    own.fetch_add(1, Ordering::AcqRel);
                    connection.execute(MARK).await?;
                    guard::hold(connection, false).await?;
                    connection.execute(ABOVE).await
                };
                let Err(error) = ready.await else {
                    return Ok(());
                };
                *reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                // A pool tries again until its patience ends. Whoever opens it looks at the reason,
                // and the session cannot write.
                if is_first {
                    Ok(())
                } else {
                    Err(sqlx::Error::WorkerCrashed)
                }
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move { guard::heal(connection).await.map(|()| true) })
        })
        // As an option of the connection it survives `RESET ALL`.
        .connect_lazy_with(options.options([("default_transaction_read_only", "on")]));
    HeldPool {
        pool,
        opened,
        failure,
    }
}

/// A pool of connections that commit.
pub(super) fn committing(options: PgConnectOptions, most: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}
