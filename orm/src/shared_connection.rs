//! One connection, within a transaction that its owner opened, shared by turns among handles.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use testudo_sql::{Dialect, Value};
use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard, mpsc};

use crate::driver::{Connection, Done, Each, Row, Session};
use crate::to_its_end::to_its_end;
use crate::{Db, Error, Result};

/// Above this savepoint each statement runs that is in no transaction of its own.
const STATEMENT: &str = "testudo_statement";
/// How long a statement waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// One connection, within a transaction that its owner opened, which handles use by turns until it
/// is taken back.
///
/// For a harness that rolls back what a test did: the code under test gets [`db`](Self::db), on which
/// `transaction` is a savepoint, so that its commits can be undone. Statements from several tasks wait
/// for their turn in the order in which they came. Clones mean the same connection.
///
/// On Postgres a statement that fails spoils the transaction around it; here it undoes itself alone,
/// as it does on a connection of its own.
#[derive(Clone)]
pub struct SharedConnection {
    owned: Arc<Owned>,
}

struct Owned {
    /// Fair: who asked first is served first.
    desk: Arc<Mutex<Desk>>,
    speaks: OnceCell<Dialect>,
    /// The dialect as long as the server was not asked.
    assumed: Dialect,
    /// What its handles go to in its place.
    replacement: OnceLock<Db>,
    revoked: AtomicBool,
}

struct Desk {
    connection: Option<Connection>,
    savepoint: Savepoint,
    /// Whether statements were sent as text, without being prepared.
    ran_script: bool,
    /// The savepoint of a transaction that has not come to its end. Whoever finds one here on
    /// taking the desk rolls it back: its future was dropped.
    open: Option<String>,
}

/// The savepoint above which statements run on Postgres.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    Missing,
    /// Nothing has run since it was set.
    Fresh,
    /// To go back to it would undo what must stay.
    Used,
}

/// The handles on a connection that was given away.
#[derive(Debug)]
pub struct Diverted(Turn);

impl Diverted {
    /// From now on every handle goes to this database.
    pub fn go_to(self, db: Db) {
        // Nobody else can have said so: this has the desk.
        let _ = self.0.owned.replacement.set(db);
    }
}

/// The right to use the connection, until it is dropped.
pub(crate) struct Turn {
    owned: Arc<Owned>,
    desk: OwnedMutexGuard<Desk>,
}

impl SharedConnection {
    /// Shares a connection on which a transaction is open: a `SqliteConnection`, `PgConnection` or
    /// `MySqlConnection` of sqlx.
    #[must_use]
    pub fn new(connection: impl Into<Connection>) -> Self {
        let connection: Connection = connection.into();
        let (assumed, speaks) = connection.expected();
        let desk = Desk {
            connection: Some(connection),
            savepoint: Savepoint::Missing,
            ran_script: false,
            open: None,
        };
        SharedConnection {
            owned: Arc::new(Owned {
                desk: Arc::new(Mutex::new(desk)),
                speaks,
                assumed,
                replacement: OnceLock::new(),
                revoked: AtomicBool::new(false),
            }),
        }
    }

    /// As [`new`](Self::new) for an owner who knows the dialect: otherwise a server of MySQL or MariaDB
    /// is asked which of the two it is.
    #[must_use]
    pub fn speaking(connection: impl Into<Connection>, dialect: Dialect) -> Self {
        let shared = Self::new(connection);
        // Set already where the driver has one dialect alone.
        let _ = shared.owned.speaks.set(dialect);
        shared
    }

    /// The owner has set the savepoint `testudo_statement` in the packet that opened the transaction: on
    /// Postgres statements run above it, and the first one need not set it.
    #[must_use]
    pub fn protected(self) -> Self {
        if let Ok(mut desk) = self.owned.desk.try_lock() {
            desk.savepoint = Savepoint::Fresh;
        }
        self
    }

    /// A handle on the connection. Each of its statements waits for its turn, and `transaction`
    /// holds the connection until its closure has returned.
    ///
    /// A statement on another handle of this connection within that closure waits in vain, as it
    /// would on a pool of one connection, and gets `sqlx::Error::PoolTimedOut` after five seconds: use
    /// the handle that the closure is given.
    #[must_use]
    pub fn db(&self) -> Db {
        Db::sharing(self.clone())
    }

    /// Whether a handle has run a script: statements sent as plain text, of which no list of prepared
    /// statements on the server tells. False while somebody uses the connection.
    #[must_use]
    pub fn has_run_script(&self) -> bool {
        self.owned.desk.try_lock().is_ok_and(|desk| desk.ran_script)
    }

    /// Gives the connection away, with its transaction and what was written in it, and has all handles
    /// wait until they are told where to [go](Diverted::go_to): to a pool of this one connection, say.
    /// Are they not, they get `sqlx::Error::PoolClosed`.
    ///
    /// Waits for its turn, as a statement does. On Postgres the savepoint `testudo_statement` is then
    /// the last thing on the connection.
    ///
    /// # Errors
    /// When the connection is in use all the time, when it was given away or taken back before, or when it
    /// is of another driver than `C`.
    pub async fn give_away<C>(&self) -> Result<(C, Diverted)>
    where
        C: Into<Connection> + 'static,
    {
        let Some(mut turn) = self.turn().await? else {
            return Err(Error::misuse("the connection was given away already"));
        };
        turn.protect().await?;
        let connection = take(&mut turn.desk)?;
        Ok((connection, Diverted(turn)))
    }

    /// Takes the connection back from all handles: from now on they get `sqlx::Error::PoolClosed`.
    ///
    /// Waits for those that use it and those that wait for it already. What a transaction whose
    /// future was dropped has left open is still open: the owner's own rollback ends it.
    ///
    /// # Errors
    /// When it is still used after this time (it is taken from them nevertheless, at their next
    /// statement), when it was taken back before, or when it is of another driver than `C`.
    pub async fn take_back<C>(&self, patience: Duration) -> Result<C>
    where
        C: Into<Connection> + 'static,
    {
        let desk = tokio::time::timeout(patience, self.owned.desk.lock()).await;
        self.owned.revoked.store(true, Ordering::Release);
        let Ok(mut desk) = desk else {
            return Err(Error::misuse(format!(
                "the connection is still in use after {} ms: a statement or a transaction has not \
                 come to its end; await what was spawned, and drop what was begun",
                patience.as_millis()
            )));
        };
        take(&mut desk)
    }

    /// The database that takes the place of the connection, if there is one.
    pub(crate) fn replacement(&self) -> Option<&Db> {
        self.owned.replacement.get()
    }

    /// The dialect, or the likeliest as long as nothing was sent.
    pub(crate) fn dialect(&self) -> Dialect {
        self.owned
            .speaks
            .get()
            .copied()
            .unwrap_or(self.owned.assumed)
    }

    /// The dialect to write for. `None`: the connection was replaced meanwhile.
    pub(crate) async fn speaks(&self) -> Result<Option<Dialect>> {
        if let Some(dialect) = self.owned.speaks.get() {
            return Ok(Some(*dialect));
        }
        let desk = self.desk().await?;
        if self.replacement().is_some() {
            return Ok(None);
        }
        let owned = Arc::clone(&self.owned);
        Turn { owned, desk }.speaks().await.map(Some)
    }

    /// Waits for the desk, but not for ever: whoever has it may be waiting for this statement, which
    /// was sent on an outer handle within a transaction. A pool of one connection says the same.
    async fn desk(&self) -> Result<OwnedMutexGuard<Desk>> {
        let desk = Arc::clone(&self.owned.desk).lock_owned();
        match tokio::time::timeout(LONGEST_WAIT, desk).await {
            Ok(desk) => Ok(desk),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    /// Waits for a turn. `None`: the connection was replaced meanwhile.
    pub(crate) async fn turn(&self) -> Result<Option<Turn>> {
        let desk = self.desk().await?;
        if self.replacement().is_some() {
            return Ok(None);
        }
        let turn = Turn {
            owned: Arc::clone(&self.owned),
            desk,
        };
        turn.ready().await.map(Some)
    }
}

fn take<C: 'static>(desk: &mut Desk) -> Result<C> {
    match desk.connection.take() {
        Some(connection) => connection.into_inner().ok_or_else(|| {
            Error::misuse(format!(
                "the connection is of another driver than `{}`",
                std::any::type_name::<C>()
            ))
        }),
        None => Err(Error::misuse("the connection was taken back already")),
    }
}

impl Turn {
    /// Rolls back what a dropped future has left open.
    async fn ready(mut self) -> Result<Turn> {
        self.session()?;
        let Some(name) = self.desk.open.clone() else {
            return Ok(self);
        };
        to_its_end(async move {
            // The first answer may be about a statement that was broken off, and nothing was sent.
            if self.roll_back(&name).await.is_err() {
                self.roll_back(&name).await?;
            }
            Ok(self)
        })
        .await
    }

    pub(crate) async fn speaks(&mut self) -> Result<Dialect> {
        let owned = Arc::clone(&self.owned);
        let ask = async || self.session()?.speaks().await;
        owned.speaks.get_or_try_init(ask).await.copied()
    }

    /// The connection itself, for one statement.
    pub(crate) fn session(&mut self) -> Result<Session<'_>> {
        match &mut self.desk.connection {
            Some(connection) if !self.owned.revoked.load(Ordering::Acquire) => {
                Ok(connection.session())
            }
            _ => Err(sqlx::Error::PoolClosed.into()),
        }
    }

    pub(crate) async fn execute(&mut self, sql: String, binds: &[&Value]) -> Result<Done> {
        self.protect().await?;
        let done = self.session()?.execute(sql, binds).await;
        self.heal(done).await
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: String,
        binds: &[&Value],
        each: Each<'_>,
    ) -> Result<()> {
        self.protect().await?;
        let done = self.session()?.fetch(sql, binds, each).await;
        self.heal(done).await
    }

    pub(crate) async fn stream(
        &mut self,
        sql: String,
        binds: &[&Value],
        taker: &mpsc::Sender<Row>,
    ) -> Result<()> {
        self.protect().await?;
        let done = self.session()?.stream(sql, binds, taker).await;
        self.heal(done).await
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        self.protect().await?;
        self.note_script();
        let done = self.session()?.script(sql).await;
        self.heal(done).await
    }

    /// Statements are about to be sent as plain text.
    pub(crate) fn note_script(&mut self) {
        self.desk.ran_script = true;
    }

    /// Begins a transaction: a savepoint that is rolled back unless `commit` comes.
    pub(crate) async fn begin(mut self, name: String) -> Result<Turn> {
        to_its_end(async move {
            self.protect().await?;
            self.session()?.script(&format!("SAVEPOINT {name}")).await?;
            self.desk.open = Some(name);
            Ok(self)
        })
        .await
    }

    pub(crate) async fn commit(&mut self, name: &str) -> Result<()> {
        let release = format!("RELEASE SAVEPOINT {name}");
        self.session()?.script(&release).await?;
        self.desk.open = None;
        Ok(())
    }

    pub(crate) async fn roll_back(&mut self, name: &str) -> Result<()> {
        let back = format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}");
        self.session()?.script(&back).await?;
        self.desk.open = None;
        Ok(())
    }

    /// Whether a statement that fails spoils the transaction around it.
    async fn is_fragile(&mut self) -> Result<bool> {
        Ok(self.speaks().await? == Dialect::Postgres)
    }

    /// Puts the savepoint for statements below the one to come.
    async fn protect(&mut self) -> Result<()> {
        if !self.is_fragile().await? {
            return Ok(());
        }
        match std::mem::replace(&mut self.desk.savepoint, Savepoint::Used) {
            Savepoint::Fresh => return Ok(()),
            Savepoint::Missing => {
                let set = format!("SAVEPOINT {STATEMENT}");
                return self.session()?.script(&set).await.inspect_err(|_| {
                    self.desk.savepoint = Savepoint::Missing;
                });
            }
            Savepoint::Used => {}
        }
        let renew = format!("RELEASE SAVEPOINT {STATEMENT}; SAVEPOINT {STATEMENT}");
        match self.session()?.script(&renew).await {
            Ok(()) => Ok(()),
            // A statement failed whose future was dropped before it could be undone; or else the
            // transaction around all is gone, and that is what to report.
            Err(error) => self.undo().await.map_err(|_| error),
        }
    }

    /// Undoes a statement that the server refused.
    async fn heal<T>(&mut self, done: Result<T>) -> Result<T> {
        let refused = match &done {
            Ok(_) => false,
            Err(error) => error.is_refusal(),
        };
        if refused && self.is_fragile().await? {
            // If that fails too, the next statement will say so; this error is the one to report.
            let _ = self.undo().await;
        }
        done
    }

    async fn undo(&mut self) -> Result<()> {
        let undo = format!("ROLLBACK TO SAVEPOINT {STATEMENT}");
        self.session()?.script(&undo).await
    }
}

impl fmt::Debug for SharedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedConnection")
            .field("dialect", &self.dialect())
            .field("replaced", &self.replacement().is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("open", &self.desk.open)
            .finish_non_exhaustive()
    }
}
