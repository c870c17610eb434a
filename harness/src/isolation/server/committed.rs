//! A test that commits, in a slot that is put back.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Database, Pool as DriverPool};

use super::engine::{Engine, Restored, State};
use super::seat::{POOL, Seat};
use super::slot::{Slot, note};
use super::template::Template;
use super::{Parts, Session, SharedHost, keep};
use crate::error::Error;
use crate::isolation::{Access, Keep, PoolSource};

/// How long to wait for connections that a task of the test still holds; the server ends them then.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a test that commits as it likes gives back at its end.
pub(super) struct Committed<E: Engine> {
    host: SharedHost<E>,
    seat: Seat<E>,
    slot: Slot<E>,
    pool: DriverPool<E::Driver>,
}

/// Starts a test, on a seat that it may have to wait for.
pub(super) async fn start<E: Engine>(
    host: &SharedHost<E>,
    template: &Arc<Template>,
    seed: u64,
) -> Result<Session<E>, Error> {
    let mut seat = host.seats.take(host, Some(template)).await?;
    let slot = seat.slot(template).await?;
    let database = slot.database.clone();
    let pool = host.engine.pool(&database, POOL);
    let access = Access::new(
        E::db(&pool),
        slot.url.clone(),
        PoolSource::Open(E::typed(pool.clone())),
        template.labels.clone(),
    );
    let mut session = Session::new(
        access,
        Parts::Committed(Committed {
            host: Arc::clone(host),
            seat,
            slot,
            pool,
        }),
    );
    {
        // Written down before the first statement: should this process be killed, the next one knows.
        let mut lease = host.lease().await;
        note(host, &mut lease, &database, State::Dirty).await?;
    }
    if template.ingredients.is_seeded {
        session.access.labels = template.load_into_copy(session.access.db(), seed).await?;
    }
    Ok(session)
}

impl<E: Engine> Committed<E> {
    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        let Self {
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
