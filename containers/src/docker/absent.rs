//! Containers, where the feature `docker` is off.

use crate::{Request, Server, error::Attempt};

#[expect(
    clippy::unused_async,
    reason = "the same signature as with the feature"
)]
pub(crate) async fn start(_: &Request) -> Result<Server, Attempt> {
    Err(Attempt::missing(
        "docker",
        "not compiled in; the feature `containers` of `testudo` brings it",
    ))
}
