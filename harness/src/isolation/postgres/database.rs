//! Making, copying and dropping databases.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::code;
use super::glance::SEPARATOR;
use crate::error::Error;

/// How long sessions may take to end that were told to.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look: a session ends within a millisecond or two, and DROP DATABASE itself would look
/// every hundred.
const STEP: Duration = Duration::from_millis(1);

/// Ends other sessions than this one. The transactions that were
/// prepared come in the same answer, since each question costs a debug build as much as the server.
const SEND_AWAY: &str = "
SELECT pg_catalog.concat_ws(E'\\x1f', (
    SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
     WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend'), (
    SELECT pg_catalog.string_agg(pg_catalog.format('ROLLBACK PREPARED %L', gid), E'\\x1f')
      FROM pg_catalog.pg_prepared_xacts WHERE database = $1))";

/// Makes an empty database.
pub(super) async fn create(
    lease: &mut PgConnection,
    options: &PgConnectOptions,
    version: u32,
    name: &str,
) -> Result<(), Error> {
    drop(lease, options, name).await?;
    make(lease, version, name, "template1").await
}

/// Copies a database, with everything in it.
pub(super) async fn copy(
    lease: &mut PgConnection,
    options: &PgConnectOptions,
    version: u32,
    from: &str,
    to: &str,
) -> Result<(), Error> {
    drop(lease, options, to).await?;
    make(lease, version, to, from).await?;
    copy_settings(lease, from, to)
        .await
        .map_err(|error| Error::database(format!("copy the settings of `{from}`"), error))
}

/// Statements that give `$2` the settings of `$1`. Lists are kept as they are written, quotes and all.
const SETTINGS: &str = "
SELECT pg_catalog.format('ALTER %s SET %I TO %s',
           CASE WHEN s.setrole = 0 THEN pg_catalog.format('DATABASE %I', $2)
                ELSE pg_catalog.format('ROLE %I IN DATABASE %I', pg_catalog.pg_get_userbyid(s.setrole), $2) END,
           split_part(c, '=', 1),
           CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries',
                                               'session_preload_libraries')
                THEN coalesce(nullif(substring(c FROM pg_catalog.strpos(c, '=') + 1), ''), '''''')
                ELSE pg_catalog.quote_literal(substring(c FROM pg_catalog.strpos(c, '=') + 1)) END)
  FROM pg_catalog.pg_db_role_setting s
  JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase AND d.datname = $1
 CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c";

/// `ALTER DATABASE .. SET` is kept outside of the database, and not copied with it.
async fn copy_settings(lease: &mut PgConnection, from: &str, to: &str) -> Result<(), sqlx::Error> {
    let statements: Vec<String> = sqlx::query_scalar(SETTINGS)
        .bind(from)
        .bind(to)
        .fetch_all(&mut *lease)
        .await?;
    for statement in statements {
        lease.execute(AssertSqlSafe(statement)).await?;
    }
    Ok(())
}

async fn make(
    lease: &mut PgConnection,
    version: u32,
    name: &str,
    template: &str,
) -> Result<(), Error> {
    // Since 15 there is a choice, and the default writes every page to the log; before, files are copied.
    let strategy = if version >= 150_000 {
        " STRATEGY FILE_COPY"
    } else {
        ""
    };
    let text = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"{strategy}");
    let failed = |error| {
        Error::database(
            format!("make the database `{name}` from `{template}`"),
            error,
        )
    };
    let deadline = Instant::now() + PATIENCE;
    loop {
        // Sessions that have just been closed are still there for a moment.
        while sessions(lease, template).await.map_err(failed)? > 0 && Instant::now() < deadline {
            tokio::time::sleep(STEP).await;
        }
        match lease.execute(AssertSqlSafe(text.clone())).await {
            Ok(_) => return Ok(()),
            Err(error) if is_in_use(&error) && Instant::now() < deadline => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

async fn sessions(lease: &mut PgConnection, name: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND backend_type = \
         'client backend' AND pid <> pg_catalog.pg_backend_pid()",
    )
    .bind(name)
    .fetch_one(lease)
    .await
}

/// Drops a database if it is there. Whoever is connected is sent away first: DROP DATABASE looks at most
/// every hundred milliseconds whether they are gone.
pub(super) async fn drop(
    lease: &mut PgConnection,
    options: &PgConnectOptions,
    name: &str,
) -> Result<(), Error> {
    let failed = |error| Error::database(format!("drop the database `{name}`"), error);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let prepared = send_away(lease, name).await.map_err(failed)?;
        let text = format!("DROP DATABASE IF EXISTS \"{name}\"");
        match lease.execute(AssertSqlSafe(text)).await {
            Ok(_) => return Ok(()),
            Err(error) if is_in_use(&error) && Instant::now() < deadline => {}
            Err(error) => return Err(failed(error)),
        }
        if !prepared.is_empty() {
            // They can only be ended from within.
            let options = options.clone().database(name);
            let mut inside = PgConnection::connect_with(&options).await.map_err(failed)?;
            roll_back_prepared(&mut inside, prepared)
                .await
                .map_err(failed)?;
            inside.close().await.map_err(failed)?;
        }
    }
}

fn is_in_use(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some("55006")
}

async fn roll_back_prepared(
    connection: &mut PgConnection,
    prepared: Vec<String>,
) -> Result<(), sqlx::Error> {
    for statement in prepared {
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    Ok(())
}

/// Ends what others have left on the database that this connection is on: sessions, and transactions that
/// were prepared.
pub(super) async fn clear(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let prepared = send_away(connection, name).await?;
    roll_back_prepared(connection, prepared).await
}

/// Sends everybody away, waits until they are gone, and returns statements that end what they have
/// prepared.
async fn send_away(connection: &mut PgConnection, name: &str) -> Result<Vec<String>, sqlx::Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer: String = sqlx::query_scalar(SEND_AWAY)
            .bind(name)
            .fetch_one(&mut *connection)
            .await?;
        let mut answer = answer.split(SEPARATOR);
        if answer.next() == Some("0") || Instant::now() > deadline {
            return Ok(answer.map(str::to_owned).collect());
        }
        tokio::time::sleep(STEP).await;
    }
}
