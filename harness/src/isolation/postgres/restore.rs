//! Putting a slot back after a test that committed: the tables that it touched, in place.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor, Row};

use super::super::server::engine::Restored;
use super::catalog;
use super::code;
use super::fingerprint::Changes;
use super::reference::{Reference, hash};

/// Compares a slot with its template and puts back what differs. Nobody else is connected.
pub(super) async fn restore(
    connection: &mut PgConnection,
    reference: &Reference,
    catalogs: &str,
    clean: i64,
    may_replicate: bool,
) -> Result<Restored, sqlx::Error> {
    if let Some(what) = catalog::difference(connection, catalogs, &reference.catalogs).await? {
        return Ok(not(format!("the schema was changed: {what}")));
    }
    let changes = match Changes::read(connection, reference, clean).await {
        Ok(changes) => changes,
        // Without a table, or with rights taken from us, it is not the schema of the template.
        Err(error) if code(&error).is_some_and(|code| code.starts_with("42")) => {
            return Ok(not(format!("the schema was changed: {error}")));
        }
        Err(error) => return Err(error),
    };
    if changes.tables.is_empty() && changes.sequences.is_empty() {
        return Ok(Restored::InPlace);
    }
    let tables = || {
        let positions = changes.tables.iter();
        positions.filter_map(|position| reference.tables.get(*position))
    };
    for table in tables() {
        if let Some(obstacle) = table.obstacle {
            return Ok(not(format!("`{}` {obstacle}", table.shown)));
        }
    }
    if !may_replicate && !changes.tables.is_empty() {
        return Ok(not(
            "this server does not let its administrator set `session_replication_role`, which rows are \
             put back with past foreign keys and triggers"
                .to_owned(),
        ));
    }
    let sequences = || {
        let positions = changes.sequences.iter();
        positions.filter_map(|position| reference.sequences.get(*position))
    };
    let mut text = String::new();
    if !changes.tables.is_empty() {
        // For the session, until it holds a transaction again: each change of it makes Postgres plan
        // every statement anew, which takes longer than the rest.
        text.push_str("SET session_replication_role = replica; ");
    }
    text.push_str("BEGIN READ WRITE; ");
    for table in tables() {
        text.push_str(&format!(
            "DELETE FROM ONLY {}; {}",
            table.name, table.insert
        ));
    }
    for sequence in sequences() {
        let (name, value) = (sequence.name.replace('\'', "''"), sequence.value);
        text.push_str(&format!(
            "SELECT pg_catalog.setval('{name}', {value}, {}); ",
            sequence.is_called
        ));
    }
    // The proof, in the same packet: the same rows have the same hash.
    let proofs = tables().enumerate().map(|(position, table)| {
        format!(
            "SELECT {position} AS testudo_position, {} AS testudo_hash",
            hash(&table.name)
        )
    });
    let proofs = proofs.collect::<Vec<_>>();
    text.push_str(&proofs.join(" UNION ALL "));
    text.push_str("; COMMIT");
    let rows = match sqlx::raw_sql(AssertSqlSafe(text))
        .fetch_all(&mut *connection)
        .await
    {
        Ok(rows) => rows,
        Err(error @ sqlx::Error::Database(_)) => {
            connection.execute("ROLLBACK").await?;
            return Ok(not(format!("it could not be put back in place: {error}")));
        }
        Err(error) => return Err(error),
    };
    let mut found = HashMap::new();
    for row in rows {
        if let (Ok(position), Ok(hash)) = (
            row.try_get::<i32, _>("testudo_position"),
            row.try_get::<String, _>("testudo_hash"),
        ) {
            found.insert(position, hash);
        }
    }
    for (position, table) in (0..).zip(tables()) {
        if found.get(&position) != Some(&table.hash) {
            return Ok(not(format!(
                "`{}` was put back, and still differs",
                table.shown
            )));
        }
    }
    Ok(Restored::InPlace)
}

fn not(why: String) -> Restored {
    Restored::NotInPlace(why)
}
