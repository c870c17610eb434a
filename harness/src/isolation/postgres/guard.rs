//! The transaction around a test: opened so that the code under test cannot end it unnoticed.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::super::server::engine::Verdict;
use super::glance::Glance;
use super::{code, look};
use crate::error::Error;

/// A constraint that is checked at COMMIT and never holds, on a table that only this session sees.
///
/// `SET CONSTRAINTS ALL IMMEDIATE`, which is a fair thing for a test to do, checks it early. The
/// trigger tells that from a COMMIT by a row of its own: if that is checked at once, constraints are
/// immediate, and it puts itself off again. What was refused is kept as the text of a prepared
/// statement, which a rollback leaves alone.
///
/// `SECURITY DEFINER`, because the code under test may have set another role; `ENABLE ALWAYS`, because
/// it may have set `session_replication_role`.
const GUARD: &str = "
CREATE TEMP TABLE testudo_guard (probe boolean NOT NULL);
CREATE FUNCTION pg_temp.testudo_refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $testudo$
BEGIN
    IF NEW.probe THEN
        PERFORM pg_catalog.set_config('testudo.immediate', 'yes', true);
        RETURN NULL;
    END IF;
    IF pg_catalog.current_setting('testudo.commit', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_catalog.set_config('testudo.immediate', 'no', true);
    INSERT INTO pg_temp.testudo_guard VALUES (true);
    IF pg_catalog.current_setting('testudo.immediate') = 'yes' THEN
        SET CONSTRAINTS pg_temp.testudo_guard DEFERRED;
        INSERT INTO pg_temp.testudo_guard VALUES (false);
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE name = 'testudo_refused') THEN
        EXECUTE pg_catalog.format('PREPARE testudo_refused AS SELECT %L', pg_catalog.encode(
            pg_catalog.convert_to(pg_catalog.current_query(), 'UTF8'), 'hex'));
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'TG001', MESSAGE = pg_catalog.format(
        '`%s` would end the transaction that keeps this test apart; use isolation = \"clone\"',
        pg_catalog.btrim(pg_catalog.left(pg_catalog.current_query(), 200), E'; \\n\\r\\t'));
END
$testudo$;
CREATE CONSTRAINT TRIGGER testudo_guard AFTER INSERT ON pg_temp.testudo_guard
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.testudo_refuse();
ALTER TABLE pg_temp.testudo_guard ENABLE ALWAYS TRIGGER testudo_guard;
";

/// The transaction is a writing one although the session's default is not: what runs after it was lost
/// cannot write. The guard is armed below the savepoint, so that going back to that leaves it armed. The
/// second savepoint is that of the first statement.
const HOLD: &str = "BEGIN READ WRITE; INSERT INTO pg_temp.testudo_guard VALUES (false); \
                    SAVEPOINT testudo_test; SAVEPOINT testudo_statement";

/// Fails if the transaction is not the one that `HOLD` has opened, and then leaves it as it is. Looks
/// at what a rollback does not undo, at advisory locks only if there may be any.
const RELEASE: &str = "ROLLBACK TO SAVEPOINT testudo_test; ROLLBACK; EXECUTE testudo_look";

/// The same after statements that were never prepared, and may have taken a lock.
const RELEASE_AFTER_TEXT: &str =
    "ROLLBACK TO SAVEPOINT testudo_test; ROLLBACK; EXECUTE testudo_look_closely";

/// The savepoint to which a statement that failed outside a transaction is rolled back.
const UNDO_STATEMENT: &str = "ROLLBACK TO SAVEPOINT testudo_statement";

/// Installs the guards on a new session.
pub(super) async fn equip(
    connection: &mut PgConnection,
    version: u32,
    may_replicate: bool,
) -> Result<(), sqlx::Error> {
    // Event triggers of the application are not to see it.
    let unseen = if may_replicate {
        "SET LOCAL session_replication_role = replica;"
    } else {
        ""
    };
    // The session is to be among the counted ones as soon as it can be used.
    let counted = if version >= 150_000 {
        "SELECT pg_catalog.pg_stat_force_next_flush()"
    } else {
        ""
    };
    let text = format!(
        "BEGIN READ WRITE; {unseen} {GUARD} {}; COMMIT; {counted}",
        look::prepare()
    );
    connection.execute(AssertSqlSafe(text)).await?;
    Ok(())
}

/// Opens the transaction. Once sqlx counts it, it is never told of the end: its count stays at one, and
/// every `begin` of the code under test is a savepoint.
pub(super) async fn hold(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    if connection.is_in_transaction() {
        connection.execute(HOLD).await?;
    } else {
        let transaction = connection.begin_with(HOLD).await?;
        // Its guard would roll back.
        std::mem::forget(transaction);
    }
    Ok(())
}

/// Ends the transaction and looks at what it has left, in one packet.
///
/// After anything but [`Verdict::Intact`] the session is not to be used for another test.
pub(super) async fn release(
    connection: &mut PgConnection,
    ran_text: bool,
) -> Result<(Verdict, Option<Glance>), Error> {
    let failed = |error| Error::database("end the transaction of the test", error);
    let how = if ran_text {
        RELEASE_AFTER_TEXT
    } else {
        RELEASE
    };
    let mut rows = end(connection, how).await;
    if has_code(&rows, "26000") {
        // `DEALLOCATE ALL`: ours are gone, and those that sqlx believes to be there.
        rows = look::closely_again(connection).await;
    }
    match rows {
        Ok(rows) => {
            let (verdict, glance) = look::verdict(connection, &rows).await.map_err(failed)?;
            Ok((verdict, Some(glance)))
        }
        Err(error) => Ok((lost(connection, error).await?, None)),
    }
}

/// Ends the transaction by committing it, which the guard lets through.
pub(super) async fn commit(connection: &mut PgConnection) -> Result<Verdict, Error> {
    const COMMIT: &str = "RELEASE SAVEPOINT testudo_test; \
                          SELECT pg_catalog.set_config('testudo.commit', 'yes', true); COMMIT";
    let mut ended = end(connection, COMMIT).await;
    if has_code(&ended, "25P02") && connection.execute(UNDO_STATEMENT).await.is_ok() {
        // The statement that ran last had failed.
        ended = end(connection, COMMIT).await;
    }
    match ended {
        Ok(_) => Ok(Verdict::Intact),
        Err(error) => lost(connection, error).await,
    }
}

/// Lets a pool's connection forget a statement that failed, when it comes back to the pool.
///
/// Whatever this finds, the connection stays: if its transaction is lost, the end of the test will say so.
pub(super) async fn heal(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let refresh = "RELEASE SAVEPOINT testudo_statement; SAVEPOINT testudo_statement";
    let mut healed = connection.execute(refresh).await;
    if has_code(&healed, "25P02") {
        healed = connection.execute(UNDO_STATEMENT).await;
    }
    match healed {
        Ok(_) | Err(sqlx::Error::Database(_)) => Ok(()),
        Err(broken) => Err(broken),
    }
}

async fn end(connection: &mut PgConnection, how: &'static str) -> Result<Vec<PgRow>, sqlx::Error> {
    let first = sqlx::raw_sql(how).fetch_all(&mut *connection).await;
    // A rollback that sqlx had queued may fail, and its error comes first.
    match first {
        Err(error) if is_stale(&error) => sqlx::raw_sql(how).fetch_all(connection).await,
        other => other,
    }
}

fn is_stale(error: &sqlx::Error) -> bool {
    let known = ["25P01", "25P02", "26000", "3B001"];
    code(error).is_some_and(|code| !known.contains(&code.as_str()) && !code.starts_with("23"))
}

fn has_code<T>(result: &Result<T, sqlx::Error>, wanted: &str) -> bool {
    matches!(result, Err(error) if code(error).as_deref() == Some(wanted))
}

/// Says who ended the transaction, as far as the session knows.
async fn lost(connection: &mut PgConnection, error: sqlx::Error) -> Result<Verdict, Error> {
    let failed = |error| Error::database("end the transaction of the test", error);
    if !code(&error).is_some_and(|code| ["25P01", "3B001"].contains(&code.as_str())) {
        return Err(failed(error));
    }
    // Another transaction may stand in its place.
    connection.execute("ROLLBACK").await.map_err(failed)?;
    look::culprit(connection)
        .await
        .map(Verdict::Lost)
        .map_err(failed)
}
