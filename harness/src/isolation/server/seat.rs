//! Seats: who may run a test now, and the slots that each seat has open.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::engine::Engine;
use super::slot::Slot;
use super::template::Template;
use super::told::told;
use super::{SharedHost, names};
use crate::error::Error;
use crate::runtime;

/// Connections that a test on one seat may have in all: the slots that it keeps open, and the pool of
/// a test that commits.
const CONNECTIONS: u32 = KEPT + POOL;
/// Slots that a seat keeps open, for tests on different templates that take turns on it.
const KEPT: u32 = 4;
/// The connections of a test that commits.
pub(super) const POOL: u32 = 6;
/// Connections that stay free for whoever else uses the server: leases, builders, a person who looks.
const SPARE: u32 = 12;
/// More tests than this at a time help nobody.
const MOST: u32 = 64;
/// How long a test waits for a seat.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often who is first in the queue looks whether another process has left a seat.
const PAUSE: Duration = Duration::from_millis(20);

/// The seats of a server, as this process sees them.
pub(super) struct Seats<E: Engine> {
    limit: u32,
    state: Mutex<Taken<E>>,
    /// Who waits stands in a queue: tests of this process are served in the order in which they came.
    queue: tokio::sync::Mutex<()>,
    returned: Notify,
    /// Another process waits for a seat: the next one that comes back is for it.
    is_wanted: AtomicBool,
    pub(super) given_up: Notify,
}

struct Taken<E: Engine> {
    /// Numbers that this process holds; the server would give them to it a second time.
    numbers: BTreeSet<u32>,
    /// Those that no test sits on, the latest last, each with its slots.
    idle: Vec<(u32, Vec<Slot<E>>)>,
    /// Those that are to be left to other processes.
    given_up: Vec<u32>,
}

/// The right to run one test, and the slots that come with it. Dropped, it serves the next test of this
/// process.
pub(super) struct Seat<E: Engine> {
    pub(super) number: u32,
    /// Slots that are clean and connected, the latest last.
    slots: Vec<Slot<E>>,
    host: SharedHost<E>,
}

impl<E: Engine> Seats<E> {
    /// As many seats as fit into this many connections.
    pub(super) fn within(connections: u32) -> Self {
        Self {
            limit: (connections.saturating_sub(SPARE) / CONNECTIONS).clamp(1, MOST),
            state: Mutex::new(Taken {
                numbers: BTreeSet::new(),
                idle: Vec::new(),
                given_up: Vec::new(),
            }),
            queue: tokio::sync::Mutex::default(),
            returned: Notify::new(),
            is_wanted: AtomicBool::new(false),
            given_up: Notify::new(),
        }
    }

    /// A seat for one test, if possible one that has the template's slot open.
    pub(super) async fn take(
        &self,
        host: &SharedHost<E>,
        template: Option<&Template>,
    ) -> Result<Seat<E>, Error> {
        let _turn = self.queue.lock().await;
        if let Some(seat) = self.idle(host, template) {
            return Ok(seat);
        }
        if let Some(seat) = self.lock_one(host).await? {
            return Ok(seat);
        }
        told(
            &format!(
                "waiting for one of the {} seats of the {} server",
                self.limit, host.backend
            ),
            &format!("a seat of the {} server is free", host.backend),
            self.next(host, template),
        )
        .await
    }

    /// A free seat with the slot of the template, open; only if nobody waits for one.
    pub(super) fn at_once(
        &self,
        host: &SharedHost<E>,
        template: &Template,
    ) -> Option<(Seat<E>, Slot<E>)> {
        let _turn = self.queue.try_lock().ok()?;
        let mut seat = self.idle_with(host, template)?;
        let slot = seat.open_slot(template)?;
        Some((seat, slot))
    }

    /// The next seat that comes free here or in another process.
    ///
    /// The first of each process stands in a queue of the server, which is a lock: who has it looks for
    /// seats, and that it is taken tells the others to leave some.
    async fn next(
        &self,
        host: &SharedHost<E>,
        template: Option<&Template>,
    ) -> Result<Seat<E>, Error> {
        let started = Instant::now();
        let standing = Arc::clone(host);
        let mut place = Standing(runtime::shared()?.spawn(async move {
            let mut connection = standing.connect(None).await?;
            let engine = &standing.engine;
            engine.lock(&mut connection, names::QUEUE, PATIENCE).await?;
            Ok(connection)
        }));
        let mut first = None;
        loop {
            if let Some(seat) = self.idle(host, template) {
                return Ok(seat);
            }
            if first.is_none() && place.0.is_finished() {
                first = Some((&mut place.0).await);
            }
            // Without a connection for standing in the queue it goes on without one.
            if first.is_some()
                && let Some(seat) = self.lock_one(host).await?
            {
                return Ok(seat);
            }
            if started.elapsed() > PATIENCE {
                return Err(Error::server(format!(
                    "all {} seats of the {} server have been taken for {} s, here or by other \
                     processes; each stands for {CONNECTIONS} connections: raise the server's \
                     `max_connections`, or run fewer tests at a time",
                    self.limit,
                    host.backend,
                    PATIENCE.as_secs()
                )));
            }
            // Woken by a test of this process.
            let _ = tokio::time::timeout(PAUSE, self.returned.notified()).await;
        }
    }

    /// Another process waits: leaves a seat to it, now or when the next one comes back.
    pub(super) fn leave_one(&self) {
        let mut state = self.state();
        if state.idle.is_empty() {
            self.is_wanted.store(true, Ordering::Release);
        } else {
            // The one that has served longest ago; its connections close with its slots.
            let (number, _) = state.idle.remove(0);
            state.given_up.push(number);
        }
    }

    /// The seats that are to be unlocked.
    pub(super) fn take_given_up(&self) -> Vec<u32> {
        std::mem::take(&mut self.state().given_up)
    }

    /// A seat is unlocked: if it is to serve this process again, it has to be locked again.
    pub(super) fn forget(&self, number: u32) {
        self.state().numbers.remove(&number);
    }

    fn idle(&self, host: &SharedHost<E>, template: Option<&Template>) -> Option<Seat<E>> {
        template
            .and_then(|template| self.idle_with(host, template))
            .or_else(|| {
                let (number, slots) = self.state().idle.pop()?;
                Some(Seat::with(host, number, slots))
            })
    }

    fn idle_with(&self, host: &SharedHost<E>, template: &Template) -> Option<Seat<E>> {
        let idle = &mut self.state().idle;
        let has_slot = |slots: &[Slot<E>]| slots.iter().any(|slot| slot.is_of(template));
        let at = idle.iter().rposition(|(_, slots)| has_slot(slots))?;
        let (number, slots) = idle.remove(at);
        Some(Seat::with(host, number, slots))
    }

    async fn lock_one(&self, host: &SharedHost<E>) -> Result<Option<Seat<E>>, Error> {
        let first = preferred() % self.limit;
        let mut lease = host.lease().await;
        for number in (first..self.limit).chain(0..first) {
            if self.state().numbers.contains(&number) {
                continue;
            }
            let lock = names::seat_lock(number);
            if host.engine.try_lock(&mut lease, &lock).await? {
                self.state().numbers.insert(number);
                return Ok(Some(Seat::with(host, number, Vec::new())));
            }
        }
        Ok(None)
    }

    fn state(&self) -> MutexGuard<'_, Taken<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The seat to try first: nextest numbers the tests that run at the same time, so that each process
/// finds the slots of its predecessor without asking around.
fn preferred() -> u32 {
    std::env::var("NEXTEST_TEST_GLOBAL_SLOT")
        .ok()
        .and_then(|slot| slot.parse().ok())
        .unwrap_or(0)
}

impl<E: Engine> Seat<E> {
    fn with(host: &SharedHost<E>, number: u32, slots: Vec<Slot<E>>) -> Self {
        Self {
            number,
            slots,
            host: Arc::clone(host),
        }
    }

    /// The slot of a template, if it is open.
    fn open_slot(&mut self, template: &Template) -> Option<Slot<E>> {
        let at = self.slots.iter().position(|slot| slot.is_of(template))?;
        Some(self.slots.remove(at))
    }

    /// The slot of a template: open already, or opened now.
    pub(super) async fn slot(&mut self, template: &Arc<Template>) -> Result<Slot<E>, Error> {
        if let Some(open) = self.open_slot(template) {
            return Ok(open);
        }
        // One of the connections that count for this seat is about to be opened.
        if self.slots.len() >= KEPT as usize {
            self.slots.remove(0);
        }
        Slot::open(&self.host, self.number, template).await
    }

    /// Takes a slot back that is clean.
    pub(super) fn keep(&mut self, slot: Slot<E>) {
        self.slots.push(slot);
    }
}

impl<E: Engine> Drop for Seat<E> {
    fn drop(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        let seats = &self.host.seats;
        if seats.is_wanted.swap(false, Ordering::AcqRel) {
            drop(slots);
            seats.state().given_up.push(self.number);
            seats.given_up.notify_one();
        } else {
            seats.state().idle.push((self.number, slots));
            seats.returned.notify_one();
        }
    }
}

/// A place in the queue of the server, given up when dropped.
struct Standing<C>(JoinHandle<Result<C, Error>>);

impl<C> Drop for Standing<C> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<E: Engine> fmt::Debug for Seats<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seats")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl<E: Engine> fmt::Debug for Seat<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
