//! Whether a test knows the way to its database, and can write to it on connections of its own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use super::SharedHost;
use super::engine::{Engine, State};
use super::slot::note;
use crate::error::Error;
use crate::runtime;

/// While such a test runs, the slot is marked as dirty: should this process be killed, the next one
/// knows.
#[derive(Debug, Default)]
pub(super) struct Exposure(Mutex<Option<JoinHandle<Result<(), Error>>>>);

impl Exposure {
    /// Written by another task, because to ask for a URL is not async. A connection takes longer to open
    /// than this takes.
    pub(super) fn mark<E: Engine>(&self, host: &SharedHost<E>, database: &str) {
        let mut marking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (None, Ok(runtime)) = (&*marking, runtime::shared()) {
            let (host, database) = (Arc::clone(host), database.to_owned());
            *marking = Some(runtime.spawn(async move {
                let mut lease = host.lease().await;
                note(&host, &mut lease, &database, State::Dirty).await
            }));
        }
    }

    /// Whether the slot is marked as dirty, which takes effect before this returns.
    pub(super) async fn was_marked(&self) -> bool {
        let marking = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match marking {
            None => false,
            Some(marking) => {
                // Should it have failed, the server is gone, which is found out at the end.
                let _ = marking.await;
                true
            }
        }
    }
}
