//! Why a statement could not be compiled.

use std::fmt;

use crate::Dialect;

/// A statement that a dialect cannot express, or that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Kind>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Unsupported {
        dialect: Dialect,
        construct: &'static str,
        instead: &'static str,
    },
    Malformed {
        statement: &'static str,
        problem: String,
    },
    Misfit {
        statement: &'static str,
        beside: Option<(&'static str, &'static str)>,
        problem: String,
    },
}

impl Error {
    pub(crate) fn unsupported(
        dialect: Dialect,
        construct: &'static str,
        instead: &'static str,
    ) -> Self {
        Error(Box::new(Kind::Unsupported {
            dialect,
            construct,
            instead,
        }))
    }

    pub(crate) fn malformed(statement: &'static str, problem: impl Into<String>) -> Self {
        Error(Box::new(Kind::Malformed {
            statement,
            problem: problem.into(),
        }))
    }

    /// A value that the server would not take, and the model and field that it stands beside.
    pub(crate) fn misfit(
        statement: &'static str,
        beside: Option<(&'static str, &'static str)>,
        problem: String,
    ) -> Self {
        Error(Box::new(Kind::Misfit {
            statement,
            beside,
            problem,
        }))
    }

    /// The model, the field and what is wrong, where a value was refused that a column of a model
    /// stands beside.
    #[must_use]
    pub fn misfit_of(&self) -> Option<(&'static str, &'static str, &str)> {
        match &*self.0 {
            Kind::Misfit {
                beside: Some((model, field)),
                problem,
                ..
            } => Some((model, field, problem)),
            _ => None,
        }
    }

    /// Whether a value is one that the server would not take: NUL in text on Postgres, NaN, a year
    /// out of its range.
    #[must_use]
    pub fn is_misfit(&self) -> bool {
        matches!(*self.0, Kind::Misfit { .. })
    }

    /// Whether the dialect lacks the construct; another dialect may have it.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(*self.0, Kind::Unsupported { .. })
    }

    /// Whether the statement makes no sense on any dialect.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        matches!(*self.0, Kind::Malformed { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Unsupported {
                dialect,
                construct,
                instead,
            } => {
                write!(f, "{dialect} does not support {construct}; {instead}")
            }
            Kind::Misfit {
                beside: Some((model, field)),
                problem,
                ..
            } => write!(f, "invalid value for `{model}.{field}`: {problem}"),
            Kind::Misfit {
                statement,
                beside: None,
                problem,
            } => write!(f, "invalid value in {statement}: {problem}"),
            Kind::Malformed { statement, problem } => {
                write!(f, "cannot compile {statement}: {problem}")
            }
        }
    }
}

impl std::error::Error for Error {}
