//! A test in a database that is made from nothing.

use std::sync::Arc;

use sqlx::Pool as DriverPool;

use super::committed::close;
use super::engine::Engine;
use super::seat::{POOL, Seat};
use super::{Parts, Session, SharedHost, keep, names};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::apply::apply;
use crate::isolation::{Access, Keep, PoolSource};
use crate::recipe::Ingredients;

/// What a test with a database of its own gives back at its end.
pub(super) struct Fresh<E: Engine> {
    host: SharedHost<E>,
    seat: Seat<E>,
    database: String,
    pool: DriverPool<E::Driver>,
}

/// Starts a test, on a seat that it may have to wait for. Should that fail, the database goes away, too.
pub(super) async fn start<E: Engine>(
    host: &SharedHost<E>,
    ingredients: &Ingredients,
    seed: u64,
) -> Result<Session<E>, Error> {
    let seat = host.seats.take(host, None).await?;
    // The seat is this test's alone, and so is the database of its number.
    let database = names::fresh(seat.number);
    let pool = host.engine.pool(&database, POOL);
    let access = Access::new(
        E::db(&pool),
        host.engine.url(&database),
        PoolSource::Open(E::typed(pool.clone())),
        Labels::default(),
    );
    let mut session = Session::new(
        access,
        Parts::Fresh(Fresh {
            host: Arc::clone(host),
            seat,
            database: database.clone(),
            pool: pool.clone(),
        }),
    );
    {
        let mut lease = host.lease().await;
        host.engine.create_database(&mut lease, &database).await?;
    }
    let (db, dialect) = (session.access.db(), host.engine.dialect());
    session.access.labels = apply(&pool, db, dialect, ingredients, seed, true).await?;
    Ok(session)
}

impl<E: Engine> Fresh<E> {
    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
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
