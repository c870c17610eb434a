//! Databases that nobody has used for long, dropped.

use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use super::{SharedHost, names};
use crate::error::Error;
use crate::runtime;

/// Templates of yesterday's schema are no longer asked for; a week keeps those of other branches.
const AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Sweeps while tests run. It may be cut short at any time: the next process goes on.
pub(super) fn in_background<E: Engine>(host: &SharedHost<E>) {
    if let Ok(runtime) = runtime::shared() {
        let host = Arc::clone(host);
        runtime.spawn(async move {
            // Nothing depends on it, and what is wrong with the server a test will say.
            let _ = sweep(&host).await;
        });
    }
}

/// Drops what is old and not in use, each under the lock that protects it.
async fn sweep<E: Engine>(host: &SharedHost<E>) -> Result<(), Error> {
    let unused = {
        let mut lease = host.lease().await;
        host.engine.unused(&mut lease, AGE).await?
    };
    if unused.is_empty() {
        return Ok(());
    }
    // On a connection of its own: locks of this process would not keep it from its own slots, and
    // dropping takes time.
    let mut sweeper = host.connect(None).await?;
    for database in unused {
        let lock = match names::seat_of(&database) {
            Some(seat) => names::seat_lock(seat),
            None => names::template_lock(&database),
        };
        if !host.engine.try_lock(&mut sweeper, &lock).await? {
            continue;
        }
        // Somebody may have come back to it since it was listed.
        let entry = host.engine.entry(&mut sweeper, &database).await?;
        if entry.is_some_and(|entry| entry.unused_for > AGE) {
            // The entry first: whoever finds none builds or copies anew.
            host.engine.remove_entry(&mut sweeper, &database).await?;
            host.engine.drop_database(&mut sweeper, &database).await?;
        }
        host.engine.unlock(&mut sweeper, &lock).await?;
    }
    Ok(())
}
