//! Tests on Postgres: what the orchestration of servers asks of it.

mod admin;
mod catalog;
mod database;
mod explain;
mod fingerprint;
mod glance;
mod guard;
mod look;
mod reference;
mod restore;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sqlx::{Connection, Executor, PgPool};
use testudo_orm::{Db, SharedConnection};
use testudo_sql::Dialect;
use tokio::sync::Mutex;

pub(super) use explain::explain;
use fingerprint::Changes;
pub(crate) use glance::Baseline;
use glance::Glance;
use reference::Reference;

use super::server::Registry;
use super::server::engine::{Engine, Entry, Greeting, Restored, Verdict};
use crate::error::Error;

/// Statistics are shared in memory since then; before, they arrive some time later.
const STATISTICS_ARE_EXACT: u32 = 150_000;
/// More of a statement than this does not help to find it.
const SHOWN: usize = 120;

/// A Postgres server.
pub(crate) struct Postgres {
    url: String,
    options: PgConnectOptions,
    version: String,
    number: u32,
    /// Whether rows can be put back past foreign keys and triggers.
    may_replicate: bool,
    /// The statement that reads the catalogs of a slot.
    catalogs: String,
    /// What is in the templates that slots were compared with.
    references: Mutex<HashMap<String, Arc<Reference>>>,
    /// What the end of the last test has seen, by slot.
    glances: SyncMutex<HashMap<String, Glance>>,
    /// Slots whose sessions still pass foreign keys and triggers, because they have put rows back.
    replicas: SyncMutex<HashSet<String>>,
}

impl Engine for Postgres {
    type Driver = sqlx::Postgres;
    type Baseline = Baseline;

    fn registry() -> &'static Registry<Self> {
        static REGISTRY: Registry<Postgres> = Registry::new();
        &REGISTRY
    }

    async fn open(url: &str) -> Result<(Self, PgConnection), Error> {
        // The error of a URL that cannot be read may repeat it, password and all.
        let options: PgConnectOptions = url.parse().map_err(|_| {
            Error::configuration(
                "the URL of the Postgres server cannot be read; it looks like \
                 `postgres://user:password@host:5432/postgres`",
            )
        })?;
        let failed = |error| Error::database("connect to the Postgres server", error);
        let mut lease = admin::connect(&options).await.map_err(failed)?;
        admin::prepare(&mut lease).await.map_err(failed)?;
        let (version, number, is_superuser): (String, i32, bool) = sqlx::query_as(
            "SELECT version(), current_setting('server_version_num')::int,
                    current_setting('is_superuser')::bool",
        )
        .fetch_one(&mut lease)
        .await
        .map_err(failed)?;
        let may_replicate = is_superuser
            || lease
                .execute("BEGIN; SET LOCAL session_replication_role = replica; ROLLBACK")
                .await
                .is_ok();
        // What was refused has left its transaction open.
        lease.execute("ROLLBACK").await.map_err(failed)?;
        let engine = Self {
            url: url.to_owned(),
            options,
            version,
            number: u32::try_from(number).unwrap_or(0),
            may_replicate,
            catalogs: catalog::query(is_superuser),
            references: Mutex::default(),
            glances: SyncMutex::default(),
            replicas: SyncMutex::default(),
        };
        Ok((engine, lease))
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn url(&self, database: &str) -> String {
        on_database(&self.url, database)
    }

    async fn connect(&self, database: Option<&str>) -> Result<PgConnection, Error> {
        match database {
            None => admin::connect(&self.options).await,
            Some(name) => PgConnection::connect_with(&self.slot_options(name)).await,
        }
        .map_err(|error| {
            let name = database.unwrap_or(admin::DATABASE);
            Error::database(format!("connect to the database `{name}`"), error)
        })
    }

    async fn try_lock(&self, lease: &mut PgConnection, name: &str) -> Result<bool, Error> {
        admin::try_lock(lease, name).await
    }

    async fn lock(
        &self,
        lease: &mut PgConnection,
        name: &str,
        patience: Duration,
    ) -> Result<bool, Error> {
        admin::lock(lease, name, patience).await
    }

    async fn unlock(&self, lease: &mut PgConnection, name: &str) -> Result<(), Error> {
        admin::unlock(lease, name).await
    }

    async fn connection_limit(&self, lease: &mut PgConnection) -> Result<u32, Error> {
        admin::connection_limit(lease).await
    }

    async fn entry(
        &self,
        lease: &mut PgConnection,
        database: &str,
    ) -> Result<Option<Entry>, Error> {
        admin::entry(lease, database).await
    }

    async fn set_entry(
        &self,
        lease: &mut PgConnection,
        database: &str,
        entry: &Entry,
    ) -> Result<(), Error> {
        admin::set_entry(lease, database, entry).await
    }

    async fn remove_entry(&self, lease: &mut PgConnection, database: &str) -> Result<(), Error> {
        admin::remove_entry(lease, database).await
    }

    async fn unused(&self, lease: &mut PgConnection, age: Duration) -> Result<Vec<String>, Error> {
        admin::unused(lease, age).await
    }

    async fn create_database(&self, lease: &mut PgConnection, database: &str) -> Result<(), Error> {
        database::create(lease, &self.options, self.number, database).await
    }

    async fn drop_database(&self, lease: &mut PgConnection, database: &str) -> Result<(), Error> {
        database::drop(lease, &self.options, database).await
    }

    async fn copy(&self, lease: &mut PgConnection, from: &str, to: &str) -> Result<(), Error> {
        database::copy(lease, &self.options, self.number, from, to).await
    }

    async fn equip(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let done = guard::equip(connection, self.number, self.may_replicate).await;
        done.map_err(|error| Error::database("guard the transaction of the test", error))
    }

    async fn hold(&self, connection: &mut PgConnection, slot: &str) -> Result<(), Error> {
        let failed = |error| Error::database("open the transaction of the test", error);
        if lock(&self.replicas).remove(slot) {
            // Not in the packet below, whose rollback would undo it.
            let reset = "RESET session_replication_role";
            connection.execute(reset).await.map_err(failed)?;
        }
        guard::hold(connection).await.map_err(failed)
    }

    async fn release(
        &self,
        connection: &mut PgConnection,
        slot: &str,
        ran_text: bool,
    ) -> Result<Verdict, Error> {
        let (verdict, glance) = guard::release(connection, ran_text).await?;
        if let Some(glance) = glance {
            lock(&self.glances).insert(slot.to_owned(), glance);
        }
        Ok(verdict)
    }

    async fn commit(&self, connection: &mut PgConnection, _: &str) -> Result<Verdict, Error> {
        guard::commit(connection).await
    }

    /// Read-only unless a transaction says otherwise: what runs after the one around a test was lost
    /// cannot write. As an option of the connection it survives `RESET ALL`.
    fn slot_options(&self, slot: &str) -> PgConnectOptions {
        self.on(slot)
            .options([("default_transaction_read_only", "on")])
    }

    async fn heal(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        guard::heal(connection).await
    }

    /// `AuthenticationOk` and `ReadyForQuery`.
    fn greeting() -> Greeting {
        Greeting {
            first: b"",
            then: b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I",
        }
    }

    fn stand_in(address: SocketAddr) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host(&address.ip().to_string())
            .port(address.port())
            .ssl_mode(PgSslMode::Disable)
    }

    fn pool(&self, database: &str, most: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(most)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(self.on(database))
    }

    fn db(pool: &PgPool) -> Db {
        Db::from(pool.clone())
    }

    fn typed(pool: PgPool) -> super::Pool {
        super::Pool::Postgres(pool)
    }

    fn share(&self, connection: PgConnection) -> SharedConnection {
        SharedConnection::speaking(connection, self.dialect()).protected()
    }

    async fn baseline(&self, connection: &mut PgConnection, slot: &str) -> Result<Baseline, Error> {
        let glance = Glance::at(connection).await;
        let glance = glance.map_err(|error| Error::database("look at a clean database", error))?;
        Ok(Baseline {
            slot: slot.to_owned(),
            glance,
        })
    }

    async fn leaked(
        &self,
        connection: &mut PgConnection,
        template: &str,
        baseline: &mut Baseline,
    ) -> Result<Vec<String>, Error> {
        let failed = |error| Error::database("look for what the test has left behind", error);
        if self.number >= STATISTICS_ARE_EXACT {
            // Whoever wrote was connected, and was counted.
            let seen = lock(&self.glances).remove(&baseline.slot);
            let glance = match seen {
                Some(glance) => glance,
                None => Glance::at(connection).await.map_err(failed)?,
            };
            if glance.sessions == baseline.glance.sessions {
                return Ok(Vec::new());
            }
        }
        database::clear(connection, &baseline.slot)
            .await
            .map_err(failed)?;
        let reference = self.reference(template).await?;
        let schema = catalog::difference(connection, &self.catalogs, &reference.catalogs)
            .await
            .map_err(failed)?;
        if let Some(what) = schema {
            return Ok(vec![format!("the schema ({what})")]);
        }
        let changes = Changes::read(connection, &reference, baseline.glance.clock)
            .await
            .map_err(failed)?;
        let tables = changes.tables.iter();
        let names = tables
            .filter_map(|position| reference.tables.get(*position))
            .map(|table| table.shown.clone())
            .collect::<Vec<_>>();
        if names.is_empty() {
            baseline.glance = Glance::at(connection).await.map_err(failed)?;
        }
        Ok(names)
    }

    async fn restore(
        &self,
        connection: &mut PgConnection,
        template: &str,
        baseline: &mut Baseline,
    ) -> Result<Restored, Error> {
        let failed = |error| Error::database("put the database of the test back", error);
        database::clear(connection, &baseline.slot)
            .await
            .map_err(failed)?;
        let reference = self.reference(template).await?;
        let restored = restore::restore(
            connection,
            &reference,
            &self.catalogs,
            baseline.glance.clock,
            self.may_replicate,
        )
        .await
        .map_err(failed)?;
        if restored == Restored::InPlace {
            if self.may_replicate {
                lock(&self.replicas).insert(baseline.slot.clone());
            }
            baseline.glance = Glance::at(connection).await.map_err(failed)?;
        } else {
            // It may be the template that is another one now.
            self.references.lock().await.remove(template);
        }
        Ok(restored)
    }
}

impl Postgres {
    fn on(&self, database: &str) -> PgConnectOptions {
        self.options.clone().database(database)
    }

    /// What is in a template; read once.
    async fn reference(&self, template: &str) -> Result<Arc<Reference>, Error> {
        let mut references = self.references.lock().await;
        if let Some(reference) = references.get(template) {
            return Ok(Arc::clone(reference));
        }
        let mut connection = self.connect(Some(template)).await?;
        let reference = Reference::read(&mut connection, &self.catalogs)
            .await
            .map_err(|error| Error::database(format!("read the template `{template}`"), error))?;
        // Nobody may be on a template that is to be copied.
        let _ = connection.close().await;
        let reference = Arc::new(reference);
        references.insert(template.to_owned(), Arc::clone(&reference));
        Ok(reference)
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without its URL, which has the password in it.
        f.debug_struct("Postgres")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &SyncMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same URL with another database.
fn on_database(url: &str, database: &str) -> String {
    let (location, parameters) = match url.split_once('?') {
        Some((location, parameters)) => (location, Some(parameters)),
        None => (url, None),
    };
    let authority = location.find("://").map_or(0, |scheme| scheme + 3);
    let end = location[authority..]
        .find('/')
        .map_or(location.len(), |path| authority + path);
    let server = &location[..end];
    // A database among the parameters would come before the path.
    let parameters = parameters.into_iter().flat_map(|all| all.split('&'));
    let parameters = parameters
        .filter(|parameter| !parameter.starts_with("dbname="))
        .collect::<Vec<_>>()
        .join("&");
    match parameters.is_empty() {
        true => format!("{server}/{database}"),
        false => format!("{server}/{database}?{parameters}"),
    }
}

/// The code of an error that the server reported.
fn code(error: &sqlx::Error) -> Option<String> {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .map(|code| code.into_owned())
}

fn shortened(statement: &str) -> String {
    let one_line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &one_line[..end]),
        None => one_line,
    }
}
