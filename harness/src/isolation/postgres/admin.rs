//! The admin database: locks, and the table of databases, which processes share.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::super::server::engine::{Entry, State};
use super::code;
use crate::error::Error;

/// Nobody tests on it; what processes share is in it.
pub(super) const DATABASE: &str = "testudo";

/// Under a lock: two processes that create a table at the same time fail, IF NOT EXISTS or not.
const TABLE: &str = "
BEGIN;
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('testudo:table', 0));
CREATE TABLE IF NOT EXISTS public.databases (
    name text PRIMARY KEY,
    state text NOT NULL,
    labels text,
    last_used timestamptz NOT NULL DEFAULT now()
);
COMMIT";

/// Connects to the admin database, which is made if it is not there.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let admin = options.clone().database(DATABASE);
    match PgConnection::connect_with(&admin).await {
        Err(error) if code(&error).as_deref() == Some("3D000") => {}
        other => return other,
    }
    let mut server = PgConnection::connect_with(options).await?;
    // From `template0`, to which nobody is ever connected.
    let text = format!("CREATE DATABASE {DATABASE} TEMPLATE template0");
    match server.execute(AssertSqlSafe(text)).await {
        Ok(_) => {}
        // Another process was faster.
        Err(error) if is_there_already(&error) => {}
        Err(error) => return Err(error),
    }
    server.close().await?;
    PgConnection::connect_with(&admin).await
}

fn is_there_already(error: &sqlx::Error) -> bool {
    // The second is what CREATE DATABASE says if the other one has not committed yet.
    code(error).is_some_and(|code| code == "42P04" || code == "23505")
}

/// Makes the table of databases, unless it is there.
pub(super) async fn prepare(lease: &mut PgConnection) -> Result<(), sqlx::Error> {
    let is_there: bool =
        sqlx::query_scalar("SELECT pg_catalog.to_regclass('public.databases') IS NOT NULL")
            .fetch_one(&mut *lease)
            .await?;
    if !is_there {
        lease.execute(TABLE).await?;
    }
    Ok(())
}

pub(super) async fn try_lock(lease: &mut PgConnection, name: &str) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0))")
        .bind(name)
        .fetch_one(lease)
        .await
        .map_err(|error| Error::database(format!("take the lock `{name}` of the server"), error))
}

/// Waits in the server's own queue, which is in order of arrival.
pub(super) async fn lock(
    lease: &mut PgConnection,
    name: &str,
    patience: Duration,
) -> Result<bool, Error> {
    let failed =
        |error| Error::database(format!("wait for the lock `{name}` of the server"), error);
    // Zero would mean for ever.
    let milliseconds = patience.as_millis().clamp(1, 1_000_000_000);
    let text = format!("SET lock_timeout = {milliseconds}");
    lease.execute(AssertSqlSafe(text)).await.map_err(failed)?;
    let locked =
        sqlx::query("SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended($1, 0))")
            .bind(name)
            .execute(&mut *lease)
            .await;
    lease
        .execute("SET lock_timeout = 0")
        .await
        .map_err(failed)?;
    match locked {
        Ok(_) => Ok(true),
        Err(error) if code(&error).as_deref() == Some("55P03") => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

pub(super) async fn unlock(lease: &mut PgConnection, name: &str) -> Result<(), Error> {
    sqlx::query("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))")
        .bind(name)
        .execute(lease)
        .await
        .map(drop)
        .map_err(|error| Error::database(format!("free the lock `{name}` of the server"), error))
}

/// What the server keeps for superusers is not ours, even if we are one.
pub(super) async fn connection_limit(lease: &mut PgConnection) -> Result<u32, Error> {
    let limit: i32 = sqlx::query_scalar(
        "SELECT current_setting('max_connections')::int
              - current_setting('superuser_reserved_connections')::int
              - coalesce(current_setting('reserved_connections', true)::int, 0)",
    )
    .fetch_one(lease)
    .await
    .map_err(|error| Error::database("ask the server for its connection limit", error))?;
    Ok(u32::try_from(limit).unwrap_or(0))
}

pub(super) async fn entry(
    lease: &mut PgConnection,
    database: &str,
) -> Result<Option<Entry>, Error> {
    let row = sqlx::query(
        "SELECT state, labels, greatest(extract(epoch FROM now() - last_used), 0)::float8
           FROM public.databases WHERE name = $1",
    )
    .bind(database)
    .fetch_optional(lease)
    .await;
    let read = |error| Error::database(format!("read what is known of `{database}`"), error);
    let Some(row) = row.map_err(read)? else {
        return Ok(None);
    };
    let state: String = row.try_get(0).map_err(read)?;
    Ok(Some(Entry {
        state: match state.as_str() {
            "ready" => State::Ready,
            _ => State::Dirty,
        },
        labels: row.try_get(1).map_err(read)?,
        unused_for: Duration::try_from_secs_f64(row.try_get(2).map_err(read)?).unwrap_or_default(),
    }))
}

pub(super) async fn set_entry(
    lease: &mut PgConnection,
    database: &str,
    entry: &Entry,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO public.databases (name, state, labels) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE
            SET state = excluded.state, labels = excluded.labels, last_used = excluded.last_used",
    )
    .bind(database)
    .bind(match entry.state {
        State::Ready => "ready",
        State::Dirty => "dirty",
    })
    .bind(entry.labels.as_deref())
    .execute(lease)
    .await
    .map(drop)
    .map_err(|error| Error::database(format!("note that `{database}` is used"), error))
}

pub(super) async fn remove_entry(lease: &mut PgConnection, database: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM public.databases WHERE name = $1")
        .bind(database)
        .execute(lease)
        .await
        .map(drop)
        .map_err(|error| Error::database(format!("note that `{database}` is gone"), error))
}

pub(super) async fn unused(lease: &mut PgConnection, age: Duration) -> Result<Vec<String>, Error> {
    sqlx::query_scalar(
        "SELECT name FROM public.databases
          WHERE last_used < now() - make_interval(secs => $1) ORDER BY last_used",
    )
    .bind(age.as_secs_f64())
    .fetch_all(lease)
    .await
    .map_err(|error| Error::database("look for databases that nobody uses", error))
}
