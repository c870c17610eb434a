//! An open transaction and the savepoints within it.

mod backoff;
mod hooks;
mod options;
mod own;
mod run;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use testudo_sql::{Begin, Dialect, Value};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};

pub use self::hooks::HookResult;
use self::hooks::{HookList, OnCommit, OnRollback};
pub use self::options::{Once, Repeat, Retries, TransactionOptions};
use self::own::Own;
use crate::driver::{Done, Each, Pool, Row, Session};
use crate::shared_connection::Turn;
use crate::to_its_end::to_its_end;
use crate::{Error, Result};

/// One level of a transaction: 1 is the transaction itself, 2 and more are savepoints.
#[derive(Debug)]
pub(crate) struct Scope {
    level: usize,
    shared: Arc<Shared>,
    hooks: HookList,
    /// What the savepoint is in.
    outer: Option<Arc<Scope>>,
}

#[derive(Debug)]
struct Shared {
    dialect: Dialect,
    begin: Begin,
    /// Which try of the transaction this is. `None`: it cannot be tried again, because it is a savepoint to
    /// the owner of the connection.
    number: Option<u32>,
    open: Arc<Mutex<Open>>,
    /// Whether the latest that was heard of the server is that another transaction was in the way.
    lost: AtomicBool,
    /// Levels above this one were abandoned (their future was dropped) and wait to be rolled back.
    /// A drop cannot await, so the next statement does it.
    keep: AtomicUsize,
    /// A stream of rows has the connection, perhaps in the hands of whoever asks for it next.
    streaming: AtomicBool,
}

#[derive(Debug)]
struct Open {
    /// `None` once the transaction is over; dropping it rolls back.
    transaction: Option<Outermost>,
    level: usize,
    /// What the server has refused since the innermost savepoint, where none of it counts any more.
    refused: Option<String>,
    /// Why the server itself has rolled the transaction back.
    lost: Option<String>,
}

/// What level 1 is.
#[derive(Debug)]
enum Outermost {
    /// A transaction on a connection of its own.
    Own(Own),
    /// A savepoint on a connection that others use too, when its turn has ended.
    Shared(Turn),
}

/// The connection, for one statement of the scope that asked for it.
pub(crate) struct Connection {
    open: OwnedMutexGuard<Open>,
    shared: Arc<Shared>,
}

/// Abandons the scope unless disarmed.
pub(crate) struct Guard<'s>(Option<&'s Scope>);

impl Scope {
    pub(crate) async fn begin(pool: &Pool, begin: &Begin, number: u32) -> Result<Arc<Scope>> {
        let dialect = pool.speaks().await?;
        let (pool, statement) = (pool.clone(), begin.compile(dialect));
        // Broken off, the driver would not know whether a transaction was begun.
        let transaction = to_its_end(async move { pool.begin(statement).await })
            .await
            .map_err(|error| error.tried(Some(number)))?;
        let own = Own::new(transaction, begin.undo(dialect));
        Ok(Scope::outermost(
            dialect,
            *begin,
            Some(number),
            Outermost::Own(own),
        ))
    }

    /// A transaction as a savepoint on a connection that is shared; it ends with the turn.
    pub(crate) async fn begin_within(mut turn: Turn, begin: &Begin) -> Result<Arc<Scope>> {
        let dialect = turn.speaks().await?;
        if let Some(missing) = begin.missing_in(&Begin::default(), dialect) {
            return Err(Error::not_outermost(&missing));
        }
        let turn = turn.begin(savepoint_name(1)).await?;
        Ok(Scope::outermost(
            dialect,
            Begin::default(),
            None,
            Outermost::Shared(turn),
        ))
    }

    fn outermost(
        dialect: Dialect,
        begin: Begin,
        number: Option<u32>,
        transaction: Outermost,
    ) -> Arc<Scope> {
        let open = Open {
            transaction: Some(transaction),
            level: 1,
            refused: None,
            lost: None,
        };
        let shared = Shared {
            dialect,
            begin,
            number,
            open: Arc::new(Mutex::new(open)),
            lost: AtomicBool::new(false),
            keep: AtomicUsize::new(usize::MAX),
            streaming: AtomicBool::new(false),
        };
        Arc::new(Scope {
            level: 1,
            shared: Arc::new(shared),
            hooks: HookList::new(),
            outer: None,
        })
    }

    pub(crate) async fn savepoint(outer: &Arc<Scope>, begin: &Begin) -> Result<Arc<Scope>> {
        if let Some(missing) = begin.missing_in(&outer.shared.begin, outer.dialect()) {
            return Err(Error::misuse(format!(
                "a transaction within a transaction cannot have the setting `{missing}`, which the outermost \
                 has not; set it where the outermost begins"
            )));
        }
        let mut connection = outer.connection().await?;
        let level = outer.level + 1;
        connection
            .session()?
            .script(&format!("SAVEPOINT {}", savepoint_name(level)))
            .await?;
        connection.open.level = level;
        Ok(Arc::new(Scope {
            level,
            shared: Arc::clone(&outer.shared),
            hooks: HookList::new(),
            outer: Some(Arc::clone(outer)),
        }))
    }

    pub(crate) fn on_commit(&self, hook: OnCommit) -> Result<()> {
        self.hooks.on_commit(hook)
    }

    pub(crate) fn on_rollback(&self, hook: OnRollback) -> Result<()> {
        self.hooks.on_rollback(hook)
    }

    /// Whether all of it was in vain because another transaction was in the way, and it can be tried again.
    pub(crate) fn has_lost(&self) -> bool {
        self.level == 1 && self.shared.number.is_some() && self.shared.lost.load(Ordering::Acquire)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.shared.dialect
    }

    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(Some(self))
    }

    /// The connection, once nothing deeper than this scope is open on it.
    pub(crate) async fn connection(&self) -> Result<Connection> {
        if self.shared.streaming.load(Ordering::Acquire) {
            return Err(Error::misuse(
                "a stream of rows is open on the connection of this transaction; take all of its rows \
                 or drop it before the next statement, or use `fetch_all`",
            ));
        }
        let open = Arc::clone(&self.shared.open).lock_owned().await;
        let open = self.shared.roll_back_abandoned(open).await?;
        if let Some(why) = &open.lost {
            return Err(Error::misuse(format!(
                "the server has rolled the transaction back ({why}); begin it again"
            )));
        }
        if open.transaction.is_none() || self.level > open.level {
            return Err(over());
        }
        if self.level < open.level {
            return Err(Error::misuse(
                "a nested transaction is open on this connection; use the handle that it was given",
            ));
        }
        Ok(Connection {
            open,
            shared: Arc::clone(&self.shared),
        })
    }

    /// A stream has the connection, or has it no more.
    pub(crate) fn set_streaming(&self, streaming: bool) {
        self.shared.streaming.store(streaming, Ordering::Release);
    }

    /// Commits, or releases the savepoint. The hooks run when all is committed.
    pub(crate) async fn commit(&self) -> Result<()> {
        let connection = self.connection().await;
        let (level, hooks, outer) = (self.level, self.hooks.close(), self.outer.clone());
        to_its_end(async move {
            let Connection { mut open, shared } = match connection {
                Ok(connection) => connection,
                Err(error) => {
                    hooks.rolled_back().await;
                    return Err(error);
                }
            };
            let committed = commit(&mut open, level).await;
            shared.heard(&committed);
            drop(open);
            match (committed, outer) {
                (Ok(()), Some(outer)) => {
                    outer.hooks.inherit(hooks);
                    Ok(())
                }
                (Ok(()), None) => hooks.committed().await,
                (Err(error), _) => {
                    hooks.rolled_back().await;
                    Err(error.tried(shared.number))
                }
            }
        })
        .await
    }

    pub(crate) async fn rollback(&self) -> Result<()> {
        let connection = self.connection().await;
        let (level, hooks) = (self.level - 1, self.hooks.close());
        to_its_end(async move {
            let rolled_back = match connection {
                Ok(Connection { mut open, .. }) => roll_back_to(&mut open, level).await,
                Err(error) => Err(error),
            };
            hooks.rolled_back().await;
            rolled_back
        })
        .await
    }
}

impl Shared {
    /// Other refusals say nothing new: on Postgres every statement is refused after the first.
    fn heard<T>(&self, answer: &Result<T>) {
        match answer {
            Ok(_) => self.lost.store(false, Ordering::Release),
            Err(error) if error.is_retryable() => self.lost.store(true, Ordering::Release),
            Err(_) => {}
        }
    }

    /// Rolls back what was abandoned. A failure ends the whole transaction, since nobody knows then
    /// what is open on it.
    async fn roll_back_abandoned(
        &self,
        open: OwnedMutexGuard<Open>,
    ) -> Result<OwnedMutexGuard<Open>> {
        let keep = self.keep.load(Ordering::Acquire);
        let open = if keep < open.level {
            to_its_end(async move {
                let mut open = open;
                let rolled_back = roll_back_to(&mut open, keep).await;
                if rolled_back.is_err() {
                    open.transaction = None;
                }
                rolled_back.map(|()| open)
            })
            .await?
        } else {
            open
        };
        // Unless a lower level was abandoned meanwhile.
        let _ = self
            .keep
            .compare_exchange(keep, usize::MAX, Ordering::AcqRel, Ordering::Acquire);
        Ok(open)
    }
}

async fn commit(open: &mut Open, level: usize) -> Result<()> {
    if let Some(refusal) = open.refused.take() {
        if level == 1 {
            roll_back_to(open, 0).await?;
        }
        return Err(Error::misuse(format!(
            "nothing of the transaction is kept, because a statement in it was refused: {refusal}; run what \
             may be refused in a `transaction` of its own within it"
        )));
    }
    if level == 1 {
        return match open.transaction.take() {
            Some(Outermost::Own(own)) => own.commit().await,
            Some(Outermost::Shared(mut turn)) => turn.commit(&savepoint_name(1)).await,
            None => Ok(()),
        };
    }
    if let Some(transaction) = &mut open.transaction {
        let name = savepoint_name(level);
        transaction
            .session()?
            .script(&format!("RELEASE SAVEPOINT {name}"))
            .await?;
    }
    open.level = level - 1;
    Ok(())
}

async fn roll_back_to(open: &mut Open, level: usize) -> Result<()> {
    open.refused = None;
    if level == 0 {
        open.level = 0;
        return match open.transaction.take() {
            Some(Outermost::Own(own)) => own.rollback().await,
            Some(Outermost::Shared(mut turn)) => turn.roll_back(&savepoint_name(1)).await,
            None => Ok(()),
        };
    }
    if let Some(transaction) = &mut open.transaction {
        let name = savepoint_name(level + 1);
        let back = format!("ROLLBACK TO SAVEPOINT {name}");
        // The first answer may be about a statement that was broken off, and nothing was sent.
        if transaction.session()?.script(&back).await.is_err() {
            transaction.session()?.script(&back).await?;
        }
        transaction
            .session()?
            .script(&format!("RELEASE SAVEPOINT {name}"))
            .await?;
    }
    open.level = level;
    Ok(())
}

fn over() -> Error {
    Error::misuse(
        "the transaction of this handle is over; use the handle that `transaction` gave only until \
         its closure returns",
    )
}

fn savepoint_name(level: usize) -> String {
    format!("testudo_{level}")
}

impl Outermost {
    fn session(&mut self) -> Result<Session<'_>> {
        match self {
            Outermost::Own(own) => own.session(),
            Outermost::Shared(turn) => turn.session(),
        }
    }
}

impl Connection {
    pub(crate) async fn execute(&mut self, sql: String, binds: &[&Value]) -> Result<Done> {
        let done = self.session()?.execute(sql, binds).await;
        self.note(done)
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: String,
        binds: &[&Value],
        each: Each<'_>,
    ) -> Result<()> {
        let done = self.session()?.fetch(sql, binds, each).await;
        self.note(done)
    }

    pub(crate) async fn stream(
        &mut self,
        sql: String,
        binds: &[&Value],
        taker: &mpsc::Sender<Row>,
    ) -> Result<()> {
        let done = self.session()?.stream(sql, binds, taker).await;
        self.note(done)
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        if let Some(Outermost::Shared(turn)) = &mut self.open.transaction {
            turn.note_script();
        }
        let done = self.session()?.script(sql).await;
        self.note(done)
    }

    fn session(&mut self) -> Result<Session<'_>> {
        match &mut self.open.transaction {
            Some(transaction) => transaction.session(),
            None => Err(over()),
        }
    }

    /// Remembers a refusal that spoils more than its statement. Postgres answers COMMIT as if all
    /// were well when it rolls back instead; MySQL rolls everything back at a deadlock, and would
    /// keep each statement after that at once.
    fn note<T>(&mut self, done: Result<T>) -> Result<T> {
        self.shared.heard(&done);
        let error = match done {
            Err(error) if error.is_refusal() => error.tried(self.shared.number),
            done => return done,
        };
        match self.shared.dialect {
            Dialect::Sqlite => {}
            Dialect::Postgres => {
                self.open.refused.get_or_insert_with(|| error.to_string());
            }
            Dialect::MySql | Dialect::MariaDb if error.ends_transaction() => {
                self.open.lost = Some(error.to_string());
                self.open.transaction = None;
            }
            Dialect::MySql | Dialect::MariaDb => {}
        }
        Err(error)
    }
}

impl Guard<'_> {
    pub(crate) fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let Some(scope) = self.0 else { return };
        // A task runs what is to be done on a rollback.
        drop(scope.hooks.close());
        scope
            .shared
            .keep
            .fetch_min(scope.level - 1, Ordering::AcqRel);
        // The driver queues the rollback itself when a whole transaction is dropped.
        if scope.level == 1
            && let Ok(mut open) = scope.shared.open.try_lock()
        {
            open.transaction = None;
        }
    }
}
