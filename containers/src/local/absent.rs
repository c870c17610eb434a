//! Servers of this machine, where there are none: they need Unix.

use std::path::PathBuf;

use crate::{Engine, Request, Server, error::Attempt, state::Notes};

pub(crate) fn programs(_: Engine) -> Vec<PathBuf> {
    Vec::new()
}

pub(crate) async fn start(_: &Request, _: &Notes) -> Result<Server, Attempt> {
    Err(Attempt::missing(
        "programs on this machine",
        "they are started on Unix alone",
    ))
}
