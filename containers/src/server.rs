//! A server that answers.

use std::{fmt, path::PathBuf};

use crate::{Engine, url::Url};

/// A database server, ready for queries.
///
/// It does not end with this value, nor with this process: see the [crate's documentation](crate).
#[derive(Clone)]
pub struct Server {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    pub(crate) source: Source,
    pub(crate) started: bool,
}

/// Where a [`Server`] came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A URL, set by the user.
    Url,
    /// A container.
    Container {
        /// Its image, such as `postgres:18`.
        image: String,
        /// Its id.
        id: String,
    },
    /// A program on this machine.
    Local {
        /// Its path.
        program: PathBuf,
        /// Where its data is, until it ends.
        directory: PathBuf,
    },
}

impl Server {
    /// The kind of server that was asked for.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The URL of an administrator, with the password. [`Display`](fmt::Display) leaves the password out.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the server came from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// It was not there, and this process started it.
    #[must_use]
    pub fn was_started(&self) -> bool {
        self.started
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Url::without_password(&self.url);
        match &self.source {
            Source::Url => write!(f, "{} at `{url}`", self.engine),
            Source::Container { image, id } => {
                write!(
                    f,
                    "{image} in container {} at `{url}`",
                    id.get(..12).unwrap_or(id)
                )
            }
            Source::Local { program, .. } => write!(f, "{} at `{url}`", program.display()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("engine", &self.engine)
            .field("url", &Url::without_password(&self.url))
            .field("source", &self.source)
            .field("started", &self.started)
            .finish()
    }
}
