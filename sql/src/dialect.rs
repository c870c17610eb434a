//! The dialects of SQL that the compiler writes, as a closed list.

use std::fmt;

/// A dialect of SQL.
///
/// MariaDB is one of its own beside MySQL: it knows `RETURNING` for INSERT and DELETE, MySQL does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite 3.35 and later.
    Sqlite,
    /// PostgreSQL 14 and later.
    Postgres,
    /// MySQL 8.0.19 and later.
    MySql,
    /// MariaDB 10.6 and later.
    MariaDb,
}

/// The character that quotes an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuoteStyle {
    /// `"name"`: the SQL standard, SQLite, Postgres.
    Double,
    /// `` `name` ``: MySQL and MariaDB.
    Backtick,
}

impl Dialect {
    /// Every dialect, in the order in which documentation lists them.
    pub const ALL: [Dialect; 4] = [
        Dialect::Sqlite,
        Dialect::Postgres,
        Dialect::MySql,
        Dialect::MariaDb,
    ];

    /// The name by which people know the dialect: `SQLite`, `Postgres`, `MySQL`, `MariaDB`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "Postgres",
            Dialect::MySql => "MySQL",
            Dialect::MariaDb => "MariaDB",
        }
    }

    /// How the dialect quotes an identifier.
    #[must_use]
    pub const fn quote_style(self) -> QuoteStyle {
        match self {
            Dialect::Sqlite | Dialect::Postgres => QuoteStyle::Double,
            Dialect::MySql | Dialect::MariaDb => QuoteStyle::Backtick,
        }
    }

    /// The most bind parameters that one statement may carry.
    ///
    /// SQLite: `SQLITE_MAX_VARIABLE_NUMBER` since 3.32; the others: a 16-bit count in the protocol.
    #[must_use]
    pub const fn max_binds(self) -> usize {
        match self {
            Dialect::Sqlite => 32_766,
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => 65_535,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
