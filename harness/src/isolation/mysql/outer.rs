//! The transaction around a test: an XA one, because the server then refuses whatever would commit it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection, MySqlConnection};
use uuid::Uuid;

use super::others::Ours;
use super::packet::{Refused, number, send, text};
use super::session::{DATABASE, LOOKS, Leftovers, XID};
use super::{Flavour, MySql};
use crate::error::Error;
use crate::isolation::server::engine::Verdict;

/// The savepoint by which a transaction is known to be the one that was opened.
const WITNESS: &str = "testudo_test";

const NO_SUCH_SAVEPOINT: u16 = 1305;
const WRONG_STATE: u16 = 1399;
const ROLLED_BACK_BY_TIMEOUT: u16 = 1613;
const ROLLED_BACK_BY_DEADLOCK: u16 = 1614;

impl MySql {
    /// What a connection to a slot needs once. It is known from then on as one of ours.
    pub(super) async fn prepare_session(
        &self,
        connection: &mut MySqlConnection,
    ) -> Result<(), Error> {
        equip(connection, self.equipment(), &self.ours)
            .await
            .map_err(|error| Error::database("prepare the connection", error))
    }

    pub(super) fn equipment(&self) -> String {
        let mut sql = format!("SET {DATABASE} = DATABASE(); SELECT CONNECTION_ID()");
        if self.knows_detaching {
            // Without this the server refuses temporary tables in XA transactions.
            sql.push_str("; SET SESSION xa_detach_on_prepare = OFF");
        }
        sql
    }

    pub(super) async fn end_outer(
        &self,
        connection: &mut MySqlConnection,
    ) -> Result<Verdict, Error> {
        let failed =
            |refused: Refused| Error::database("end the transaction of the test", refused.error);
        let look = format!("{}; ROLLBACK TO SAVEPOINT {WITNESS}", self.flavour.look());
        let answers = match send(connection, look).await {
            Ok(answers) => answers,
            Err(refused) => return self.lost(connection, refused).await,
        };
        let left = Leftovers::read(&answers);
        let Some(xid) = &left.xid else {
            return Ok(Verdict::Lost(lost(
                "was lost with its connection, or `@testudo_xid` was set by the code under test",
            )));
        };
        let xid = text(xid);
        let end = format!("XA END {xid}; XA ROLLBACK {xid}; {}", self.flavour.reset());
        send(connection, end).await.map_err(failed)?;
        if let Some(locks) = left.locks {
            return Ok(Verdict::Lost(locked(&locks)));
        }
        if left.is_worn || !connection.is_in_transaction() {
            let fresh = self.connect_to(left.database.as_deref()).await?;
            *connection = fresh;
            self.prepare_session(connection).await?;
        }
        Ok(Verdict::Intact)
    }

    /// Ends the transaction by committing it.
    pub(super) async fn commit_outer(
        &self,
        connection: &mut MySqlConnection,
    ) -> Result<Verdict, Error> {
        let look = format!("{}; RELEASE SAVEPOINT {WITNESS}", self.flavour.look());
        let answers = match send(connection, look).await {
            Ok(answers) => answers,
            Err(refused) => return self.lost(connection, refused).await,
        };
        let left = Leftovers::read(&answers);
        let xid = text(&left.xid.unwrap_or_default());
        let commit = format!("XA END {xid}; XA COMMIT {xid} ONE PHASE");
        send(connection, commit).await.map_err(|refused| {
            Error::database("commit the transaction of the test", refused.error)
        })?;
        Ok(left
            .locks
            .map_or(Verdict::Intact, |locks| Verdict::Lost(locked(&locks))))
    }

    /// What became of a transaction in which the witness is not to be found.
    async fn lost(
        &self,
        connection: &mut MySqlConnection,
        refused: Refused,
    ) -> Result<Verdict, Error> {
        let found = number(&refused.error);
        // A transaction that the server has rolled back refuses to read tables, too.
        let is_known = matches!(
            found,
            Some(
                NO_SUCH_SAVEPOINT | WRONG_STATE | ROLLED_BACK_BY_TIMEOUT | ROLLED_BACK_BY_DEADLOCK
            )
        );
        if !is_known || refused.after > LOOKS {
            return Err(Error::database(
                "end the transaction of the test",
                refused.error,
            ));
        }
        let statement = match self.flavour {
            Flavour::MySql => last_xa_statement(connection).await,
            Flavour::MariaDb => None,
        };
        let ended = match send(connection, format!("SELECT {XID}")).await {
            Ok(answers) => {
                let xid = answers.first().and_then(super::packet::value);
                let xid = text(xid.unwrap_or_default());
                let ended = send(connection, format!("XA END {xid}")).await;
                // It frees the locks now; what it says is known.
                let _ = send(connection, format!("XA ROLLBACK {xid}")).await;
                ended.err().map(|refused| refused.error)
            }
            Err(refused) => Some(refused.error),
        };
        Ok(Verdict::Lost(match ended {
            Some(error) if is_rolled_back(&error) => lost(
                "was rolled back by the server because of a deadlock or a lock that was not free in \
                 time, which takes two connections",
            ),
            _ => lost(&match statement {
                Some(statement) => format!("was ended by the code under test with `{statement}`"),
                None => {
                    "was ended by the code under test (`XA END` with `XA COMMIT`, `XA ROLLBACK` or \
                         `XA PREPARE`, or `RELEASE SAVEPOINT testudo_test`)"
                        .to_owned()
                }
            }),
        }))
    }
}

async fn equip(
    connection: &mut MySqlConnection,
    equipment: String,
    ours: &Ours,
) -> Result<(), sqlx::Error> {
    let answers = send(connection, equipment)
        .await
        .map_err(|refused| refused.error)?;
    ours.remember(answers.get(1));
    Ok(())
}

/// Both at once, for the connection of a pool.
pub(super) async fn equip_and_start(
    connection: &mut MySqlConnection,
    equipment: String,
    ours: &Ours,
) -> Result<(), sqlx::Error> {
    equip(connection, equipment, ours).await?;
    start(connection).await
}

/// Opens the transaction and the witness in it, as one packet.
pub(super) async fn start(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let xid = new_xid();
    let start = format!("SET {XID} = '{xid}'; XA START '{xid}'; SAVEPOINT {WITNESS}");
    // That is what sqlx counts, not what the server says.
    if connection.is_in_transaction() {
        let started = send(connection, start).await;
        return started.map(drop).map_err(|refused| refused.error);
    }
    let transaction = connection.begin_with(AssertSqlSafe(start)).await?;
    // Dropped, it would roll back. Forgotten, it stays open and sqlx still counts it.
    std::mem::forget(transaction);
    Ok(())
}

fn is_rolled_back(error: &sqlx::Error) -> bool {
    match number(error) {
        Some(ROLLED_BACK_BY_TIMEOUT | ROLLED_BACK_BY_DEADLOCK) => true,
        // MariaDB has one number for every wrong state, and names the state.
        Some(WRONG_STATE) => error.to_string().contains("ROLLBACK ONLY"),
        _ => false,
    }
}

/// The server's own notes of what this session sent last; an answer is not owed to anybody.
async fn last_xa_statement(connection: &mut MySqlConnection) -> Option<String> {
    let select = "SELECT SQL_TEXT FROM performance_schema.events_statements_history \
                  WHERE THREAD_ID = PS_CURRENT_THREAD_ID() \
                  AND (SQL_TEXT LIKE 'xa%' OR SQL_TEXT LIKE 'release savepoint%') \
                  AND SQL_TEXT NOT LIKE 'XA START%' ORDER BY EVENT_ID DESC LIMIT 1";
    let answers = send(connection, select.to_owned()).await.ok()?;
    Some(super::packet::value(answers.first()?)?.to_owned())
}

fn lost(happened: &str) -> String {
    format!(
        "the transaction around this test {happened}: what ran afterwards was not rolled back; use \
         isolation = \"clone\", where the code under test commits and connects as it likes"
    )
}

fn locked(names: &str) -> String {
    let which = match names {
        "" => "a lock".to_owned(),
        names => format!("the lock {names}"),
    };
    format!(
        "this test took {which} with `GET_LOCK` and did not give it back: a rollback does not free it, \
         and every other test on the server would wait for it; free it with `RELEASE_LOCK`, or use \
         isolation = \"clone\", whose connections are closed at the end"
    )
}

/// Unlike any other on the server: whole runs share one.
fn new_xid() -> String {
    static PROCESS: LazyLock<Uuid> = LazyLock::new(Uuid::new_v4);
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!(
        "testudo-{}-{}",
        PROCESS.simple(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

/// What an error of the code under test means here, if the transaction around the test is its cause.
pub(in crate::isolation) fn explain(text: &str) -> Option<&'static str> {
    if text.contains("XAER_RMFAIL") {
        return Some(
            "isolation = \"rollback\" keeps the test in one transaction, and the server has refused a \
             statement that would have committed it: DDL, `BEGIN`, `COMMIT`, `ROLLBACK`, `LOCK TABLES`, \
             or a `begin()` after one that failed; use isolation = \"clone\", where the code under test \
             commits as it likes",
        );
    }
    if text.contains("XA_RBDEADLOCK") || text.contains("XA_RBTIMEOUT") {
        return Some(
            "a deadlock has rolled back the transaction around the test, which takes two connections; \
             use isolation = \"clone\", where the code under test can try again",
        );
    }
    None
}
