//! What can go wrong between a test and its database.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fixtures::FixtureErrors;

/// An error of this crate: opaque, with questions to ask.
///
/// A test body returns the more general [`Failure`](crate::Failure), which takes this error and
/// every other one with `?`.
pub struct Error(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Configuration(String),
    Migration(MigrationFailure),
    Fixtures(FixtureErrors),
    Refused(String),
    IsolationLost(String),
    /// A database that should be on the server is not.
    #[cfg_attr(
        not(feature = "mysql"),
        expect(dead_code, reason = "Postgres says so itself")
    )]
    MissingDatabase(String),
    /// What a server, or the way to one, does not let happen.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        expect(dead_code, reason = "SQLite needs no server")
    )]
    Server {
        problem: String,
        /// There is no server at all, and nothing to start one from.
        unavailable: bool,
    },
    Database {
        doing: String,
        source: sqlx::Error,
    },
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// A migration that a database refused.
#[derive(Debug)]
pub(crate) struct MigrationFailure {
    pub(crate) file: PathBuf,
    /// The statement that failed and the line it starts on, where they could be told apart.
    pub(crate) statement: Option<(usize, String)>,
    /// The server's own words.
    pub(crate) message: String,
    pub(crate) source: Option<sqlx::Error>,
}

impl Error {
    pub(crate) fn configuration(problem: impl Into<String>) -> Self {
        Kind::Configuration(problem.into()).into()
    }

    /// Models that the dialect cannot express.
    pub(crate) fn schema(error: testudo_sql::Error) -> Self {
        Self::configuration(format!("failed to generate the schema: {error}"))
    }

    pub(crate) fn migration(failure: MigrationFailure) -> Self {
        Kind::Migration(failure).into()
    }

    pub(crate) fn fixtures(errors: FixtureErrors) -> Self {
        Kind::Fixtures(errors).into()
    }

    pub(crate) fn refused(problem: impl Into<String>) -> Self {
        Kind::Refused(problem.into()).into()
    }

    pub(crate) fn isolation_lost(problem: impl Into<String>) -> Self {
        Kind::IsolationLost(problem.into()).into()
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn missing_database(name: &str) -> Self {
        Kind::MissingDatabase(name.to_owned()).into()
    }

    /// Whether a database that should be on the server is not. `3D000` is Postgres's
    /// invalid_catalog_name; MySQL says it in words.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn is_missing_database(&self) -> bool {
        if matches!(*self.0, Kind::MissingDatabase(_)) {
            return true;
        }
        let database = self.as_sqlx().and_then(sqlx::Error::as_database_error);
        database.is_some_and(|error| {
            error.code().as_deref() == Some("3D000")
                || error.message().starts_with("Unknown database")
        })
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn server(problem: impl Into<String>) -> Self {
        Kind::Server {
            problem: problem.into(),
            unavailable: false,
        }
        .into()
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn no_server(error: &testudo_containers::Error) -> Self {
        if error.is_refused() {
            return Self::refused(error.to_string());
        }
        Kind::Server {
            problem: error.to_string(),
            unavailable: error.is_unavailable(),
        }
        .into()
    }

    /// The same error for another test that runs into it.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn repeated(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// `doing` completes "failed to ...".
    pub(crate) fn database(doing: impl Into<String>, source: sqlx::Error) -> Self {
        Kind::Database {
            doing: doing.into(),
            source,
        }
        .into()
    }

    /// `doing` completes "failed to ... `path`".
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Kind::Io {
            doing,
            path: path.to_owned(),
            source,
        }
        .into()
    }

    /// Whether the settings of the test, the builder or the environment do not fit together.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(*self.0, Kind::Configuration(_))
    }

    /// Whether a migration could not be read or was refused by the database.
    #[must_use]
    pub fn is_migration(&self) -> bool {
        matches!(*self.0, Kind::Migration(_))
    }

    /// Whether fixtures could not be loaded; [`fixture_errors`](Error::fixture_errors) has each mistake.
    #[must_use]
    pub fn is_fixtures(&self) -> bool {
        matches!(*self.0, Kind::Fixtures(_))
    }

    /// The mistakes in the fixtures, if that is what it was.
    #[must_use]
    pub fn fixture_errors(&self) -> Option<&FixtureErrors> {
        match &*self.0 {
            Kind::Fixtures(errors) => Some(errors),
            _ => None,
        }
    }

    /// Whether a database was left alone because nothing says that it is for tests.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(*self.0, Kind::Refused(_))
    }

    /// Whether the code under test ended the transaction that kept the test apart.
    #[must_use]
    pub fn is_isolation_lost(&self) -> bool {
        matches!(*self.0, Kind::IsolationLost(_))
    }

    /// Whether there is no server to test on, and nothing to start one from.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            *self.0,
            Kind::Server {
                unavailable: true,
                ..
            }
        )
    }

    /// The driver's error, if it came from there.
    #[must_use]
    pub fn as_sqlx(&self) -> Option<&sqlx::Error> {
        match &*self.0 {
            Kind::Database { source, .. } => Some(source),
            Kind::Migration(failure) => failure.source.as_ref(),
            _ => None,
        }
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Error(Arc::new(kind))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `unwrap` and a test that returns `Err` print this: a reader wants the sentence.
        write!(f, "Error({self})")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Configuration(problem)
            | Kind::Refused(problem)
            | Kind::IsolationLost(problem)
            | Kind::Server { problem, .. } => f.write_str(problem),
            Kind::MissingDatabase(name) => write!(
                f,
                "the database `{name}` is no longer on the server: somebody has dropped it"
            ),
            Kind::Migration(failure) => failure.fmt(f),
            Kind::Fixtures(errors) => errors.fmt(f),
            Kind::Database { doing, source } => write!(f, "failed to {doing}: {source}"),
            Kind::Io {
                doing,
                path,
                source,
            } => {
                write!(f, "failed to {doing} `{}`: {source}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Database { source, .. } => Some(source),
            Kind::Io { source, .. } => Some(source),
            Kind::Migration(failure) => failure.source.as_ref().map(|source| source as _),
            Kind::Fixtures(errors) => errors.source(),
            Kind::Configuration(_)
            | Kind::Refused(_)
            | Kind::IsolationLost(_)
            | Kind::MissingDatabase(_)
            | Kind::Server { .. } => None,
        }
    }
}

impl fmt::Display for MigrationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "migration `{}` failed", self.file.display())?;
        match &self.statement {
            Some((line, text)) => {
                write!(
                    f,
                    " at line {line}: {}; in the statement `{text}`",
                    self.message
                )
            }
            None => write!(f, ": {}", self.message),
        }
    }
}
