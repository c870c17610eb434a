//! Tests on MySQL and MariaDB: one engine, which knows by the server's version whom it talks to.

mod admin;
mod copy;
mod database;
mod definition;
mod others;
mod outer;
mod packet;
mod restore;
mod session;
mod shape;
mod template;
mod watch;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use sqlx::{ConnectOptions, MySqlConnection};
use testudo_orm::{Db, SharedConnection};
use testudo_sql::Dialect;

use super::Pool;
use super::server::Registry;
use super::server::engine::{Engine, Entry, Greeting, Restored, Verdict};
use crate::error::Error;
use others::Ours;
use packet::field;
use template::Template;
use watch::Reading;

pub(super) use outer::explain;

/// How long a test that commits waits for a connection of its pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A MySQL or MariaDB server.
pub(crate) struct MySql {
    flavour: Flavour,
    version: String,
    /// As it was given, for the URLs that tests get.
    url: String,
    options: MySqlConnectOptions,
    /// Whether the performance schema is there to be asked.
    has_performance_schema: bool,
    /// Whether the server refuses temporary tables in XA transactions unless it is told not to.
    knows_detaching: bool,
    /// Whether InnoDB resets its counters of changes as it likes, unless a table says otherwise.
    recalculates: bool,
    /// The statements that make a session what it was when it was new.
    reset: String,
    ours: Arc<Ours>,
    templates: Mutex<HashMap<String, Arc<Template>>>,
    /// What the end of a transaction has seen of others, by database, until somebody asks.
    visitors: Mutex<HashMap<String, Option<u64>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    MySql,
    MariaDb,
}

impl MySql {
    async fn look_at(url: &str) -> Result<(Self, MySqlConnection), Error> {
        let options: MySqlConnectOptions = url.parse().map_err(|error| {
            Error::database("understand the URL of the MySQL or MariaDB server", error)
        })?;
        // Every server has it, whatever database the URL names.
        let options = options.database("information_schema");
        let mut connection = connect(&options).await?;
        let select = "SELECT VERSION(), @@innodb_stats_auto_recalc, @@innodb_stats_persistent, \
                      @@performance_schema; SHOW VARIABLES LIKE 'xa_detach_on_prepare'";
        let answers = admin::ask(&mut connection, select.to_owned(), "look at the server").await?;
        let row = answers.first().and_then(|rows| rows.first());
        let row = row.map(Vec::as_slice).unwrap_or_default();
        let version = field(row, 0);
        let flavour = match version.to_ascii_lowercase().contains("mariadb") {
            true => Flavour::MariaDb,
            false => Flavour::MySql,
        };
        admin::prepare(&mut connection).await?;
        let engine = Self {
            flavour,
            version: match flavour {
                Flavour::MySql => format!("MySQL {version}"),
                Flavour::MariaDb => version.to_owned(),
            },
            url: url.to_owned(),
            options,
            has_performance_schema: field(row, 3) == "1",
            knows_detaching: answers.get(1).is_some_and(|rows| !rows.is_empty()),
            recalculates: field(row, 1) != "0" || field(row, 2) != "1",
            reset: flavour.reset(),
            ours: Arc::default(),
            templates: Mutex::default(),
            visitors: Mutex::default(),
        };
        Ok((engine, connection))
    }

    /// Connects to a database, or to the admin database.
    async fn connect_to(&self, database: Option<&str>) -> Result<MySqlConnection, Error> {
        let _opening = self.ours.opening();
        let options = self.options_of(database.unwrap_or(admin::DATABASE));
        let connection = connect(&options).await?;
        self.ours.opened();
        Ok(connection)
    }

    fn options_of(&self, database: &str) -> MySqlConnectOptions {
        self.options.clone().database(database)
    }
}

async fn connect(options: &MySqlConnectOptions) -> Result<MySqlConnection, Error> {
    options
        .connect()
        .await
        .map_err(|error| Error::database("connect to the MySQL or MariaDB server", error))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The URL with another database in it; what else it says stays.
fn url_of(url: &str, database: &str) -> String {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let (before, after) = url.split_at(authority);
    let host_end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (host, rest) = after.split_at(host_end);
    let query = rest.find(['?', '#']).map_or("", |at| &rest[at..]);
    format!("{before}{host}/{database}{query}")
}

impl Engine for MySql {
    type Driver = sqlx::MySql;
    type Baseline = Reading;

    fn registry() -> &'static Registry<Self> {
        static REGISTRY: Registry<MySql> = Registry::new();
        &REGISTRY
    }

    async fn open(url: &str) -> Result<(Self, MySqlConnection), Error> {
        Self::look_at(url).await
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn dialect(&self) -> Dialect {
        match self.flavour {
            Flavour::MySql => Dialect::MySql,
            Flavour::MariaDb => Dialect::MariaDb,
        }
    }

    fn url(&self, database: &str) -> String {
        url_of(&self.url, database)
    }

    async fn connect(&self, database: Option<&str>) -> Result<MySqlConnection, Error> {
        self.connect_to(database).await
    }

    async fn try_lock(&self, lease: &mut MySqlConnection, name: &str) -> Result<bool, Error> {
        admin::try_lock(lease, name).await
    }

    async fn lock(
        &self,
        lease: &mut MySqlConnection,
        name: &str,
        patience: Duration,
    ) -> Result<bool, Error> {
        admin::lock(lease, name, patience).await
    }

    async fn unlock(&self, lease: &mut MySqlConnection, name: &str) -> Result<(), Error> {
        admin::unlock(lease, name).await
    }

    async fn connection_limit(&self, lease: &mut MySqlConnection) -> Result<u32, Error> {
        admin::connection_limit(lease).await
    }

    async fn entry(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
    ) -> Result<Option<Entry>, Error> {
        admin::entry(lease, database).await
    }

    async fn set_entry(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
        entry: &Entry,
    ) -> Result<(), Error> {
        admin::set_entry(lease, database, entry).await
    }

    async fn remove_entry(&self, lease: &mut MySqlConnection, database: &str) -> Result<(), Error> {
        admin::remove_entry(lease, database).await
    }

    async fn unused(
        &self,
        lease: &mut MySqlConnection,
        age: Duration,
    ) -> Result<Vec<String>, Error> {
        admin::unused(lease, age).await
    }

    async fn create_database(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
    ) -> Result<(), Error> {
        self.create(lease, database).await
    }

    async fn drop_database(
        &self,
        lease: &mut MySqlConnection,
        database: &str,
    ) -> Result<(), Error> {
        self.drop(lease, database).await
    }

    async fn copy(&self, lease: &mut MySqlConnection, from: &str, to: &str) -> Result<(), Error> {
        self.copy_database(lease, from, to).await
    }

    async fn equip(&self, connection: &mut MySqlConnection) -> Result<(), Error> {
        self.prepare_session(connection).await
    }

    async fn hold(&self, connection: &mut MySqlConnection, slot: &str) -> Result<(), Error> {
        outer::start(connection, slot)
            .await
            .map_err(|error| Error::database("open the transaction of the test", error))
    }

    async fn release(
        &self,
        connection: &mut MySqlConnection,
        slot: &str,
        _: bool,
    ) -> Result<Verdict, Error> {
        self.end_outer(connection, slot).await
    }

    async fn commit(&self, connection: &mut MySqlConnection, slot: &str) -> Result<Verdict, Error> {
        self.commit_outer(connection, slot).await
    }

    fn slot_options(&self, slot: &str) -> MySqlConnectOptions {
        self.options_of(slot)
    }

    /// A statement that fails needs no healing: the server undoes that statement alone.
    async fn heal(_: &mut MySqlConnection) -> Result<(), sqlx::Error> {
        Ok(())
    }

    /// A handshake of the protocol's version 10, without any capability, and an OK.
    fn greeting() -> Greeting {
        Greeting {
            first: b"\x26\0\0\0\x0a8.0.0\0\
                     \x01\0\0\0nonsense\0\
                     \0\0\x2d\x02\0\0\0\0\
                     \0\0\0\0\0\0\0\0\0\0",
            then: b"\x07\0\0\x02\0\0\0\x02\0\0\0",
        }
    }

    fn stand_in(address: SocketAddr) -> MySqlConnectOptions {
        MySqlConnectOptions::new()
            .host(&address.ip().to_string())
            .port(address.port())
            .ssl_mode(MySqlSslMode::Disabled)
            // With nothing to set it sends no statement.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .set_names(false)
    }

    fn pool(&self, database: &str, most: u32) -> sqlx::MySqlPool {
        MySqlPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(self.options_of(database))
    }

    fn db(pool: &sqlx::MySqlPool) -> Db {
        Db::from(pool.clone())
    }

    fn typed(pool: sqlx::MySqlPool) -> Pool {
        Pool::MySql(pool)
    }

    fn share(&self, connection: MySqlConnection) -> SharedConnection {
        SharedConnection::speaking(connection, self.dialect())
    }

    async fn baseline(
        &self,
        connection: &mut MySqlConnection,
        slot: &str,
    ) -> Result<Reading, Error> {
        self.first_reading(connection, slot).await
    }

    async fn leaked(
        &self,
        connection: &mut MySqlConnection,
        template: &str,
        baseline: &mut Reading,
    ) -> Result<Vec<String>, Error> {
        self.find_leaks(connection, template, baseline).await
    }

    async fn restore(
        &self,
        connection: &mut MySqlConnection,
        template: &str,
        baseline: &mut Reading,
    ) -> Result<Restored, Error> {
        self.put_back(connection, template, baseline).await
    }
}

impl fmt::Debug for MySql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the options: they have the password.
        f.debug_struct("MySql")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_leaves_the_rest_of_a_url_as_it_was() {
        let with = |url| url_of(url, "slot");
        assert_eq!(with("mysql://u:p@h:1/mysql"), "mysql://u:p@h:1/slot");
        assert_eq!(with("mariadb://u:p@h:1"), "mariadb://u:p@h:1/slot");
        assert_eq!(
            with("mysql://u:p%2F@h:1/?ssl-mode=DISABLED"),
            "mysql://u:p%2F@h:1/slot?ssl-mode=DISABLED"
        );
    }
}
