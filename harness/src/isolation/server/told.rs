//! Work that takes long enough to be told about.

use std::pin::pin;
use std::time::Duration;

use testudo_containers::Progress;

/// A wait that somebody would notice is worth a line.
const TELL_AFTER: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(200);

/// Does the work, and says on stderr what is going on if it takes long. `what` completes "testudo: ..";
/// `done` completes ".. after 3.1 s".
pub(super) async fn told<T, X>(
    what: &str,
    done: &str,
    work: impl Future<Output = Result<T, X>>,
) -> Result<T, X> {
    let mut work = pin!(work);
    if let Ok(result) = tokio::time::timeout(TELL_AFTER, &mut work).await {
        return result;
    }
    let mut progress = Progress::begin(what);
    loop {
        match tokio::time::timeout(TICK, &mut work).await {
            Ok(Ok(value)) => {
                progress.done(done);
                return Ok(value);
            }
            Ok(Err(error)) => {
                progress.failed(&format!("{what}: failed"));
                return Err(error);
            }
            Err(_) => progress.tick(""),
        }
    }
}
