//! The runtime that drives tests.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

/// Which runtime a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RuntimeKind {
    /// The one of the process: what one test opened serves the next.
    #[default]
    Shared,
    /// One for this test alone: when it ends, so do all tasks that the test spawned.
    Own,
}

/// The runtime of the process, started by the first who asks and never stopped.
pub(crate) fn shared() -> Result<&'static Runtime, Error> {
    static SHARED: OnceLock<Result<Runtime, String>> = OnceLock::new();
    SHARED
        .get_or_init(|| multi_thread().map_err(|error| error.to_string()))
        .as_ref()
        .map_err(|error| {
            Error::configuration(format!("failed to start the tokio runtime: {error}"))
        })
}

/// A runtime for one test.
pub(crate) fn own() -> Result<Runtime, Error> {
    multi_thread()
        .map_err(|error| Error::configuration(format!("failed to start a tokio runtime: {error}")))
}

fn multi_thread() -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("testudo-runtime")
        .build()
}
