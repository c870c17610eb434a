//! What a process does for others while its tests run: it leaves them seats, and sees that its locks are
//! still its own.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::engine::Engine;
use super::host::Host;
use super::{SharedHost, names};
use crate::error::Error;
use crate::runtime;

/// How often it looks. It also keeps the lease from being closed for idleness.
const PAUSE: Duration = Duration::from_millis(500);

/// Looks after the seats of a host, as long as there is one.
pub(super) fn start<E: Engine>(host: &SharedHost<E>) {
    let host = Arc::downgrade(host);
    if let Ok(runtime) = runtime::shared() {
        runtime.spawn(async move { while look_after(&host).await {} });
    }
}

/// Whether to go on.
async fn look_after<E: Engine>(host: &Weak<Host<E>>) -> bool {
    let Some(host) = host.upgrade() else {
        return false;
    };
    let _ = tokio::time::timeout(PAUSE, host.seats.given_up.notified()).await;
    share(&host).await.is_ok() || host.is_there().await
}

async fn share<E: Engine>(host: &Host<E>) -> Result<(), Error> {
    let mut lease = host.lease().await;
    if host.engine.try_lock(&mut lease, names::QUEUE).await? {
        host.engine.unlock(&mut lease, names::QUEUE).await?;
    } else {
        host.seats.leave_one();
    }
    for number in host.seats.take_given_up() {
        let lock = names::seat_lock(number);
        host.engine.unlock(&mut lease, &lock).await?;
        host.seats.forget(number);
    }
    Ok(())
}
