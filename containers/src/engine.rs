//! The kinds of servers, and what differs between them: names, ports, images, settings.

use std::fmt;

/// A kind of database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    MySql,
    /// MariaDB.
    MariaDb,
}

/// What a server for throwaway data is told: nothing has to survive a crash, many clients connect for a short time.
///
/// A setting without a value is a bare option.
type Settings = &'static [(&'static str, Option<&'static str>)];

const POSTGRES: Settings = &[
    ("fsync", Some("off")),
    ("synchronous_commit", Some("off")),
    ("full_page_writes", Some("off")),
    ("wal_level", Some("minimal")),
    ("max_wal_senders", Some("0")),
    ("max_connections", Some("300")),
    ("max_prepared_transactions", Some("0")),
    // Dropping a schema of many tables, or copying one, locks each of them.
    ("max_locks_per_transaction", Some("256")),
    ("checkpoint_timeout", Some("1h")),
    ("timezone", Some("UTC")),
];

const MYSQL: Settings = &[
    ("skip-log-bin", None),
    ("innodb-flush-log-at-trx-commit", Some("0")),
    ("innodb-doublewrite", Some("0")),
    ("sync-binlog", Some("0")),
    // Putting a database back after a test relies on the counters that a recalculation would reset.
    ("innodb-stats-auto-recalc", Some("OFF")),
    // A table that InnoDB forgets starts to count anew; slots have many.
    ("table-definition-cache", Some("16384")),
    ("max-connections", Some("300")),
    // A probe that only reads the greeting counts as a failed connection.
    ("max-connect-errors", Some("1000000")),
    ("skip-name-resolve", None),
    ("secure-file-priv", Some("")),
    ("default-time-zone", Some("+00:00")),
];

const MARIADB_ONLY: Settings = &[
    // Version 10 would take latin1, unlike version 11 and MySQL.
    ("character-set-server", Some("utf8mb4")),
    // From version 11.4 on it makes a key of 4096 bits at every start, which takes up to a second and more.
    ("skip-ssl", None),
];

impl Engine {
    /// Every kind there is.
    pub const ALL: [Engine; 3] = [Self::Postgres, Self::MySql, Self::MariaDb];

    /// The name in settings and labels: `postgres`, `mysql`, `mariadb`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }

    /// The official image of the current major version.
    #[must_use]
    pub fn default_image(self) -> &'static str {
        match self {
            Self::Postgres => "postgres:18",
            Self::MySql => "mysql:9",
            Self::MariaDb => "mariadb:11",
        }
    }

    /// The name of an environment variable about this kind of server: `TESTUDO_POSTGRES_URL` for `URL`.
    #[must_use]
    pub fn variable(self, what: &str) -> String {
        format!("TESTUDO_{}_{what}", self.name().to_uppercase())
    }

    /// The port that it listens on where nobody says otherwise.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::MySql | Self::MariaDb => 3306,
        }
    }

    /// The name of the administrator of a server that we start.
    pub(crate) fn administrator(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql | Self::MariaDb => "root",
        }
    }

    /// The schemes of its URLs; the first is the one that we write.
    pub(crate) fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgres", "postgresql"],
            Self::MySql | Self::MariaDb => &["mysql", "mariadb"],
        }
    }

    /// Databases that every server has, and that hold nobody's data; the first is the one in our URLs.
    pub(crate) fn maintenance_databases(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgres", "template1", "defaultdb"],
            Self::MySql | Self::MariaDb => &[
                "mysql",
                "sys",
                "information_schema",
                "performance_schema",
                "defaultdb",
            ],
        }
    }

    /// The signal that ends the server without waiting for its clients.
    ///
    /// Postgres would write everything to disk at SIGINT; SIGQUIT leaves that out, and the data is thrown away.
    pub(crate) fn end_signal(self) -> &'static str {
        match self {
            Self::Postgres => "QUIT",
            Self::MySql | Self::MariaDb => "TERM",
        }
    }

    /// The settings for throwaway data with those of `more` in their place or after them, as the server's arguments.
    pub(crate) fn arguments(self, more: &[(String, String)]) -> Vec<String> {
        let (table, extra): (Settings, Settings) = match self {
            Self::Postgres => (POSTGRES, &[]),
            Self::MySql => (MYSQL, &[("mysqlx", Some("OFF"))]),
            Self::MariaDb => (MYSQL, MARIADB_ONLY),
        };
        let same = |left: &str, right: &str| left.replace('-', "_") == right.replace('-', "_");
        let ours = table
            .iter()
            .chain(extra)
            .filter(|(name, _)| !more.iter().any(|(other, _)| same(name, other)))
            .map(|(name, value)| (*name, *value));
        let theirs = more
            .iter()
            .map(|(name, value)| (name.as_str(), Some(value.as_str())));
        ours.chain(theirs)
            .flat_map(|(name, value)| self.argument(name, value))
            .collect()
    }

    /// One setting as the server's arguments.
    pub(crate) fn argument(self, name: &str, value: Option<&str>) -> Vec<String> {
        let setting = match value {
            Some(value) => format!("{name}={value}"),
            None => name.to_owned(),
        };
        match self {
            Self::Postgres => vec!["-c".to_owned(), setting],
            Self::MySql | Self::MariaDb => vec![format!("--{setting}")],
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "Postgres",
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}
