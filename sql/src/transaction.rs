//! How a transaction begins: its isolation level, its access mode, its lock on SQLite.

use std::borrow::Cow;
use std::fmt;

use crate::Dialect;

/// How much of what other transactions do at the same time is seen, from the weakest promise to the
/// strongest. A server may keep more than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IsolationLevel {
    /// Rows that are not committed may be read. Postgres reads committed ones nevertheless.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see the same state of the database.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

/// When a transaction on SQLite takes its locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TransactionBehavior {
    /// `BEGIN DEFERRED`: when it first reads or writes, which is what `BEGIN` means. The first write
    /// is refused if somebody else has written since the first read.
    #[default]
    Deferred,
    /// `BEGIN IMMEDIATE`: the right to write is taken at once, and waited for.
    Immediate,
    /// `BEGIN EXCLUSIVE`: others cannot even read, except in WAL mode.
    Exclusive,
}

/// The beginning of a transaction.
///
/// A level has no words on SQLite, where every transaction is serializable: there is one writer, and
/// readers see the state as of their first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Begin {
    /// The isolation level; `None` is what the server has been told to take.
    pub isolation: Option<IsolationLevel>,
    /// Whether statements that write are refused.
    pub read_only: bool,
    /// When SQLite locks; it says nothing to other servers.
    pub sqlite: TransactionBehavior,
}

impl Begin {
    /// The statements that begin the transaction, sent as one text. `None`: the plain `BEGIN` that
    /// every driver knows.
    #[must_use]
    pub fn compile(&self, dialect: Dialect) -> Option<Cow<'static, str>> {
        match dialect {
            Dialect::Sqlite => self.sqlite(),
            Dialect::Postgres => self.postgres(),
            Dialect::MySql | Dialect::MariaDb => self.mysql(),
        }
    }

    /// The statement that takes back, within the transaction and before its end, what would outlive it.
    #[must_use]
    pub fn undo(&self, dialect: Dialect) -> Option<&'static str> {
        match dialect {
            Dialect::Sqlite => self.read_only.then_some("PRAGMA query_only = 0"),
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => None,
        }
    }

    /// Which of these settings a transaction has not that began as `outer`, if this one is to be a
    /// savepoint within it.
    #[must_use]
    pub fn missing_in(&self, outer: &Begin, dialect: Dialect) -> Option<String> {
        let is_sqlite = dialect == Dialect::Sqlite;
        if let Some(level) = self.isolation
            && self.isolation > outer.isolation
            && !is_sqlite
        {
            return Some(format!("isolation level {level}"));
        }
        if self.read_only && !outer.read_only {
            return Some("read only".to_owned());
        }
        if is_sqlite && self.sqlite > outer.sqlite {
            return Some(format!("BEGIN {}", self.sqlite));
        }
        None
    }

    fn sqlite(&self) -> Option<Cow<'static, str>> {
        let begin = match self.sqlite {
            TransactionBehavior::Deferred => None,
            TransactionBehavior::Immediate => Some("BEGIN IMMEDIATE"),
            TransactionBehavior::Exclusive => Some("BEGIN EXCLUSIVE"),
        };
        if self.read_only {
            let begin = begin.unwrap_or("BEGIN");
            return Some(format!("{begin}; PRAGMA query_only = 1").into());
        }
        begin.map(Cow::Borrowed)
    }

    fn postgres(&self) -> Option<Cow<'static, str>> {
        let mut sql = "BEGIN".to_owned();
        if let Some(level) = self.isolation {
            sql.push_str(" ISOLATION LEVEL ");
            sql.push_str(level.as_sql());
        }
        if self.read_only {
            sql.push_str(" READ ONLY");
        }
        (sql.len() > "BEGIN".len()).then_some(sql.into())
    }

    fn mysql(&self) -> Option<Cow<'static, str>> {
        let start = match self.read_only {
            true => "START TRANSACTION READ ONLY",
            false => "START TRANSACTION",
        };
        match self.isolation {
            // It holds for the next transaction of the session alone.
            Some(level) => {
                let level = level.as_sql();
                Some(format!("SET TRANSACTION ISOLATION LEVEL {level}; {start}").into())
            }
            None => self.read_only.then_some(start.into()),
        }
    }
}

impl IsolationLevel {
    /// Every level, from the weakest to the strongest.
    pub const ALL: [IsolationLevel; 4] = [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];

    fn as_sql(self) -> &'static str {
        match self {
            IsolationLevel::ReadUncommitted => "READ UNCOMMITTED",
            IsolationLevel::ReadCommitted => "READ COMMITTED",
            IsolationLevel::RepeatableRead => "REPEATABLE READ",
            IsolationLevel::Serializable => "SERIALIZABLE",
        }
    }
}

impl fmt::Display for IsolationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_sql())
    }
}

impl fmt::Display for TransactionBehavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransactionBehavior::Deferred => "DEFERRED",
            TransactionBehavior::Immediate => "IMMEDIATE",
            TransactionBehavior::Exclusive => "EXCLUSIVE",
        })
    }
}
