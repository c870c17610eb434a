//! Connecting to a server that has no connection left for us yet.

use std::time::{Duration, Instant};

use super::told::told;
use crate::backend::Backend;
use crate::error::Error;

/// How long to wait for a connection that others may give back.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Connects, and waits if the server has as many connections as it takes.
///
/// Seats keep the processes of one server within its limit; other clients of a server that is shared
/// do not know of them.
pub(super) async fn patiently<T, F>(
    backend: Backend,
    connect: impl FnMut() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    told(
        &format!("waiting for a connection to the {backend} server"),
        &format!("the {backend} server has given a connection"),
        until_free(backend, connect),
    )
    .await
}

async fn until_free<T, F>(backend: Backend, mut connect: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match connect().await {
            Err(error) if is_full(&error) => error,
            result => return result,
        };
        if started.elapsed() > PATIENCE {
            return Err(Error::server(format!(
                "the {backend} server has had no free connection for {} s: {error}; raise its \
                 `max_connections`, run fewer tests at a time, or end other clients",
                PATIENCE.as_secs()
            )));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// `53300` is Postgres's too_many_connections, `1040` and `1203` are MySQL's for the server and the
/// user; MySQL's driver has them as the vendor's number, which is part of the text.
fn is_full(error: &Error) -> bool {
    let Some(database) = error.as_sqlx().and_then(sqlx::Error::as_database_error) else {
        return false;
    };
    let code = database.code().unwrap_or_default();
    let message = database.message().to_ascii_lowercase();
    code == "53300"
        || message.contains("too many connections")
        || message.contains("max_user_connections")
}
