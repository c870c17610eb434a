//! A test in a database that is made from nothing.

use std::fmt;
use std::sync::Arc;

use sqlx::Pool as DriverPool;

use super::committed::close;
use super::engine::Engine;
use super::seat::{POOL, Seat};
use super::{SharedHost, keep, names};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::apply::apply;
use crate::isolation::{Access, Keep, PoolSource};
use crate::recipe::Ingredients;
use crate::runtime;

/// A database of the test's own, which goes away at its end.
pub(crate) struct Fresh<E: Engine> {
    /// Taken by the end of the test.
    parts: Option<Parts<E>>,
    pool: DriverPool<E::Driver>,
    url: String,
    labels: Labels,
}

struct Parts<E: Engine> {
    host: SharedHost<E>,
    seat: Seat<E>,
    database: String,
    pool: DriverPool<E::Driver>,
}

impl<E: Engine> Fresh<E> {
    pub(super) async fn start(
        host: &SharedHost<E>,
        ingredients: &Ingredients,
        seed: u64,
    ) -> Result<Self, Error> {
        let seat = host.seats.take(host, None).await?;
        // The seat is this test's alone, and so is the database of its number.
        let database = names::fresh(seat.number);
        let pool = host.engine.pool(&database, POOL);
        let mut fresh = Self {
            url: host.engine.url(&database),
            labels: Labels::default(),
            pool: pool.clone(),
            parts: Some(Parts {
                host: Arc::clone(host),
                seat,
                database: database.clone(),
                pool,
            }),
        };
        // From here on, whatever fails, dropping `fresh` gives everything back.
        {
            let mut lease = host.lease().await;
            host.engine.create_database(&mut lease, &database).await?;
        }
        let (db, dialect) = (E::db(&fresh.pool), host.engine.dialect());
        fresh.labels = apply(&fresh.pool, &db, dialect, ingredients, seed, true).await?;
        Ok(fresh)
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

impl<E: Engine> Drop for Fresh<E> {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        if let Ok(runtime) = runtime::shared() {
            runtime.spawn(async move {
                // Nobody is left to be told; the next test on this seat drops the database.
                let _ = parts.finish(&mut |_| None).await;
            });
        }
    }
}

impl<E: Engine> Parts<E> {
    async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        close(&self.pool).await;
        let kept = match keep(false) {
            Some(path) => keep::database(&self.host, &self.database, &path).await,
            None => Ok(()),
        };
        let dropped = {
            let mut lease = self.host.lease().await;
            let engine = &self.host.engine;
            engine.drop_database(&mut lease, &self.database).await
        };
        drop(self.seat);
        kept.and(dropped)
    }
}

impl<E: Engine> fmt::Debug for Fresh<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").finish_non_exhaustive()
    }
}
