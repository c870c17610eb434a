//! The databases that a test can run on.

use std::fmt;

use testudo_sql::Dialect;

/// A database that a test runs on.
///
/// Every name is there in every build. Which of them a build can serve follows from the features of the
/// crate (see [`ALL`](Backend::ALL)): `sqlite`, which is on by default, `postgres`, and `mysql` for MySQL
/// and MariaDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// SQLite, linked into the test binary: there is nothing to install or to start.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL. A test on it runs on MariaDB if that is where `TESTUDO_MYSQL_URL` leads.
    MySql,
    /// MariaDB.
    MariaDb,
}

impl Backend {
    /// Every backend of this build, in the order in which the documentation lists them.
    pub const ALL: &'static [Backend] = &[
        #[cfg(feature = "sqlite")]
        Backend::Sqlite,
        #[cfg(feature = "postgres")]
        Backend::Postgres,
        #[cfg(feature = "mysql")]
        Backend::MySql,
        #[cfg(feature = "mysql")]
        Backend::MariaDb,
    ];

    /// The name that `backends(...)` and `TESTUDO_BACKENDS` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::MySql => "mysql",
            Backend::MariaDb => "mariadb",
        }
    }

    /// The dialect of SQL that it speaks.
    #[must_use]
    pub const fn dialect(self) -> Dialect {
        match self {
            Backend::Sqlite => Dialect::Sqlite,
            Backend::Postgres => Dialect::Postgres,
            Backend::MySql => Dialect::MySql,
            Backend::MariaDb => Dialect::MariaDb,
        }
    }

    /// The feature of the crate `testudo` that brings it.
    pub(crate) const fn feature(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::MySql | Backend::MariaDb => "mysql",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
