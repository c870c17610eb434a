//! How many connections a pool has, and for how long.

mod url;

use std::time::Duration;

use crate::{Error, Result};

/// How many connections a [`Db`](crate::Db) has, and for how long; what is not set is as sqlx has it.
///
/// The URL can say the same, and counts for more, so that a deployment has the last word: each setting is a
/// query parameter of the name of the method, times in whole seconds.
///
/// ```
/// # use std::time::Duration;
/// # use testudo_orm::{Db, PoolOptions};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let file = std::env::temp_dir().join(format!("testudo-pool-options-{}.db", std::process::id()));
/// # let url = format!("sqlite://{}?mode=rwc&max_connections=2&acquire_timeout=3", file.display());
/// // url: sqlite://shop.db?mode=rwc&max_connections=2&acquire_timeout=3
/// let options = PoolOptions::new()
///     .max_connections(5)
///     .min_connections(1)
///     .idle_timeout(Duration::from_secs(60));
/// let db = Db::connect_with(&url, options).await?;
/// # drop(db);
/// # let _ = std::fs::remove_file(file);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "options do nothing until `Db::connect_with` gets them"]
pub struct PoolOptions {
    max_connections: Option<u32>,
    min_connections: Option<u32>,
    acquire_timeout: Option<Duration>,
    /// `Some(None)`: a connection is never idle for too long.
    idle_timeout: Option<Option<Duration>>,
    max_lifetime: Option<Option<Duration>>,
    statement_cache: Option<usize>,
}

impl PoolOptions {
    /// The pool as it is when nothing is set.
    pub fn new() -> Self {
        PoolOptions::default()
    }

    /// The most connections that are open at once: 10 unless it is set.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = Some(connections);
        self
    }

    /// The connections that are kept open although nobody uses them.
    pub fn min_connections(mut self, connections: u32) -> Self {
        self.min_connections = Some(connections);
        self
    }

    /// How long a statement waits for a connection: 30 seconds unless it is set.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = Some(timeout);
        self
    }

    /// How long a connection stays open that nobody uses: 10 minutes unless it is set, `None` for ever. A URL
    /// says `idle_timeout=none`.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = Some(timeout.into());
        self
    }

    /// The age at which a connection is replaced: 30 minutes unless it is set, `None` for never. A URL says
    /// `max_lifetime=none`.
    pub fn max_lifetime(mut self, lifetime: impl Into<Option<Duration>>) -> Self {
        self.max_lifetime = Some(lifetime.into());
        self
    }

    /// How many prepared statements each connection keeps: 100 unless it is set.
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = Some(statements);
        self
    }

    pub(crate) fn statements(&self) -> Option<usize> {
        self.statement_cache
    }

    pub(crate) fn apply<D: sqlx::Database>(
        &self,
        mut pool: sqlx::pool::PoolOptions<D>,
    ) -> sqlx::pool::PoolOptions<D> {
        if let Some(connections) = self.max_connections {
            pool = pool.max_connections(connections);
        }
        if let Some(connections) = self.min_connections {
            pool = pool.min_connections(connections);
        }
        if let Some(timeout) = self.acquire_timeout {
            pool = pool.acquire_timeout(timeout);
        }
        if let Some(timeout) = self.idle_timeout {
            pool = pool.idle_timeout(timeout);
        }
        if let Some(lifetime) = self.max_lifetime {
            pool = pool.max_lifetime(lifetime);
        }
        pool
    }

    /// These options, and for what they do not set those.
    fn or(self, others: PoolOptions) -> PoolOptions {
        PoolOptions {
            max_connections: self.max_connections.or(others.max_connections),
            min_connections: self.min_connections.or(others.min_connections),
            acquire_timeout: self.acquire_timeout.or(others.acquire_timeout),
            idle_timeout: self.idle_timeout.or(others.idle_timeout),
            max_lifetime: self.max_lifetime.or(others.max_lifetime),
            statement_cache: self.statement_cache.or(others.statement_cache),
        }
    }

    /// The options that hold for this URL, and the URL as the driver understands it. `known` are the parameters of the
    /// driver.
    pub(crate) fn of_url(self, url: &str, known: &[&str]) -> Result<(PoolOptions, String)> {
        let (told, url) = url::read(url, known)?;
        let options = told.or(self);
        options.check().map_err(Error::url)?;
        Ok((options, url))
    }

    fn check(&self) -> Result<(), String> {
        let max = self.max_connections.unwrap_or(10);
        let min = self.min_connections.unwrap_or(0);
        if max == 0 {
            return Err("`max_connections` is 0: a pool needs a connection".to_owned());
        }
        if min > max {
            return Err(format!(
                "`min_connections` is {min}, which is more than `max_connections`, {max}"
            ));
        }
        let times = [
            ("acquire_timeout", self.acquire_timeout),
            ("idle_timeout", self.idle_timeout.flatten()),
            ("max_lifetime", self.max_lifetime.flatten()),
        ];
        match times.iter().find(|(_, time)| *time == Some(Duration::ZERO)) {
            Some((name, _)) => Err(format!("`{name}` is 0: no connection could be used")),
            None => Ok(()),
        }
    }

    /// Complains about what a pool cannot have that is one connection for ever.
    pub(crate) fn check_single(&self) -> Result<()> {
        let changes = [
            ("max_connections", self.max_connections.unwrap_or(1) != 1),
            ("min_connections", self.min_connections.unwrap_or(1) > 1),
            ("idle_timeout", self.idle_timeout.flatten().is_some()),
            ("max_lifetime", self.max_lifetime.flatten().is_some()),
        ];
        match changes.iter().find(|(_, changed)| *changed) {
            Some((name, _)) => Err(Error::url(format!(
                "a database in memory has one connection, and is gone with it: leave out `{name}`, or open a file"
            ))),
            None => Ok(()),
        }
    }
}
