//! What a test did to its session that a rollback does not undo, and who ended a transaction.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::super::server::engine::Verdict;
use super::glance::{FIELDS, Glance, SEPARATOR, SOURCE};
use super::shortened;

/// Kind and text of each thing that a rollback leaves behind in a session, or takes back although the
/// code under test relied on it.
///
/// Notifications are looked for in the statements that were prepared: the server does not tell what
/// it has queued. Reading `pg_locks` takes longer than the rest; `LOCKS` says when it is read. DDL shows in what the session has
/// written to the catalogs, rolled back or not, since it last told the statistics of it.
const LEFT_BEHIND: &str = "
WITH known AS MATERIALIZED (
    SELECT name, statement, from_sql, ltrim(lower(statement), E' \\n\\r\\t') AS words
      FROM pg_catalog.pg_prepared_statements WHERE name NOT LIKE 'testudo_%')
SELECT 'lock' AS kind, CASE WHEN objsubid = 1 THEN ((classid::bigint << 32) | objid::bigint)::text
                            ELSE classid::text || ', ' || objid::text END AS what
  FROM pg_catalog.pg_locks
 WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
   AND LOCKS
UNION ALL
SELECT 'ddl', '' WHERE 0 < pg_catalog.pg_stat_get_xact_tuples_inserted('pg_catalog.pg_attribute'::regclass)
                         + pg_catalog.pg_stat_get_xact_tuples_updated('pg_catalog.pg_attribute'::regclass)
                         + pg_catalog.pg_stat_get_xact_tuples_deleted('pg_catalog.pg_attribute'::regclass)
                         + pg_catalog.pg_stat_get_xact_tuples_inserted('pg_catalog.pg_type'::regclass)
                         + pg_catalog.pg_stat_get_xact_tuples_deleted('pg_catalog.pg_type'::regclass)
UNION ALL
SELECT CASE WHEN from_sql THEN 'prepared' WHEN words LIKE 'listen %' THEN 'listen' ELSE 'notify' END,
       CASE WHEN from_sql THEN pg_catalog.quote_ident(name) ELSE statement END
  FROM known
 WHERE from_sql OR words LIKE 'listen %' OR words LIKE 'notify %' OR words LIKE '%pg_notify%'";

/// Which statements ended the transaction, of those that the session still knows. Who was refused
/// comes first.
const CULPRITS: &str = "
SELECT name = 'testudo_refused',
       CASE WHEN name = 'testudo_refused'
            THEN pg_catalog.convert_from(pg_catalog.decode(substring(statement from '''(.*)'''), 'hex'), 'UTF8')
            ELSE statement END
  FROM pg_catalog.pg_prepared_statements
 WHERE name = 'testudo_refused'
    OR name NOT LIKE 'testudo_%'
       AND statement ~* '^\\s*(commit|end|abort|rollback|begin|start\\s+transaction|prepare\\s+transaction)\\M'
       AND statement !~* '^\\s*rollback\\s+(work\\s+|transaction\\s+)?to\\M'
 ORDER BY 1 DESC, prepare_time";

/// Who has taken an advisory lock, of the statements that the session still knows.
const LOCKERS: &str = "
SELECT statement FROM pg_catalog.pg_prepared_statements
 WHERE statement LIKE '%advisory_lock%' AND NOT from_sql AND statement NOT LIKE '%pg_prepared_statements%'";

const CLONE: &str =
    "use isolation = \"clone\", where the code under test commits and connects as it likes";

/// The statements that prepare what is looked at after each test: a glance at the slot and what was left
/// behind, all in one text. A debug build of the driver takes longer over a column more than the server
/// over the rest. Advisory locks are freed when they have been seen.
pub(super) fn prepare() -> String {
    // Where every statement was prepared, one that takes a lock is among them.
    let prepared = "EXISTS (SELECT FROM known WHERE words LIKE '%advisory_lock%')";
    [("testudo_look", prepared), ("testudo_look_closely", "true")]
        .map(|(name, locks)| {
            let left_behind = LEFT_BEHIND.replace("LOCKS", locks);
            format!(
                "PREPARE {name} AS SELECT pg_catalog.concat_ws(E'\\x1f', {FIELDS}, \
                 (SELECT pg_catalog.string_agg(kind || E'\\x1f' || what, E'\\x1f') FROM ({left_behind}) l), \
                 pg_catalog.pg_advisory_unlock_all()::text) {SOURCE}"
            )
        })
        .join("; ")
}

/// Looks although the prepared statements are gone.
pub(super) async fn closely_again(
    connection: &mut PgConnection,
) -> Result<Vec<PgRow>, sqlx::Error> {
    connection.clear_cached_statements().await?;
    let text = format!(
        "DEALLOCATE ALL; {}; EXECUTE testudo_look_closely",
        prepare()
    );
    sqlx::raw_sql(AssertSqlSafe(text))
        .fetch_all(connection)
        .await
}

/// Judges what was left behind, and puts right what can be.
pub(super) async fn verdict(
    connection: &mut PgConnection,
    rows: &[PgRow],
) -> Result<(Verdict, Glance), sqlx::Error> {
    let found: String = rows.last().ok_or(sqlx::Error::RowNotFound)?.try_get(0)?;
    let mut fields = found.split(SEPARATOR);
    let glance = Glance::read(&mut fields)?;
    let verdict = left_behind(connection, fields).await?;
    Ok((verdict, glance))
}

async fn left_behind<'t>(
    connection: &mut PgConnection,
    mut fields: impl Iterator<Item = &'t str>,
) -> Result<Verdict, sqlx::Error> {
    let (mut locks, mut notify, mut listen) = (None, None, None);
    let (mut prepared, mut has_ddl) = (Vec::new(), false);
    while let (Some(kind), Some(what)) = (fields.next(), fields.next()) {
        match kind {
            "lock" => locks = locks.or(Some(what)),
            "notify" => notify = notify.or(Some(what)),
            "listen" => listen = listen.or(Some(what)),
            "prepared" => prepared.push(what),
            _ => has_ddl = true,
        }
    }
    if let Some(key) = locks {
        let takers: Vec<String> = sqlx::query_scalar(LOCKERS)
            .fetch_all(&mut *connection)
            .await?;
        let taken = match takers.first() {
            Some(statement) => format!(", taken by `{}`,", shortened(statement)),
            None => String::new(),
        };
        return Ok(Verdict::Lost(format!(
            "the advisory lock {key}{taken} was still held when this test ended: a rollback does not \
             free it, and on the one connection of this test it keeps nobody out; {CLONE}"
        )));
    }
    if let Some(statement) = notify {
        return Ok(Verdict::Lost(format!(
            "`{}` has reached nobody: Postgres delivers a notification when its transaction commits, \
             and the one around this test never does; {CLONE}",
            shortened(statement)
        )));
    }
    if let Some(statement) = listen {
        return Ok(Verdict::Lost(format!(
            "`{}` has heard nothing: Postgres begins to listen when its transaction commits, and the \
             one around this test never does; {CLONE}",
            shortened(statement)
        )));
    }
    for name in prepared {
        let text = format!("DEALLOCATE {name}");
        connection.execute(AssertSqlSafe(text)).await?;
    }
    if has_ddl {
        // Statements and types that this session remembers may be of tables that are gone again.
        connection.clear_cached_statements().await?;
    }
    Ok(Verdict::Intact)
}

/// A sentence about who ended the transaction.
pub(super) async fn culprit(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let found: Vec<(bool, String)> = sqlx::query_as(CULPRITS).fetch_all(connection).await?;
    let how = match found.first() {
        Some((true, text)) => format!(
            "`{}`, which the code under test sent: Postgres refused it and rolled everything back",
            shortened(text.trim_end_matches(|last: char| last == ';' || last.is_whitespace()))
        ),
        Some((false, _)) => {
            let sent = found.iter().map(|(_, text)| format!("`{}`", shortened(text)));
            format!(
                "{}, which the code under test sent; what ran afterwards was outside of it",
                sent.collect::<Vec<_>>().join(" or ")
            )
        }
        None => "the code under test (`ROLLBACK` sent as text; `begin_with`, which cannot be nested; or \
                 a `begin` that failed or was cancelled); what ran afterwards was outside of it"
            .to_owned(),
    };
    Ok(format!(
        "the transaction around this test was ended by {how}; {CLONE}"
    ))
}
