//! A test in a transaction that is rolled back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use testudo_orm::SharedConnection;
use tokio::sync::Mutex;

use super::engine::{Conn, Engine, State, Verdict};
use super::exposure::Exposure;
use super::pool::HeldPool;
use super::seat::Seat;
use super::slot::{Slot, note};
use super::template::Template;
use super::{Parts, Session, SharedHost, keep};
use crate::error::Error;
use crate::isolation::{Access, Keep, OpensPool, Pool, PoolSource};

/// How long a task that the test left behind may hold its connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a test that is rolled back gives back at its end.
pub(super) struct Held<E: Engine> {
    seat: Seat<E>,
    template: Arc<Template>,
    url: String,
    baseline: E::Baseline,
    lent: Arc<Lent<E>>,
}

/// What the test works on: the connection that is kept from test to test, until somebody asks for a real
/// pool, which it is then in.
struct Lent<E: Engine> {
    host: SharedHost<E>,
    database: String,
    shared: SharedConnection,
    pool: Mutex<Option<HeldPool<E>>>,
    exposure: Exposure,
}

/// Starts a test, on a seat that it may have to wait for.
pub(super) async fn start<E: Engine>(
    host: &SharedHost<E>,
    template: &Arc<Template>,
    seed: u64,
) -> Result<Session<E>, Error> {
    let mut seat = host.seats.take(host, Some(template)).await?;
    let mut slot = seat.slot(template).await?;
    if slot.hold(host).await.is_err() {
        // A kept connection that died meanwhile is opened anew, once.
        drop(slot);
        slot = seat.slot(template).await?;
        slot.hold(host).await?;
    }
    begin(host, template, seat, slot, seed).await
}

/// Starts a test where there is a seat for it with a slot that is open. Nothing is lost if this is
/// cancelled: it uses neither the lease nor the queue.
pub(super) async fn start_at_once<E: Engine>(
    host: &SharedHost<E>,
    template: &Arc<Template>,
    seed: u64,
) -> Option<Result<Session<E>, Error>> {
    let (seat, mut slot) = host.seats.at_once(host, template)?;
    // A connection that has died is for the other way to replace.
    slot.hold(host).await.ok()?;
    Some(begin(host, template, seat, slot, seed).await)
}

async fn begin<E: Engine>(
    host: &SharedHost<E>,
    template: &Arc<Template>,
    seat: Seat<E>,
    slot: Slot<E>,
    seed: u64,
) -> Result<Session<E>, Error> {
    let lent = Arc::new(Lent {
        host: Arc::clone(host),
        database: slot.database,
        shared: host.engine.share(slot.connection),
        pool: Mutex::new(None),
        exposure: Exposure::default(),
    });
    let access = Access::new(
        lent.shared.db(),
        slot.url.clone(),
        PoolSource::OnDemand(Arc::clone(&lent) as _),
        template.labels.clone(),
    );
    let held = Held {
        seat,
        template: slot.template,
        url: slot.url,
        baseline: slot.baseline,
        lent,
    };
    let mut session = Session::new(access, Parts::Held(held));
    if template.ingredients.is_seeded {
        session.access.labels = template.load_into_copy(session.access.db(), seed).await?;
    }
    Ok(session)
}

impl<E: Engine> OpensPool for Lent<E> {
    fn open(self: Arc<Self>) -> BoxFuture<'static, Result<Pool, Error>> {
        Box::pin(async move { self.pool_of_test().await })
    }

    fn expose(self: Arc<Self>) {
        self.exposure.mark(&self.host, &self.database);
    }
}

impl<E: Engine> Lent<E> {
    /// A real pool, to which the handles go over; the same one each time.
    async fn pool_of_test(&self) -> Result<Pool, Error> {
        let mut pool = self.pool.lock().await;
        if let Some(open) = &*pool {
            return Ok(E::typed(open.pool.clone()));
        }
        let (connection, handles) = self.shared.give_away::<Conn<E>>().await.map_err(|error| {
            Error::configuration(format!(
                "the pool has the one connection of this test, which could not be given to it: {error}; ask \
                 for it outside of `db().transaction(..)`"
            ))
        })?;
        // Its options lead to the database.
        self.exposure.mark(&self.host, &self.database);
        let open = HeldPool::of(&self.host, &self.database, connection).await?;
        handles.go_to(E::db(&open.pool));
        let typed = E::typed(open.pool.clone());
        *pool = Some(open);
        Ok(typed)
    }

    /// The connection that the test had; `None` if the application has closed it.
    async fn take_back(&self, pool: Option<&HeldPool<E>>) -> Result<Option<Conn<E>>, Error> {
        match pool {
            Some(pool) => pool.take_back(PATIENCE).await,
            None => match self.shared.take_back(PATIENCE).await {
                Ok(connection) => Ok(Some(connection)),
                Err(_) => Err(still_held()),
            },
        }
    }

    /// Ends the transaction.
    async fn end(&self, keep: &mut Keep<'_>) -> Ended<E> {
        let pool = self.pool.lock().await.take();
        let mut ended = match self.take_back(pool.as_ref()).await {
            Ok(Some(connection)) => {
                let ran_text = pool.is_some() || self.shared.has_run_script();
                self.end_on(connection, ran_text, keep).await
            }
            Ok(None) => match self.host.slot_connection(&self.database).await {
                Ok(connection) => Ended::well(connection),
                Err(error) => Ended::failed(error),
            },
            Err(error) => Ended::failed(error),
        };
        if ended.result.is_ok() && pool.is_some_and(|pool| pool.has_lost_its_connection()) {
            ended.result = Err(Error::isolation_lost(
                "the transaction around this test was lost with its connection, which the server or the \
                 code under test closed; use isolation = \"clone\", where the code under test connects as \
                 it likes",
            ));
        }
        ended
    }

    async fn end_on(
        &self,
        mut connection: Conn<E>,
        ran_text: bool,
        keep: &mut Keep<'_>,
    ) -> Ended<E> {
        let (engine, database) = (&self.host.engine, &self.database);
        let keep_at = keep(false);
        let verdict = match keep_at {
            Some(_) => engine.commit(&mut connection, database).await,
            None => engine.release(&mut connection, database, ran_text).await,
        };
        match verdict {
            Ok(Verdict::Intact) => Ended {
                keep_at,
                ..Ended::well(connection)
            },
            Ok(Verdict::Lost(why)) => Ended {
                keep_at: keep_at.or_else(|| keep(true)),
                ..Ended::failed(Error::isolation_lost(why))
            },
            Err(error) => Ended::failed(error),
        }
    }
}

impl<E: Engine> Held<E> {
    /// Ends the transaction and gives slot and seat back. A slot that may not be clean is not kept: whoever
    /// needs it next copies the template anew.
    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        let (lent, mut seat) = (self.lent, self.seat);
        let (host, database) = (&lent.host, &lent.database);
        let ended = lent.end(keep).await;
        let mut result = ended.result;
        let mut slot = ended.connection.map(|connection| Slot {
            template: self.template,
            database: database.clone(),
            url: self.url,
            connection,
            baseline: self.baseline,
        });
        if let Some(path) = ended.keep_at {
            // With its connection, which would be in the way of a copy.
            slot = None;
            result = result.and(keep::database(host, database, &path).await);
        }
        if result.is_ok()
            && let Some(slot) = &mut slot
        {
            result = nothing_leaked(&host.engine, slot).await;
        }
        let was_marked = lent.exposure.was_marked().await;
        let state = match slot {
            Some(slot) if result.is_ok() => {
                seat.keep(slot);
                was_marked.then_some(State::Ready)
            }
            _ => (!was_marked).then_some(State::Dirty),
        };
        if let Some(state) = state {
            let mut lease = host.lease().await;
            let noted = note(host, &mut lease, database, state).await;
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
    fn well(connection: Conn<E>) -> Self {
        Self {
            connection: Some(connection),
            result: Ok(()),
            keep_at: None,
        }
    }

    fn failed(error: Error) -> Self {
        Self {
            connection: None,
            result: Err(error),
            keep_at: None,
        }
    }
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

pub(super) fn still_held() -> Error {
    Error::isolation_lost(
        "a task that this test spawned still holds the only connection of its database, so nobody can \
         tell whether its transaction is intact; await such tasks before the test ends, or use \
         isolation = \"clone\"",
    )
}
