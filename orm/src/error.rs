//! What can go wrong between a model and its database.

use std::fmt;

use testudo_sql as sql;

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate: opaque, with questions to ask.
pub struct Error(Box<Kind>);

/// An error that somebody else's code has returned.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What another transaction has done to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The statement was refused, or the transaction with it as soon as it is told to go on.
    Refused,
    /// The server has rolled the transaction back.
    #[cfg_attr(
        not(feature = "mysql"),
        expect(dead_code, reason = "MySQL and MariaDB do so")
    )]
    Ended,
}

#[derive(Debug)]
enum Kind {
    DoesNotExist {
        model: &'static str,
    },
    MultipleObjects {
        model: &'static str,
    },
    Integrity(IntegrityError),
    Validation(Vec<ValidationError>),
    Stale {
        model: &'static str,
        key: String,
    },
    MissingFields {
        model: &'static str,
        fields: Vec<&'static str>,
    },
    /// A reference that a program made and no query fetched.
    NotFetched {
        to: &'static str,
    },
    NotLoaded {
        model: &'static str,
        relation: &'static str,
    },
    NotSaved {
        model: &'static str,
        operation: &'static str,
    },
    Decode {
        place: String,
        problem: String,
    },
    Compile(sql::Error),
    Cursor(&'static str),
    Misuse(String),
    /// Another transaction was in the way.
    Conflict {
        source: sqlx::Error,
        statement: Option<String>,
        conflict: Conflict,
        /// How often the transaction was tried, where that is known.
        tries: u32,
    },
    /// Hooks of `on_commit`, each with its error.
    Hooks(Vec<Failure>),
    Receiver {
        signal: &'static str,
        of: String,
        source: Failure,
    },
    Database {
        source: sqlx::Error,
        statement: Option<String>,
    },
}

/// A constraint of the database that a statement would have broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityError {
    /// Which kind of constraint.
    pub kind: IntegrityKind,
    /// The name of the constraint, where the server tells it.
    pub constraint: Option<String>,
    /// The table, where the server tells it.
    pub table: Option<String>,
    /// The columns, where the server tells them.
    pub columns: Vec<String>,
    /// The server's own words.
    pub message: String,
}

/// The kinds of constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegrityKind {
    /// A unique constraint or a primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// NOT NULL.
    NotNull,
    /// CHECK.
    Check,
}

/// A value that does not fit its field; found before a statement was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The model.
    pub model: &'static str,
    /// The field.
    pub field: &'static str,
    /// What is wrong with the value.
    pub problem: String,
}

impl Error {
    pub(crate) fn does_not_exist(model: &'static str) -> Self {
        Kind::DoesNotExist { model }.into()
    }

    pub(crate) fn multiple_objects(model: &'static str) -> Self {
        Kind::MultipleObjects { model }.into()
    }

    #[doc(hidden)]
    pub fn validation_of(
        model: &'static str,
        field: &'static str,
        problem: impl Into<String>,
    ) -> Self {
        Error::invalid(vec![ValidationError {
            model,
            field,
            problem: problem.into(),
        }])
    }

    pub(crate) fn invalid(problems: Vec<ValidationError>) -> Self {
        Kind::Validation(problems).into()
    }

    pub(crate) fn stale(model: &'static str, key: impl Into<String>) -> Self {
        let key = key.into();
        Kind::Stale { model, key }.into()
    }

    pub(crate) fn missing_fields_of(model: &'static str, fields: Vec<&'static str>) -> Self {
        Kind::MissingFields { model, fields }.into()
    }

    pub(crate) fn not_loaded(model: &'static str, relation: &'static str) -> Self {
        Kind::NotLoaded { model, relation }.into()
    }

    pub(crate) fn not_fetched(to: &'static str) -> Self {
        Kind::NotFetched { to }.into()
    }

    pub(crate) fn not_saved(model: &'static str, operation: &'static str) -> Self {
        Kind::NotSaved { model, operation }.into()
    }

    pub(crate) fn decode(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Kind::Decode {
            place: place.into(),
            problem: problem.into(),
        }
        .into()
    }

    /// Whether the server refused the statement, as opposed to an error on this side of the
    /// connection.
    pub(crate) fn is_refusal(&self) -> bool {
        match &*self.0 {
            Kind::Integrity(_) | Kind::Conflict { .. } => true,
            Kind::Database { source, .. } => source.as_database_error().is_some(),
            _ => false,
        }
    }

    /// Whether the server has rolled the transaction back for another one's sake.
    pub(crate) fn ends_transaction(&self) -> bool {
        matches!(
            *self.0,
            Kind::Conflict {
                conflict: Conflict::Ended,
                ..
            }
        )
    }

    /// This was the last error of so many tries of a transaction.
    pub(crate) fn tried(mut self, number: Option<u32>) -> Self {
        if let (Kind::Conflict { tries, .. }, Some(number)) = (&mut *self.0, number) {
            *tries = number;
        }
        self
    }

    pub(crate) fn conflict(
        source: sqlx::Error,
        statement: Option<&str>,
        conflict: Conflict,
    ) -> Self {
        Kind::Conflict {
            source,
            statement: statement.map(str::to_owned),
            conflict,
            tries: 1,
        }
        .into()
    }

    pub(crate) fn hooks(failures: Vec<Failure>) -> Self {
        Kind::Hooks(failures).into()
    }

    /// An error of this crate stays what it is: a receiver that breaks a constraint has broken one.
    pub(crate) fn receiver(signal: &'static str, of: impl Into<String>, source: Failure) -> Self {
        match source.downcast::<Error>() {
            Ok(error) => *error,
            Err(source) => Kind::Receiver {
                signal,
                of: of.into(),
                source,
            }
            .into(),
        }
    }

    /// A setting of a transaction that is a savepoint on a connection that is shared.
    pub(crate) fn not_outermost(setting: &str) -> Self {
        Error::misuse(format!(
            "the setting `{setting}` cannot be had here: the owner of the connection has begun a transaction \
             already, as for a test that is rolled back; use isolation = \"clone\""
        ))
    }

    pub(crate) fn cursor(problem: &'static str) -> Self {
        Kind::Cursor(problem).into()
    }

    pub(crate) fn misuse(problem: impl Into<String>) -> Self {
        Kind::Misuse(problem.into()).into()
    }

    pub(crate) fn url(problem: impl Into<String>) -> Self {
        let problem: String = problem.into();
        sqlx::Error::Configuration(problem.into()).into()
    }

    pub(crate) fn integrity_of(error: IntegrityError) -> Self {
        Kind::Integrity(error).into()
    }

    pub(crate) fn database(source: sqlx::Error, statement: Option<&str>) -> Self {
        Kind::Database {
            source,
            statement: statement.map(str::to_owned),
        }
        .into()
    }

    /// Whether no row matched where one was asked for.
    #[must_use]
    pub fn is_does_not_exist(&self) -> bool {
        matches!(*self.0, Kind::DoesNotExist { .. })
    }

    /// Whether several rows matched where one was asked for.
    #[must_use]
    pub fn is_multiple_objects(&self) -> bool {
        matches!(*self.0, Kind::MultipleObjects { .. })
    }

    /// Whether the database refused because of a constraint.
    #[must_use]
    pub fn is_integrity(&self) -> bool {
        matches!(*self.0, Kind::Integrity(_))
    }

    /// Whether a unique constraint or primary key refused the row.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.integrity()
            .is_some_and(|e| e.kind == IntegrityKind::Unique)
    }

    /// Whether another transaction was in the way: a serialization failure, a deadlock, a lock that was waited for
    /// in vain, a database that is busy. The same transaction may succeed when it is done again, which
    /// [`retries`](crate::TransactionOptions::retries) does.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(*self.0, Kind::Conflict { .. })
    }

    /// Whether everything is committed all the same: a hook of [`on_commit`](crate::Db::on_commit) failed.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        matches!(*self.0, Kind::Hooks(_))
    }

    /// Whether a value did not fit its field, or a field was not given one; no statement was sent.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        matches!(*self.0, Kind::Validation(_) | Kind::MissingFields { .. })
    }

    /// The fields that a builder was given no value for; none if the error is another.
    #[must_use]
    pub fn missing_fields(&self) -> &[&'static str] {
        match &*self.0 {
            Kind::MissingFields { fields, .. } => fields,
            _ => &[],
        }
    }

    /// Whether a relation was read that had not been fetched.
    #[must_use]
    pub fn is_not_loaded(&self) -> bool {
        matches!(*self.0, Kind::NotLoaded { .. } | Kind::NotFetched { .. })
    }

    /// Whether a cursor that a client brought back is not one of the query; nothing was sent.
    #[must_use]
    pub fn is_invalid_cursor(&self) -> bool {
        matches!(*self.0, Kind::Cursor(_))
    }

    /// Whether the dialect of the database cannot express the query.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(&*self.0, Kind::Compile(error) if error.is_unsupported())
    }

    /// The broken constraint, if that is what it was.
    #[must_use]
    pub fn integrity(&self) -> Option<&IntegrityError> {
        match &*self.0 {
            Kind::Integrity(error) => Some(error),
            _ => None,
        }
    }

    /// The first misfit value, if that is what it was.
    #[must_use]
    pub fn validation(&self) -> Option<&ValidationError> {
        self.validations().first()
    }

    /// Everything that is wrong with the values of a row; nothing if the error is another.
    #[must_use]
    pub fn validations(&self) -> &[ValidationError] {
        match &*self.0 {
            Kind::Validation(problems) => problems,
            _ => &[],
        }
    }

    /// Whether the row was changed or deleted by others since it was read (a field with `version`);
    /// nothing was written.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        matches!(*self.0, Kind::Stale { .. })
    }

    /// The driver's error, if it came from there.
    #[must_use]
    pub fn as_sqlx(&self) -> Option<&sqlx::Error> {
        match &*self.0 {
            Kind::Database { source, .. } | Kind::Conflict { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Error(Box::new(kind))
    }
}

impl From<sql::Error> for Error {
    fn from(error: sql::Error) -> Self {
        if let Some((model, field, problem)) = error.misfit_of() {
            return Error::validation_of(model, field, problem);
        }
        Kind::Compile(error).into()
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::database(error, None)
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
            Kind::DoesNotExist { model } => {
                write!(
                    f,
                    "no `{model}` matches the query; use `get_or_none` where none is expected"
                )
            }
            Kind::MultipleObjects { model } => write!(
                f,
                "more than one `{model}` matches the query; narrow the filter, or use `first`"
            ),
            Kind::Integrity(error) => error.fmt(f),
            Kind::Validation(problems) => {
                for (i, problem) in problems.iter().enumerate() {
                    f.write_str(if i > 0 { "; " } else { "" })?;
                    problem.fmt(f)?;
                }
                Ok(())
            }
            Kind::Stale { model, key } => write!(
                f,
                "the `{model}` {key} was changed or deleted since it was read; read it again \
                 (`refresh`) and repeat the change"
            ),
            Kind::MissingFields { model, fields } => write!(
                f,
                "cannot build a `{model}`: no value and no default for `{}`; set it on `{model}::builder()`",
                fields.join("`, `")
            ),
            Kind::NotFetched { to } => write!(
                f,
                "this reference to a `{to}` was set by hand, so no `{to}` was fetched with it; use \
                 `fetch(&db)`, or read the row again with `select_related`"
            ),
            Kind::NotLoaded { model, relation } => write!(
                f,
                "`{model}.{relation}` was not fetched; add `prefetch_related({model}::{relation}())` \
                 (or `select_related` for a single row) to the query"
            ),
            Kind::NotSaved { model, operation } => {
                write!(
                    f,
                    "cannot {operation}: this `{model}` is not saved; create it first"
                )
            }
            Kind::Decode { place, problem } => write!(f, "cannot read {place}: {problem}"),
            Kind::Compile(error) => error.fmt(f),
            Kind::Cursor(problem) => write!(
                f,
                "invalid cursor: {problem}; begin again at the first page"
            ),
            Kind::Misuse(problem) => f.write_str(problem),
            Kind::Conflict {
                source,
                statement,
                tries,
                ..
            } => {
                write!(f, "another transaction was in the way: {source}")?;
                if let Some(sql) = statement {
                    write!(f, "; in the statement `{sql}`")?;
                }
                match tries {
                    0 | 1 => Ok(()),
                    _ => write!(f, "; the transaction was tried {tries} times"),
                }
            }
            Kind::Hooks(failures) => {
                f.write_str(
                    "everything is committed, but afterwards a hook of `on_commit` failed",
                )?;
                for (index, failure) in failures.iter().enumerate() {
                    write!(
                        f,
                        "{} {failure}",
                        if index == 0 { ":" } else { "; another one:" }
                    )?;
                }
                Ok(())
            }
            Kind::Receiver { signal, of, source } => {
                write!(
                    f,
                    "rolled back by a receiver of `{signal}` of {of}: {source}"
                )
            }
            Kind::Database {
                source,
                statement: None,
            } => write!(f, "database error: {source}"),
            Kind::Database {
                source,
                statement: Some(sql),
            } => {
                write!(f, "database error: {source}; in the statement `{sql}`")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Database { source, .. } | Kind::Conflict { source, .. } => Some(source),
            Kind::Compile(error) => Some(error),
            Kind::Hooks(failures) => failures.first().map(|failure| &**failure as _),
            Kind::Receiver { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

impl fmt::Display for IntegrityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            IntegrityKind::Unique => "a unique constraint",
            IntegrityKind::ForeignKey => "a foreign key",
            IntegrityKind::NotNull => "a NOT NULL constraint",
            IntegrityKind::Check => "a CHECK constraint",
        };
        write!(f, "the database refused the statement: {kind}")?;
        if let Some(constraint) = &self.constraint {
            write!(f, " `{constraint}`")?;
        }
        if let Some(table) = &self.table {
            write!(f, " of table `{table}`")?;
        }
        if !self.columns.is_empty() {
            write!(f, " on `{}`", self.columns.join("`, `"))?;
        }
        write!(f, " ({})", self.message)
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid value for `{}.{}`: {}",
            self.model, self.field, self.problem
        )
    }
}
