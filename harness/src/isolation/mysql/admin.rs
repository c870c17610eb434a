//! The admin database: locks and a table that the processes of a server share.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::MySqlConnection;

use super::packet::{self, Rows, field, send, text, value};
use crate::error::Error;
use crate::isolation::server::engine::{Entry, State};

/// The database that processes share.
pub(super) const DATABASE: &str = "testudo";
/// The server takes no longer name of a lock.
const LONGEST_LOCK: usize = 64;

/// Makes the admin database with its table, unless it is there; several processes may do so at once.
pub(super) async fn prepare(connection: &mut MySqlConnection) -> Result<(), Error> {
    // The locks of the process end with this connection: for a year, nobody closes it for being idle.
    let keep = "SET SESSION wait_timeout = 31536000".to_owned();
    ask(connection, keep, "prepare the connection").await?;
    let look = format!("SELECT 1 FROM {DATABASE}.`databases` LIMIT 0; USE {DATABASE}");
    if send(connection, look).await.is_ok() {
        return Ok(());
    }
    let create = format!(
        "CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4; USE {DATABASE}; \
         CREATE TABLE IF NOT EXISTS `databases` ( \
         name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, \
         state VARCHAR(16) NOT NULL, labels LONGTEXT, last_used DATETIME(6) NOT NULL) ENGINE=InnoDB"
    );
    ask(connection, create, "create the database `testudo`")
        .await
        .map(drop)
}

pub(super) async fn try_lock(connection: &mut MySqlConnection, name: &str) -> Result<bool, Error> {
    get_lock(connection, name, 0).await
}

/// The server lets those who wait for a lock have it in order of arrival.
pub(super) async fn lock(
    connection: &mut MySqlConnection,
    name: &str,
    patience: Duration,
) -> Result<bool, Error> {
    // Whole seconds are all that MySQL knows.
    let seconds = patience.as_millis().div_ceil(1000);
    get_lock(connection, name, seconds).await
}

async fn get_lock(
    connection: &mut MySqlConnection,
    name: &str,
    seconds: u128,
) -> Result<bool, Error> {
    let lock = text(&lock_name(name));
    // The server would give a session its own lock a second time.
    let get = format!(
        "SELECT IF(IS_USED_LOCK({lock}) <=> CONNECTION_ID(), 0, GET_LOCK({lock}, {seconds}))"
    );
    let answers = ask(connection, get, &format!("take the lock `{name}`")).await?;
    Ok(answers.first().and_then(value) == Some("1"))
}

pub(super) async fn unlock(connection: &mut MySqlConnection, name: &str) -> Result<(), Error> {
    let release = format!("DO RELEASE_LOCK({})", text(&lock_name(name)));
    ask(connection, release, &format!("free the lock `{name}`"))
        .await
        .map(drop)
}

/// Locks are the server's, not a database's, so others may use the same names.
fn lock_name(name: &str) -> String {
    let full = format!("testudo:{name}");
    if full.len() <= LONGEST_LOCK {
        return full;
    }
    let mut short = "testudo:".to_owned();
    for byte in &Sha256::digest(name)[..16] {
        short.push_str(&format!("{byte:02x}"));
    }
    short
}

/// How many connections the server gives the user of this one, in all.
pub(super) async fn connection_limit(connection: &mut MySqlConnection) -> Result<u32, Error> {
    let select = "SELECT IF(@@max_user_connections > 0, \
                  LEAST(@@max_user_connections, @@max_connections), @@max_connections)";
    let answers = ask(connection, select.to_owned(), "read `max_connections`").await?;
    let limit = answers
        .first()
        .and_then(value)
        .and_then(|limit| limit.parse().ok());
    limit.ok_or_else(|| Error::configuration("the server does not tell its `max_connections`"))
}

pub(super) async fn entry(
    connection: &mut MySqlConnection,
    database: &str,
) -> Result<Option<Entry>, Error> {
    let select = format!(
        "SELECT state, labels, TIMESTAMPDIFF(SECOND, last_used, UTC_TIMESTAMP(6)) \
         FROM {DATABASE}.`databases` WHERE name = {}",
        text(database)
    );
    let answers = ask(connection, select, "read the table of databases").await?;
    Ok(answers
        .first()
        .and_then(|rows| rows.first())
        .map(|row| Entry {
            state: match field(row, 0) {
                READY => State::Ready,
                _ => State::Dirty,
            },
            labels: row.get(1).cloned().flatten(),
            unused_for: Duration::from_secs(field(row, 2).parse().unwrap_or(0)),
        }))
}

const READY: &str = "ready";
const DIRTY: &str = "dirty";

pub(super) async fn set_entry(
    connection: &mut MySqlConnection,
    database: &str,
    entry: &Entry,
) -> Result<(), Error> {
    let state = match entry.state {
        State::Ready => READY,
        State::Dirty => DIRTY,
    };
    let labels = match &entry.labels {
        Some(labels) => text(labels),
        None => "NULL".to_owned(),
    };
    let replace = format!(
        "REPLACE INTO {DATABASE}.`databases` (name, state, labels, last_used) \
         VALUES ({}, '{state}', {labels}, UTC_TIMESTAMP(6))",
        text(database)
    );
    ask(connection, replace, "write the table of databases")
        .await
        .map(drop)
}

pub(super) async fn remove_entry(
    connection: &mut MySqlConnection,
    database: &str,
) -> Result<(), Error> {
    let delete = format!(
        "DELETE FROM {DATABASE}.`databases` WHERE name = {}",
        text(database)
    );
    ask(connection, delete, "write the table of databases")
        .await
        .map(drop)
}

/// The databases that nobody has used for longer than `age`.
pub(super) async fn unused(
    connection: &mut MySqlConnection,
    age: Duration,
) -> Result<Vec<String>, Error> {
    let select = format!(
        "SELECT name FROM {DATABASE}.`databases` \
         WHERE last_used < UTC_TIMESTAMP(6) - INTERVAL {} SECOND",
        age.as_secs()
    );
    let answers = ask(connection, select, "read the table of databases").await?;
    let names = answers.first().map(Rows::as_slice).unwrap_or_default();
    Ok(names.iter().map(|row| field(row, 0).to_owned()).collect())
}

/// Sends statements; `doing` completes "failed to ...".
pub(super) async fn ask(
    connection: &mut MySqlConnection,
    statements: String,
    doing: &str,
) -> Result<Vec<Rows>, Error> {
    packet::send(connection, statements)
        .await
        .map_err(|error| Error::database(doing, error))
}
