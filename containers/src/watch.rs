//! The arguments of `watch.sh`, which runs a server and ends it when nobody needs it any more.

use std::time::Duration;

use crate::Engine;

/// The script, for `sh -c`.
pub(crate) const SCRIPT: &str = include_str!("watch.sh");

/// How long a server that listens waits for its first client, however short its idle time is.
const FIRST: Duration = Duration::from_secs(10);
/// How long it may take until it listens. Whoever started it may have died, or has less patience and ends it.
const START: Duration = Duration::from_secs(600);
/// More than a year is for ever, and a number that every shell can count to.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What stands between the script and the server's command line, `$0` included.
pub(crate) fn arguments(
    engine: Engine,
    port: u16,
    idle: Duration,
    directory: &str,
    note: &str,
) -> Vec<String> {
    let idle = idle.min(LONGEST);
    vec![
        "testudo".to_owned(),
        directory.to_owned(),
        note.to_owned(),
        port.to_string(),
        idle.as_secs().to_string(),
        idle.max(FIRST).as_secs().to_string(),
        START.as_secs().to_string(),
        engine.end_signal().to_owned(),
    ]
}
