//! What the orchestration asks of a kind of server: everything that is its SQL or its driver.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use sqlx::{Connection, Database, Pool};
use testudo_orm::{Db, SharedConnection};
use testudo_sql::Dialect;

use super::Registry;
pub(crate) use super::stand_in::Greeting;
use crate::error::Error;

/// A connection of an engine's driver.
pub(crate) type Conn<E> = <<E as Engine>::Driver as Database>::Connection;
/// How one is opened.
pub(crate) type Options<E> = <Conn<E> as Connection>::Options;

/// A kind of server: Postgres, or MySQL, which serves MariaDB too and knows which one it talks to.
///
/// A value stands for one server that answers. Methods take the connection that they work on: the
/// *lease* connection of the process, which is on the admin database, or one on a slot.
pub(crate) trait Engine: Debug + Sized + Send + Sync + 'static {
    type Driver: crate::isolation::apply::Driver<Connection: Into<testudo_orm::Connection>>;
    /// What a slot looks like when it is clean.
    type Baseline: Debug + Send + Sync + 'static;

    /// The servers of this kind that this process uses.
    fn registry() -> &'static Registry<Self>;

    /// Looks at the server behind an administrator's URL, and makes the admin database `testudo`
    /// with its table if they are not there; another process may do the same at the same time. The
    /// connection on which it looked is on the admin database.
    fn open(url: &str) -> impl Future<Output = Result<(Self, Conn<Self>), Error>> + Send;

    /// Its name and version, which the contents of a template may depend on.
    fn version(&self) -> &str;

    /// What it speaks.
    fn dialect(&self) -> Dialect;

    /// The URL of a database, with the password.
    fn url(&self, database: &str) -> String;

    /// Connects to a database; to the admin database without a name.
    fn connect(
        &self,
        database: Option<&str>,
    ) -> impl Future<Output = Result<Conn<Self>, Error>> + Send;

    // Locks, which are the session's: the server frees them when the connection dies.

    fn try_lock(
        &self,
        lease: &mut Conn<Self>,
        name: &str,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Waits for its turn; `false` when the patience is at its end.
    fn lock(
        &self,
        lease: &mut Conn<Self>,
        name: &str,
        patience: Duration,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    fn unlock(
        &self,
        lease: &mut Conn<Self>,
        name: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// How many connections the server gives us at most, all processes together.
    fn connection_limit(
        &self,
        lease: &mut Conn<Self>,
    ) -> impl Future<Output = Result<u32, Error>> + Send;

    // The table of the admin database: which databases there are.

    fn entry(
        &self,
        lease: &mut Conn<Self>,
        database: &str,
    ) -> impl Future<Output = Result<Option<Entry>, Error>> + Send;

    /// Inserts or replaces an entry, and notes that it was used now.
    fn set_entry(
        &self,
        lease: &mut Conn<Self>,
        database: &str,
        entry: &Entry,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    fn remove_entry(
        &self,
        lease: &mut Conn<Self>,
        database: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// The databases that were last used longer ago than this.
    fn unused(
        &self,
        lease: &mut Conn<Self>,
        age: Duration,
    ) -> impl Future<Output = Result<Vec<String>, Error>> + Send;

    // Databases.

    /// Makes an empty database; one of that name goes away first.
    fn create_database(
        &self,
        lease: &mut Conn<Self>,
        database: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Drops a database if it is there; whoever is connected is sent away.
    fn drop_database(
        &self,
        lease: &mut Conn<Self>,
        database: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Copies a database with everything in it; one of the copy's name goes away first. Whoever is
    /// connected to `from` is sent away if the server wants it so.
    fn copy(
        &self,
        lease: &mut Conn<Self>,
        from: &str,
        to: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    // The transaction around a test.

    /// Prepares a new connection to a slot, once: guards and session settings.
    fn equip(&self, connection: &mut Conn<Self>) -> impl Future<Output = Result<(), Error>> + Send;

    /// Opens the transaction on a slot and, in it, the savepoint `testudo_test`. From the first call on,
    /// sqlx counts one open transaction on this connection.
    fn hold(
        &self,
        connection: &mut Conn<Self>,
        slot: &str,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends the transaction and undoes what a rollback does not: settings, locks, temporary tables.
    /// `ran_text`: statements may have been sent that the server keeps no note of.
    fn release(
        &self,
        connection: &mut Conn<Self>,
        slot: &str,
        ran_text: bool,
    ) -> impl Future<Output = Result<Verdict, Error>> + Send;

    /// Ends the transaction by committing it, for somebody who wants to look at what a test left.
    fn commit(
        &self,
        connection: &mut Conn<Self>,
        slot: &str,
    ) -> impl Future<Output = Result<Verdict, Error>> + Send;

    // The pool of such a test.

    /// How its only connection is opened.
    fn slot_options(&self, slot: &str) -> Options<Self>;

    /// Lets the connection forget a statement that failed, when it comes back to the pool.
    fn heal(connection: &mut Conn<Self>) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// What a server says before it serves anybody.
    fn greeting() -> Greeting;

    /// How to connect to somebody who says this and no more.
    fn stand_in(address: SocketAddr) -> Options<Self>;

    // Tests that commit.

    /// A pool of at most so many connections. Not connected yet.
    fn pool(&self, database: &str, most: u32) -> Pool<Self::Driver>;

    /// The handle of models on a pool.
    fn db(pool: &Pool<Self::Driver>) -> Db;

    /// The pool as a test gets it.
    fn typed(pool: Pool<Self::Driver>) -> crate::isolation::Pool;

    /// The connection for handles to use by turns.
    fn share(&self, connection: Conn<Self>) -> SharedConnection;

    /// What the slot looks like now, which is clean.
    fn baseline(
        &self,
        connection: &mut Conn<Self>,
        slot: &str,
    ) -> impl Future<Output = Result<Self::Baseline, Error>> + Send;

    /// The tables that are not as they were although the transaction of the test was rolled back:
    /// somebody wrote to them on another connection. Sequences do not count.
    fn leaked(
        &self,
        connection: &mut Conn<Self>,
        template: &str,
        baseline: &mut Self::Baseline,
    ) -> impl Future<Output = Result<Vec<String>, Error>> + Send;

    /// Puts the slot back after a test that committed: the tables that it touched, in place. Sends
    /// connections away that the test left open.
    fn restore(
        &self,
        connection: &mut Conn<Self>,
        template: &str,
        baseline: &mut Self::Baseline,
    ) -> impl Future<Output = Result<Restored, Error>> + Send;
}

/// A database in the table of the admin database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) state: State,
    /// The rows of a template by label, as text.
    pub(crate) labels: Option<String>,
    /// For how long nobody has noted that they use it; not written, since writing is using.
    pub(crate) unused_for: Duration,
}

/// Whether a database can be used as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Whole, and as its template is.
    Ready,
    /// Somebody builds it or writes to it; if nobody holds its lock, they died.
    Dirty,
}

/// How the transaction around a test was found at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Intact,
    /// It was ended or replaced, or the test did what a rollback does not undo: a sentence that
    /// names the statement where it is known.
    Lost(String),
}

/// What it took to put a slot back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Restored {
    InPlace,
    /// It has to be copied anew, for this reason.
    NotInPlace(String),
}
