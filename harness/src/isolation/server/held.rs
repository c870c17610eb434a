//! A test in a transaction that is rolled back.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::{Database, Pool as DriverPool};
use testudo_orm::SharedConnection;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::engine::{Conn, Engine, HeldPool, State, Verdict};
use super::seat::Seat;
use super::slot::{Slot, note};
use super::template::Template;
use super::{SharedHost, keep};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::{Access, Keep, OpensPool, Pool, PoolSource};
use crate::runtime;

/// How long a task that the test left behind may hold its connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database of a test that is rolled back.
pub(crate) struct Held<E: Engine> {
    /// Taken by the end of the test.
    parts: Option<Parts<E>>,
    lent: Arc<Lent<E>>,
    labels: Labels,
}

struct Parts<E: Engine> {
    host: SharedHost<E>,
    seat: Seat<E>,
    template: Arc<Template>,
    database: String,
    baseline: E::Baseline,
    lent: Arc<Lent<E>>,
}

/// What the test works on: one connection that is kept from test to test, until somebody asks for a real
/// pool, which takes its place.
struct Lent<E: Engine> {
    host: SharedHost<E>,
    database: String,
    template: Arc<Template>,
    seed: u64,
    shared: SharedConnection,
    pool: Mutex<Pools<E::Driver>>,
    exposure: SyncMutex<Exposure>,
}

/// Whether the test knows the way to its database, and can write to it on connections of its own. Then
/// the slot is marked as dirty while it runs: should this process be killed, the next one knows.
#[derive(Default)]
enum Exposure {
    #[default]
    None,
    /// The mark is being written.
    Marking(JoinHandle<Result<(), Error>>),
}

struct Pools<D: Database> {
    /// The pool of this test, if it asked for one.
    open: Option<HeldPool<D>>,
    /// One that an earlier test has opened ahead.
    spare: Option<HeldPool<D>>,
    /// One that is being opened for the next test; nothing, if that fails.
    next: Option<JoinHandle<Option<HeldPool<D>>>>,
}

impl<D: Database> Default for Pools<D> {
    fn default() -> Self {
        Self {
            open: None,
            spare: None,
            next: None,
        }
    }
}

impl<E: Engine> Held<E> {
    pub(super) async fn start(
        host: &SharedHost<E>,
        template: &Arc<Template>,
        seed: u64,
    ) -> Result<Self, Error> {
        let mut seat = host.seats.take(host, Some(template)).await?;
        let slot = held_slot(host, &mut seat, template).await?;
        let lent = Arc::new(Lent {
            host: Arc::clone(host),
            database: slot.database.clone(),
            template: Arc::clone(template),
            seed,
            shared: host.engine.share(slot.connection),
            exposure: SyncMutex::default(),
            pool: Mutex::new(Pools {
                open: None,
                spare: slot.spare,
                next: None,
            }),
        });
        let mut held = Self {
            parts: Some(Parts {
                host: Arc::clone(host),
                seat,
                template: Arc::clone(template),
                database: slot.database,
                baseline: slot.baseline,
                lent: Arc::clone(&lent),
            }),
            lent,
            labels: template.labels.clone(),
        };
        // From here on, whatever fails, dropping `held` gives everything back.
        if template.ingredients.is_seeded {
            let shared = &held.lent.shared;
            held.labels = template.load_into_copy(&shared.db(), seed).await?;
            shared.forget_use();
        }
        Ok(held)
    }

    pub(super) fn access(&self) -> Access {
        Access::new(
            self.lent.shared.db(),
            self.lent.host.engine.url(&self.lent.database),
            PoolSource::OnDemand(Arc::clone(&self.lent) as _),
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

impl<E: Engine> Drop for Held<E> {
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

/// The slot, with its transaction open. A kept connection that died meanwhile is opened anew, once.
async fn held_slot<E: Engine>(
    host: &SharedHost<E>,
    seat: &mut Seat<E>,
    template: &Arc<Template>,
) -> Result<Slot<E>, Error> {
    let mut slot = seat.slot(template).await?;
    if host.engine.hold(&mut slot.connection).await.is_ok() {
        return Ok(slot);
    }
    drop(slot);
    let mut slot = seat.slot(template).await?;
    host.engine.hold(&mut slot.connection).await?;
    Ok(slot)
}

impl<E: Engine> OpensPool for Lent<E> {
    fn open(self: Arc<Self>) -> BoxFuture<'static, Result<Pool, Error>> {
        Box::pin(async move { self.pool_of_test().await })
    }

    fn expose(self: Arc<Self>) {
        self.mark_exposed();
    }
}

impl<E: Engine> Lent<E> {
    /// Written by another task, because to ask for a URL is not async. A connection takes longer to open
    /// than this takes.
    fn mark_exposed(&self) {
        let mut exposure = self.exposure.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Exposure::None, Ok(runtime)) = (&*exposure, runtime::shared()) {
            let (host, database) = (Arc::clone(&self.host), self.database.clone());
            *exposure = Exposure::Marking(runtime.spawn(async move {
                let mut lease = host.lease().await;
                note(&host, &mut lease, &database, State::Dirty).await
            }));
        }
    }

    /// Whether the slot is marked as dirty, which takes effect before this returns.
    async fn was_exposed(&self) -> bool {
        let exposure =
            std::mem::take(&mut *self.exposure.lock().unwrap_or_else(PoisonError::into_inner));
        match exposure {
            Exposure::None => false,
            Exposure::Marking(marking) => {
                // Should it have failed, the server is gone, which is found out at the end.
                let _ = marking.await;
                true
            }
        }
    }

    /// A real pool in place of the kept connection; the same one each time.
    async fn pool_of_test(&self) -> Result<Pool, Error> {
        let mut pools = self.pool.lock().await;
        if let Some(open) = &pools.open {
            return Ok(E::typed(open.pool.clone()));
        }
        let held = match pools.spare.take() {
            Some(spare) => spare,
            None => self.host.engine.held_pool(&self.database),
        };
        connected(&held).await?;
        // Its options lead to the database.
        self.mark_exposed();
        let db = E::db(&held.pool);
        if self.template.ingredients.is_seeded {
            self.template.load_into_copy(&db, self.seed).await?;
        }
        if !self.shared.replace_by(db) {
            held.pool.close().await;
            return Err(Error::configuration(
                "the pool was asked for after the first statement had run on `db()`, and what it has \
                 written would not be seen: take the pool as a parameter of the test, or ask for it \
                 first",
            ));
        }
        let pool = E::typed(held.pool.clone());
        pools.open = Some(held);
        pools.next = self.open_ahead();
        Ok(pool)
    }

    /// Opens the pool of the next test while this one runs: to connect is most of what such a test costs.
    fn open_ahead(&self) -> Option<JoinHandle<Option<HeldPool<E::Driver>>>> {
        let (host, database) = (Arc::clone(&self.host), self.database.clone());
        let runtime = runtime::shared().ok()?;
        Some(runtime.spawn(async move {
            let held = host.engine.held_pool(&database);
            // The test that would get it opens its own, and says what is wrong if that fails too.
            connected(&held).await.ok().map(|()| held)
        }))
    }
}

/// Opens the connection of the pool now, where its failure can be told.
async fn connected<D: Database>(held: &HeldPool<D>) -> Result<(), Error> {
    let acquired = held.pool.acquire().await.map(drop);
    // A connection may be there although it could not be set up.
    let cause = held
        .failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (acquired, cause) {
        (Ok(()), None) => Ok(()),
        (_, Some(error)) | (Err(error), None) => {
            Err(Error::database("open the pool of the test", error))
        }
    }
}

impl<E: Engine> Parts<E> {
    /// Ends the transaction and gives slot and seat back. A slot that may not be clean is not kept: whoever
    /// needs it next copies the template anew.
    async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        let Parts {
            host,
            mut seat,
            template,
            database,
            baseline,
            lent,
        } = self;
        let engine = &host.engine;
        let Pools { open, spare, next } = std::mem::take(&mut *lent.pool.lock().await);
        // A connection that is being opened while leaks are looked for could be anybody's.
        let spare = match next {
            Some(next) => next.await.ok().flatten(),
            None => spare,
        };
        let ended = match (E::take_back(&lent.shared, PATIENCE).await, open) {
            (Err(_), _) => Ended::failed(still_held()),
            (Ok(own), None) => end(engine, own, keep).await,
            (Ok(own), Some(open)) => end_with_pool(engine, own, &open, keep).await,
        };
        let mut result = ended.result;
        let mut slot = ended.connection.map(|connection| Slot {
            template,
            database: database.clone(),
            connection,
            baseline,
            spare,
        });
        if let Some(path) = ended.keep_at {
            // With its connections, which would be in the way of a copy.
            slot = None;
            result = result.and(keep::database(&host, &database, &path).await);
        }
        if result.is_ok()
            && let Some(slot) = &mut slot
        {
            result = nothing_leaked(engine, slot).await;
        }
        let was_exposed = lent.was_exposed().await;
        let state = match slot {
            Some(slot) if result.is_ok() => {
                seat.keep(slot);
                was_exposed.then_some(State::Ready)
            }
            _ => (!was_exposed).then_some(State::Dirty),
        };
        if let Some(state) = state {
            let mut lease = host.lease().await;
            let noted = note(&host, &mut lease, &database, state).await;
            result = result.and(noted);
        }
        drop(seat);
        host.judged(result).await
    }
}

/// How the transaction of a test ended.
struct Ended<E: Engine> {
    /// The kept connection, if it can serve the next test.
    connection: Option<Conn<E>>,
    result: Result<(), Error>,
    /// Where to leave the database, which has been committed for that.
    keep_at: Option<PathBuf>,
}

impl<E: Engine> Ended<E> {
    fn failed(error: Error) -> Self {
        Self {
            connection: None,
            result: Err(error),
            keep_at: None,
        }
    }
}

async fn end<E: Engine>(engine: &E, mut connection: Conn<E>, keep: &mut Keep<'_>) -> Ended<E> {
    let (verdict, keep_at) = match keep(false) {
        Some(path) => (engine.commit(&mut connection).await, Some(path)),
        None => (engine.release(&mut connection).await, None),
    };
    match verdict {
        Ok(Verdict::Intact) => Ended {
            connection: Some(connection),
            result: Ok(()),
            keep_at,
        },
        Ok(Verdict::Lost(why)) => Ended {
            connection: None,
            result: Err(Error::isolation_lost(why)),
            keep_at: keep_at.or_else(|| keep(true)),
        },
        Err(error) => Ended::failed(error),
    }
}

/// The same on the connection of the pool that took the place of the kept one.
async fn end_with_pool<E: Engine>(
    engine: &E,
    mut own: Conn<E>,
    open: &HeldPool<E::Driver>,
    keep: &mut Keep<'_>,
) -> Ended<E> {
    let connection = tokio::time::timeout(PATIENCE, open.pool.acquire()).await;
    let ended = match connection {
        Ok(Ok(connection)) => end(engine, connection.detach(), keep).await,
        // The application closed the pool, as it does when it shuts down: the server has rolled back.
        Ok(Err(sqlx::Error::PoolClosed)) => Ended {
            connection: None,
            result: Ok(()),
            keep_at: None,
        },
        Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => Ended::failed(still_held()),
        Ok(Err(error)) => Ended::failed(Error::database("end the transaction of the test", error)),
    };
    close(&open.pool);
    let result = match (ended.result, open.opened.load(Ordering::Acquire)) {
        (Ok(()), 2..) => Err(Error::isolation_lost(
            "the transaction around this test was lost with its connection, which the server or the \
             code under test closed; use isolation = \"clone\", where the code under test connects as \
             it likes",
        )),
        (result, _) => result,
    };
    // The kept connection has stood aside with a transaction of its own, in which nothing happened.
    let released = matches!(engine.release(&mut own).await, Ok(Verdict::Intact));
    Ended {
        connection: (result.is_ok() && released).then_some(own),
        result,
        keep_at: ended.keep_at,
    }
}

/// Closes a pool without waiting: connections that are in use close when they come back.
fn close<D: Database>(pool: &DriverPool<D>) {
    // The pool is marked as closed by the call itself; the future would wait for connections that a
    // stray task may never give back.
    drop(pool.close());
}

/// Looks for rows that another connection has committed.
async fn nothing_leaked<E: Engine>(engine: &E, slot: &mut Slot<E>) -> Result<(), Error> {
    let tables = engine
        .leaked(
            &mut slot.connection,
            &slot.template.name,
            &mut slot.baseline,
        )
        .await?;
    if tables.is_empty() {
        return Ok(());
    }
    Err(Error::isolation_lost(format!(
        "this test changed {} for good, although its transaction was rolled back: it wrote on a second \
         connection, such as one opened from `url()`; use isolation = \"clone\", where the code under \
         test connects as it likes",
        crate::suggest::listed(tables.iter().map(String::as_str))
    )))
}

fn still_held() -> Error {
    Error::isolation_lost(
        "a task that this test spawned still holds the only connection of its database, so nobody can \
         tell whether its transaction is intact; await such tasks before the test ends, or use \
         isolation = \"clone\"",
    )
}

impl<E: Engine> fmt::Debug for Held<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
