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

/// How a bind is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// `?`
    QuestionMark,
    /// `$1`
    Numbered,
}

/// The statements behind which RETURNING may stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Returning {
    pub(crate) insert: bool,
    pub(crate) update: bool,
    pub(crate) delete: bool,
}

/// One word, number or yes-or-no per dialect.
struct Facts {
    name: &'static str,
    quote_style: QuoteStyle,
    placeholder: Placeholder,
    max_binds: usize,
    returning: Returning,
    /// `FILTER (WHERE ..)` behind an aggregate.
    filter: bool,
    /// `NULLS FIRST` in ORDER BY.
    nulls_order: bool,
    /// What stands before OFFSET when there is no limit.
    no_limit: &'static str,
    now: &'static str,
    random: &'static str,
    char_length: &'static str,
    /// The collation that tells every character from every other, trailing blanks included, where
    /// that is not the default.
    binary_collation: Option<&'static str>,
}

const SQLITE: Facts = Facts {
    name: "SQLite",
    quote_style: QuoteStyle::Double,
    placeholder: Placeholder::QuestionMark,
    max_binds: 32_766,
    returning: Returning {
        insert: true,
        update: true,
        delete: true,
    },
    filter: true,
    nulls_order: true,
    no_limit: " LIMIT -1",
    now: "strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')",
    random: "RANDOM",
    char_length: "LENGTH",
    binary_collation: None,
};

const POSTGRES: Facts = Facts {
    name: "Postgres",
    quote_style: QuoteStyle::Double,
    placeholder: Placeholder::Numbered,
    max_binds: 65_535,
    returning: Returning {
        insert: true,
        update: true,
        delete: true,
    },
    filter: true,
    nulls_order: true,
    no_limit: "",
    now: "CURRENT_TIMESTAMP",
    random: "RANDOM",
    char_length: "LENGTH",
    binary_collation: None,
};

const MYSQL: Facts = Facts {
    name: "MySQL",
    quote_style: QuoteStyle::Backtick,
    placeholder: Placeholder::QuestionMark,
    max_binds: 65_535,
    returning: Returning {
        insert: false,
        update: false,
        delete: false,
    },
    filter: false,
    nulls_order: false,
    no_limit: " LIMIT 18446744073709551615",
    now: "UTC_TIMESTAMP(6)",
    random: "RAND",
    char_length: "CHAR_LENGTH",
    binary_collation: Some("utf8mb4_0900_bin"),
};

const MARIADB: Facts = Facts {
    name: "MariaDB",
    returning: Returning {
        insert: true,
        update: false,
        delete: true,
    },
    binary_collation: Some("utf8mb4_nopad_bin"),
    ..MYSQL
};

impl Dialect {
    /// Every dialect, in the order in which documentation lists them.
    pub const ALL: [Dialect; 4] = [
        Dialect::Sqlite,
        Dialect::Postgres,
        Dialect::MySql,
        Dialect::MariaDb,
    ];

    const fn facts(self) -> &'static Facts {
        match self {
            Dialect::Sqlite => &SQLITE,
            Dialect::Postgres => &POSTGRES,
            Dialect::MySql => &MYSQL,
            Dialect::MariaDb => &MARIADB,
        }
    }

    /// The name by which people know the dialect: `SQLite`, `Postgres`, `MySQL`, `MariaDB`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// How the dialect quotes an identifier.
    #[must_use]
    pub const fn quote_style(self) -> QuoteStyle {
        self.facts().quote_style
    }

    /// The most bind parameters that one statement may carry.
    ///
    /// SQLite: `SQLITE_MAX_VARIABLE_NUMBER` since 3.32; the others: a 16-bit count in the protocol.
    #[must_use]
    pub const fn max_binds(self) -> usize {
        self.facts().max_binds
    }

    pub(crate) const fn placeholder(self) -> Placeholder {
        self.facts().placeholder
    }

    pub(crate) const fn has_returning(self) -> Returning {
        self.facts().returning
    }

    pub(crate) const fn has_filter(self) -> bool {
        self.facts().filter
    }

    pub(crate) const fn has_nulls_order(self) -> bool {
        self.facts().nulls_order
    }

    pub(crate) const fn no_limit(self) -> &'static str {
        self.facts().no_limit
    }

    pub(crate) const fn now(self) -> &'static str {
        self.facts().now
    }

    pub(crate) const fn random(self) -> &'static str {
        self.facts().random
    }

    pub(crate) const fn char_length(self) -> &'static str {
        self.facts().char_length
    }

    pub(crate) const fn binary_collation(self) -> Option<&'static str> {
        self.facts().binary_collation
    }
}

impl QuoteStyle {
    pub(crate) const fn char(self) -> char {
        match self {
            QuoteStyle::Double => '"',
            QuoteStyle::Backtick => '`',
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
