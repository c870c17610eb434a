//! Why there is no server: what was tried, in order, why each failed, and what to do.

use std::fmt;

use crate::Engine;

/// Why [`Request::server`](crate::Request::server) found and started nothing.
#[derive(Debug, Clone)]
pub struct Error {
    pub(crate) text: String,
    pub(crate) unavailable: bool,
    pub(crate) refused: bool,
}

/// What came of one source.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The source, as the user knows it: `docker`.
    pub(crate) source: String,
    /// Why it gave no server.
    pub(crate) why: String,
    /// There is nothing of the kind: no URL set, no Docker, no programs.
    pub(crate) missing: bool,
}

impl Attempt {
    pub(crate) fn missing(source: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            why: why.into(),
            missing: true,
        }
    }

    pub(crate) fn failed(source: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            why: why.into(),
            missing: false,
        }
    }
}

impl Error {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            unavailable: false,
            refused: false,
        }
    }

    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self {
            refused: true,
            ..Self::new(text)
        }
    }

    /// Every source was tried, and none gave a server.
    pub(crate) fn tried(engine: Engine, attempts: &[Attempt]) -> Self {
        let unavailable = attempts.iter().all(|attempt| attempt.missing);
        let mut text = format!("no {engine} server for tests; this was tried, in this order:\n");
        for (number, Attempt { source, why, .. }) in (1..).zip(attempts) {
            text += &format!(
                "  {number}. {source}: {}\n",
                why.trim_end().replace('\n', "\n     ")
            );
        }
        text += &format!(
            "start Docker, install {engine}, or set `{}` to the URL of a server where tests may create databases",
            engine.variable("URL")
        );
        Self {
            unavailable,
            ..Self::new(text)
        }
    }

    /// Nothing is there that could be a server: no URL, no Docker, no server programs.
    ///
    /// `false` means that something is there and failed: a wrong URL, a container that never became ready, a full
    /// disk.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.unavailable
    }

    /// The URL leads to a database that does not seem to be for tests.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refused
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
