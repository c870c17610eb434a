//! What server is wanted, and the way to it.

use std::{
    env, fmt,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use crate::{
    Engine, Error, Server, Source, docker,
    error::Attempt,
    local,
    probe::{self, Answer},
    state::Notes,
    url::{Address, Url},
};

mod environment;

/// Asks for a server: [`Request::of`], then [`server`](Self::server).
///
/// ```no_run
/// # async fn example() -> Result<(), testudo_containers::Error> {
/// # use testudo_containers::{Engine, Request};
/// let server = Request::of(Engine::MySql).image("mysql:8.4").setting("lower_case_table_names", "1").server().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) engine: Engine,
    url: Option<Named<String>>,
    /// Only if somebody chose one: the version of the server then matters.
    pub(crate) image: Option<String>,
    pub(crate) idle: Duration,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) patience: Option<Duration>,
    pub(crate) quiet: bool,
    sources: Sources,
    allow_non_test_database: bool,
    /// What is wrong with the environment; said when a server is asked for.
    mistake: Option<Error>,
}

/// Which sources may be used; all of them, if nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// A URL that was set.
    pub url: bool,
    /// Containers.
    pub docker: bool,
    /// Programs on this machine.
    pub local: bool,
}

/// A value, and how the user knows it.
#[derive(Clone)]
struct Named<T> {
    value: T,
    name: String,
}

/// How long a server at a URL may take to answer.
const URL_PATIENCE: Duration = Duration::from_secs(5);
/// How long one that runs may take: with many tests at once, a machine is slow.
const FOUND_PATIENCE: Duration = Duration::from_secs(10);

impl Request {
    /// A request as the environment has it.
    ///
    /// | Variable | Meaning |
    /// |---|---|
    /// | `TESTUDO_POSTGRES_URL`, `TESTUDO_MYSQL_URL`, `TESTUDO_MARIADB_URL` | the server to use |
    /// | `TESTUDO_POSTGRES_IMAGE`, .. | the image for a container: `postgres:16` |
    /// | `TESTUDO_SOURCE` | where servers may come from: a list of `url`, `docker`, `local` |
    /// | `TESTUDO_IDLE` | seconds without a client, after which a server that was started ends; 600, 0 for at once |
    /// | `TESTUDO_ALLOW_NON_TEST_DATABASE` | `1`: the URL may lead to a database that is not for tests |
    #[must_use]
    pub fn of(engine: Engine) -> Self {
        environment::request(engine)
    }

    /// The server at this URL, and no other.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(Named {
            value: url.into(),
            name: "the URL of the server".to_owned(),
        });
        self
    }

    /// This image for a container, such as `postgres:16`. Programs of another major version are then not used either.
    #[must_use]
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// How long a server that was started goes on without a client; zero ends it when the last one is gone.
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// A setting of the server, such as `max_connections`, in place of what it would get for tests.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Where the server may come from.
    #[must_use]
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    /// How long a server may take from its start to its first answer; 60 seconds, 30 outside of containers.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Says nothing on stderr.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The URL may lead to a database whose name does not say that it is for tests.
    #[must_use]
    pub fn allow_non_test_database(mut self, allow: bool) -> Self {
        self.allow_non_test_database = allow;
        self
    }

    /// Finds or starts the server; it answers when this returns.
    ///
    /// One that was found may end between this and the first connection: its last client was gone for long. Then ask
    /// once more.
    ///
    /// # Errors
    ///
    /// If the environment or the URL make no sense, the URL leads to a database that is not for tests
    /// ([`is_refused`](Error::is_refused)), there is nothing that could be a server
    /// ([`is_unavailable`](Error::is_unavailable)), or what is there did not become ready. The text tells what was
    /// tried, in order.
    pub async fn server(&self) -> Result<Server, Error> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let variable = self.engine.variable("URL");
        let mut attempts = Vec::new();
        if self.sources.url {
            if let Some(url) = &self.url {
                return self.at(&url.value, &url.name).await;
            }
            attempts.push(Attempt::missing(format!("`{variable}`"), "not set"));
        }
        let notes = Notes::open(self.engine, &self.key())?;
        if let Some(server) = self.found(&notes).await {
            return Ok(server);
        }
        let began = SystemTime::now();
        let _lock = notes.lock(self.quiet).await?;
        // Whoever had the lock before may have started one.
        if let Some(server) = self.found(&notes).await {
            return Ok(server);
        }
        if let Some(failure) = notes.failure(began) {
            return Err(failure);
        }
        let server = self
            .start(&notes, attempts)
            .await
            .inspect_err(|error| notes.note_failure(error))?;
        notes.note(&server)?;
        Ok(server)
    }

    async fn at(&self, text: &str, name: &str) -> Result<Server, Error> {
        let url = Url::of(self.engine, text, name)?;
        if !self.allow_non_test_database {
            url.check_database(self.engine, name)?;
        }
        let address = url.address(self.engine, name)?;
        match probe::settle(self.engine, &address, URL_PATIENCE).await {
            Answer::Ready => Ok(Server {
                engine: self.engine,
                url: text.to_owned(),
                source: Source::Url,
                started: false,
            }),
            answer => Err(Error::new(format!(
                "no {} server at `{}`, where {name} leads: {answer}; start it, correct the URL, or leave it out",
                self.engine,
                Url::without_password(text)
            ))),
        }
    }

    /// The server that others noted, if it still answers.
    async fn found(&self, notes: &Notes) -> Option<Server> {
        let server = notes.server(self.engine)?;
        let url = Url::of(self.engine, &server.url, "a note").ok()?;
        let address = url.address(self.engine, "a note").ok()?;
        let there = match &server.source {
            // Its port may be somebody else's by now.
            Source::Local { directory, .. } => directory.exists(),
            _ => true,
        };
        let answers =
            there && probe::settle(self.engine, &address, FOUND_PATIENCE).await == Answer::Ready;
        answers.then_some(server)
    }

    async fn start(&self, notes: &Notes, mut attempts: Vec<Attempt>) -> Result<Server, Error> {
        notes.forget();
        if self.sources.docker {
            match docker::start(self).await {
                Ok(server) => return Ok(server),
                Err(attempt) => attempts.push(attempt),
            }
        }
        if self.sources.local {
            match local::start(self, notes).await {
                Ok(server) => return Ok(server),
                Err(attempt) => attempts.push(attempt),
            }
        }
        Err(Error::tried(self.engine, &attempts))
    }

    /// What makes two requests the same: one server serves both.
    pub(crate) fn key(&self) -> String {
        let Sources { docker, local, .. } = self.sources;
        let engine = env::var("DOCKER_HOST").unwrap_or_default();
        let programs: Vec<PathBuf> = if local {
            local::programs(self.engine)
        } else {
            Vec::new()
        };
        let parts = format!(
            "{:?} {:?} {:?} {docker} {engine:?} {programs:?} {}",
            self.wanted_image(),
            self.engine.arguments(&self.settings),
            self.idle,
            env!("CARGO_PKG_VERSION"),
        );
        Sha256::digest(parts)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    pub(crate) fn wanted_image(&self) -> &str {
        self.image.as_deref().unwrap_or(self.engine.default_image())
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            url: true,
            docker: true,
            local: true,
        }
    }
}

/// Without the value, which may be a URL with a password.
impl<T> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The address of a server that we started.
pub(crate) fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp {
        host: host.to_owned(),
        port,
    }
}
