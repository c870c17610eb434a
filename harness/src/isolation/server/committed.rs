//! A test that commits, in a slot that is put back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Database, Pool as DriverPool};

use super::engine::{Engine, Restored, State};
use super::seat::{POOL, Seat};
use super::slot::{Slot, note};
use super::template::Template;
use super::{SharedHost, keep};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::{Access, Keep, PoolSource};
use crate::runtime;

/// How long to wait for connections that a task of the test still holds; the server ends them then.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database of a test that commits as it likes.
pub(crate) struct Committed<E: Engine> {
    /// Taken by the end of the test.
    parts: Option<Parts<E>>,
    pool: DriverPool<E::Driver>,
    url: String,
    labels: Labels,
}

struct Parts<E: Engine> {
    host: SharedHost<E>,
    seat: Seat<E>,
    slot: Slot<E>,
    pool: DriverPool<E::Driver>,
}

impl<E: Engine> Committed<E> {
    pub(super) async fn start(
        host: &SharedHost<E>,
        template: &Arc<Template>,
        seed: u64,
    ) -> Result<Self, Error> {
        let mut seat = host.seats.take(host, Some(template)).await?;
        let mut slot = seat.slot(template).await?;
        // A pool that was opened ahead stands in a transaction, and would be in the way.
        slot.spare = None;
        let database = slot.database.clone();
        let pool = host.engine.pool(&database, POOL);
        let mut committed = Self {
            url: host.engine.url(&database),
            labels: template.labels.clone(),
            pool: pool.clone(),
            parts: Some(Parts {
                host: Arc::clone(host),
                seat,
                slot,
                pool,
            }),
        };
        // From here on, whatever fails, dropping `committed` gives everything back.
        {
            // Written down before the first statement: should this process be killed, the next one knows.
            let mut lease = host.lease().await;
            note(host, &mut lease, &database, State::Dirty).await?;
        }
        if template.ingredients.is_seeded {
            let db = E::db(&committed.pool);
            committed.labels = template.load_into_copy(&db, seed).await?;
        }
        Ok(committed)
    }

    pub(super) fn access(&self) -> Access {
        let source = PoolSource::Open(E::typed(self.pool.clone()));
        Access::new(
            E::db(&self.pool),
            self.url.clone(),
            source,
            self.labels.clone(),
        )
    }

    pub(super) async fn finish(mut self, keep: &mut Keep<'_>) -> Result<(), Error> {
        match self.parts.take() {
            Some(parts) => parts.finish(keep).await,
            None => Ok(()),
        }
    }
}

impl<E: Engine> Drop for Committed<E> {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        if let Ok(runtime) = runtime::shared() {
            runtime.spawn(async move {
                // Nobody is left to be told; a slot that is not clean is not given back.
                let _ = parts.finish(&mut |_| None).await;
            });
        }
    }
}

impl<E: Engine> Parts<E> {
    async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        let Parts {
            host,
            mut seat,
            mut slot,
            pool,
        } = self;
        close(&pool).await;
        let result = match keep(false) {
            Some(path) => {
                let database = slot.database.clone();
                // It stays marked as dirty, and its connection would be in the way of a copy.
                drop(slot);
                keep::database(&host, &database, &path).await
            }
            None => {
                let restored = host
                    .engine
                    .restore(
                        &mut slot.connection,
                        &slot.template.name,
                        &mut slot.baseline,
                    )
                    .await;
                match restored {
                    Ok(Restored::InPlace) => {
                        let mut lease = host.lease().await;
                        let noted = note(&host, &mut lease, &slot.database, State::Ready).await;
                        if noted.is_ok() {
                            seat.keep(slot);
                        }
                        noted
                    }
                    // It stays marked as dirty: whoever needs it next copies the template anew.
                    Ok(Restored::NotInPlace(_)) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        };
        drop(seat);
        host.judged(result).await
    }
}

/// Closes the pool, and waits a little for its connections to come back.
pub(super) async fn close<D: Database>(pool: &DriverPool<D>) {
    let _ = tokio::time::timeout(PATIENCE, pool.close()).await;
}

impl<E: Engine> fmt::Debug for Committed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Committed").finish_non_exhaustive()
    }
}
