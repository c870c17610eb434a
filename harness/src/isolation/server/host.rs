//! The server that this process runs tests on, found when the first test asks.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use testudo_containers::{Engine as Kind, Request, Server, Source};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use super::SharedHost;
use super::engine::{Conn, Engine};
use super::seat::Seats;
use super::template::{Template, Templates};
use super::{admission, stand_in, steward, sweep};
use crate::backend::Backend;
use crate::error::Error;
use crate::recipe::Ingredients;
use crate::runtime;

/// A server that does not answer within this time is not there.
const ALIVE: Duration = Duration::from_secs(2);
/// For how long one test's failure to find a server is taken for that of others.
const SHORTEST_PAUSE: Duration = Duration::from_secs(10);

/// The servers of one engine, by backend: MySQL and MariaDB share theirs.
pub(crate) struct Registry<E: Engine>(SyncMutex<Vec<(Backend, Place<E>)>>);

type Place<E> = Arc<Mutex<Found<E>>>;

/// What became of the search for a server.
enum Found<E: Engine> {
    NotYet,
    Open(SharedHost<E>),
    /// Said again to other tests, because to look for it once more may take as long once more.
    Failed {
        error: Error,
        /// When it is worth while to look again: a server may have come back.
        until: Instant,
    },
}

/// A server, and what this process holds of it.
pub(super) struct Host<E: Engine> {
    pub(super) engine: E,
    pub(super) backend: Backend,
    pub(super) seats: Seats<E>,
    templates: Templates,
    /// The connection that holds this process's locks. It also keeps a server alive that ends itself
    /// when nobody is connected.
    lease: Mutex<Conn<E>>,
    stand_in: OnceCell<SocketAddr>,
    is_lost: AtomicBool,
}

impl<E: Engine> Registry<E> {
    pub(crate) const fn new() -> Self {
        Self(SyncMutex::new(Vec::new()))
    }

    /// The server of a backend: found or started by the first test that asks, while the others wait.
    pub(super) async fn host(&'static self, backend: Backend) -> Result<SharedHost<E>, Error> {
        let place = self.place(backend);
        let mut found = place.lock().await;
        match &*found {
            Found::Open(host) if !host.is_lost.load(Ordering::Acquire) => {
                return Ok(Arc::clone(host));
            }
            Found::Failed { error, until } if Instant::now() < *until => {
                return Err(error.repeated());
            }
            Found::Open(_) | Found::NotYet | Found::Failed { .. } => {}
        }
        let started = Instant::now();
        match on_shared_runtime(Host::open(backend)).await {
            Ok(host) => {
                *found = Found::Open(Arc::clone(&host));
                sweep::in_background(&host);
                steward::start(&host);
                Ok(host)
            }
            Err(error) => {
                // No more than a third of the time is spent on looking in vain.
                let pause = (started.elapsed() * 2).max(SHORTEST_PAUSE);
                *found = Found::Failed {
                    error: error.repeated(),
                    until: Instant::now() + pause,
                };
                Err(error)
            }
        }
    }

    /// The server of a backend, if it is known and nobody is looking for it.
    pub(super) fn open_host(&self, backend: Backend) -> Option<SharedHost<E>> {
        let place = self.place(backend);
        match &*place.try_lock().ok()? {
            Found::Open(host) if !host.is_lost.load(Ordering::Acquire) => Some(Arc::clone(host)),
            Found::Open(_) | Found::NotYet | Found::Failed { .. } => None,
        }
    }

    fn place(&self, backend: Backend) -> Place<E> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = places.iter().find(|(of, _)| *of == backend) {
            return Arc::clone(place);
        }
        let place = Arc::new(Mutex::new(Found::NotYet));
        places.push((backend, Arc::clone(&place)));
        place
    }
}

impl<E: Engine> Host<E> {
    async fn open(backend: Backend) -> Result<SharedHost<E>, Error> {
        let request = Request::of(kind(backend)?);
        let mut server = find(&request).await?;
        let mut opened = admission::patiently(backend, || E::open(server.url())).await;
        // One that was found may have been about to end itself.
        if opened.is_err() && !server.was_started() && !matches!(server.source(), Source::Url) {
            server = find(&request).await?;
            opened = admission::patiently(backend, || E::open(server.url())).await;
        }
        let (engine, mut lease) = opened.map_err(|error| at(&server, &error))?;
        let limit = engine.connection_limit(&mut lease).await?;
        Ok(Arc::new(Self {
            engine,
            backend,
            seats: Seats::within(limit),
            templates: Templates::default(),
            lease: Mutex::new(lease),
            stand_in: OnceCell::new(),
            is_lost: AtomicBool::new(false),
        }))
    }

    /// The connection that holds this process's locks, for one statement.
    pub(super) async fn lease(&self) -> MutexGuard<'_, Conn<E>> {
        self.lease.lock().await
    }

    /// A connection to a database, or to the admin database; it outlives the runtime of the test.
    pub(super) async fn connect(
        self: &Arc<Self>,
        database: Option<String>,
    ) -> Result<Conn<E>, Error> {
        let host = Arc::clone(self);
        on_shared_runtime(async move {
            admission::patiently(host.backend, || host.engine.connect(database.as_deref())).await
        })
        .await
    }

    /// A connection to a slot that can hold the transactions of tests.
    pub(super) async fn slot_connection(
        self: &Arc<Self>,
        database: &str,
    ) -> Result<Conn<E>, Error> {
        let mut connection = self.connect(Some(database.to_owned())).await?;
        self.engine.equip(&mut connection).await?;
        Ok(connection)
    }

    /// What pools connect to before they are given a connection.
    pub(super) async fn stand_in(&self) -> Result<SocketAddr, Error> {
        let listen = || {
            on_shared_runtime(async {
                stand_in::listen(E::greeting()).await.map_err(|error| {
                    Error::server(format!("nothing can listen on 127.0.0.1: {error}"))
                })
            })
        };
        self.stand_in.get_or_try_init(listen).await.copied()
    }

    /// The template of these ingredients, if this process has used it before.
    pub(super) fn known_template(&self, ingredients: &Arc<Ingredients>) -> Option<Arc<Template>> {
        self.templates.known(ingredients)
    }

    pub(super) async fn template(
        self: &Arc<Self>,
        ingredients: Arc<Ingredients>,
    ) -> Result<Arc<Template>, Error> {
        self.templates.of(self, ingredients).await
    }

    /// Takes notice that a template is no longer there.
    pub(super) async fn forget(self: &Arc<Self>, template: &Template) -> Result<(), Error> {
        self.templates.forget(self, template).await
    }

    /// Whether the server is still there. If it is not, its locks are gone too: the next test looks for a
    /// server anew, and seats of this one are of no more use.
    pub(super) async fn is_there(&self) -> bool {
        let mut lease = self.lease().await;
        let alive = tokio::time::timeout(ALIVE, self.engine.connection_limit(&mut lease)).await;
        let is_there = matches!(alive, Ok(Ok(_)));
        if !is_there {
            self.is_lost.store(true, Ordering::Release);
        }
        is_there
    }

    /// What a test is told at its end: an error that comes from the death of the server says so.
    pub(super) async fn judged(&self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Err(error) if !self.is_there().await => Err(Error::server(format!(
                "the {} server went away while this test ran ({error}); the next test looks for one anew",
                self.backend
            ))),
            result => result,
        }
    }
}

/// Where it failed, and what to do.
fn at(server: &Server, error: &Error) -> Error {
    let advice = match server.source() {
        Source::Url => format!("correct `{}`", server.engine().variable("URL")),
        _ => "testudo has started this server; end it, and the next run starts another".to_owned(),
    };
    Error::server(format!("{error}; at {server}: {advice}"))
}

async fn find(request: &Request) -> Result<Server, Error> {
    let found = request.server().await;
    found.map_err(|error| Error::no_server(&error))
}

pub(super) fn kind(backend: Backend) -> Result<Kind, Error> {
    match backend {
        Backend::Postgres => Ok(Kind::Postgres),
        Backend::MySql => Ok(Kind::MySql),
        Backend::MariaDb => Ok(Kind::MariaDb),
        Backend::Sqlite => Err(Error::configuration("SQLite needs no server")),
    }
}

/// Runs work on the runtime of the process, so that what it opens serves later tests too.
pub(super) async fn on_shared_runtime<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    runtime::shared()?
        .spawn(work)
        .await
        .unwrap_or_else(|lost| Err(Error::configuration(format!("a task was lost: {lost}"))))
}

impl<E: Engine> fmt::Debug for Host<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("backend", &self.backend)
            .field("seats", &self.seats)
            .finish_non_exhaustive()
    }
}
