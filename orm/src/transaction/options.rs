//! What a transaction is to be like.

use testudo_sql::{Begin, IsolationLevel, TransactionBehavior};

/// What a transaction is to be like, for [`Db::transaction_with`](crate::Db::transaction_with).
///
/// ```
/// # use testudo_orm::{Db, Error, IsolationLevel, TransactionOptions};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.execute("CREATE TABLE seats (taken BOOLEAN)", &[]).await?;
/// let options = TransactionOptions::new()
///     .isolation(IsolationLevel::Serializable)
///     .retries(3);
/// let taken = db
///     .transaction_with(options, async |tx| {
///         tx.execute("UPDATE seats SET taken = TRUE WHERE NOT taken", &[]).await
///     })
///     .await?;
/// assert_eq!(taken, 0);
/// # Ok(())
/// # }
/// ```
///
/// # Within another transaction
/// A transaction within another one is a savepoint, and has the settings of the outermost. One that the outermost
/// has not is an error that names it, before anything is sent. So a function that needs a level can call another
/// one that needs it too, or a weaker one. `retries` is no such setting: who loses against another
/// transaction has lost all of it, and the outermost is tried again, if it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "options do nothing until a transaction is begun with them"]
pub struct TransactionOptions<R = Once> {
    pub(super) begin: Begin,
    pub(super) repeat: R,
}

/// The closure of a transaction is called once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Once;

/// The closure of a transaction is called anew, at most this many times, if the transaction lost against another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries(u32);

/// How often the closure `F` is called.
#[diagnostic::on_unimplemented(
    message = "this closure cannot be called again, as `retries(..)` asks for",
    label = "a try would not start where the one before it did",
    note = "each try calls a clone of the closure: what it captures has to be `Clone`, and nothing may be captured by `&mut`",
    note = "keep what changes in the closure itself, or leave out `retries(..)`"
)]
pub trait Repeat<F> {
    /// The closure for one more try after this one, the first of which is 1, if there may be one.
    #[doc(hidden)]
    fn again(&self, work: &F, number: u32) -> Option<F>;
}

impl<F> Repeat<F> for Once {
    fn again(&self, _: &F, _: u32) -> Option<F> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<F: Clone> Repeat<F> for Retries {
    fn again(&self, work: &F, number: u32) -> Option<F> {
        (number <= self.0).then(|| work.clone())
    }
}

impl TransactionOptions {
    /// A transaction as the server begins it when it is told nothing.
    pub fn new() -> Self {
        TransactionOptions::default()
    }

    /// Tries again, up to `retries` times, if the transaction lost against another one: a serialization failure or a
    /// deadlock on Postgres (40001, 40P01), a deadlock or a lock that was waited for in vain on MySQL and
    /// MariaDB (1213, 1205, 1020), a database that is busy or locked on SQLite. Everything is rolled back, and
    /// after a short wait, longer and longer and never the same, the closure is called anew.
    ///
    /// The error of the last try says how many there were. Whatever else goes wrong is returned at once.
    pub fn retries(self, retries: u32) -> TransactionOptions<Retries> {
        TransactionOptions {
            begin: self.begin,
            repeat: Retries(retries),
        }
    }
}

impl<R> TransactionOptions<R> {
    /// Sets the isolation level. Every level is at hand on SQLite, where transactions are serializable.
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.begin.isolation = Some(level);
        self
    }

    /// Has the server refuse statements that write. On SQLite this is `PRAGMA query_only`, which is off
    /// again when the transaction ends.
    pub fn read_only(mut self) -> Self {
        self.begin.read_only = true;
        self
    }

    /// When the transaction takes its locks if the database is SQLite; it says nothing to other servers.
    ///
    /// With [`Immediate`](TransactionBehavior::Immediate) it waits for its turn to write before it reads, and is not
    /// refused in the middle because somebody else wrote meanwhile.
    pub fn sqlite(mut self, behavior: TransactionBehavior) -> Self {
        self.begin.sqlite = behavior;
        self
    }
}
