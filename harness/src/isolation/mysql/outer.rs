//! The transaction around a test: an XA one, because the server then refuses whatever would commit it.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection};

use super::packet::{number, send, text};
use super::session::Leftovers;
use super::{Flavour, MySql};
use crate::error::Error;
use crate::isolation::server::engine::Verdict;

/// The savepoint by which a transaction is known to be the one that was opened.
const WITNESS: &str = "testudo_test";

const NO_SUCH_SAVEPOINT: u16 = 1305;
const WRONG_STATE: u16 = 1399;
const ROLLED_BACK_BY_TIMEOUT: u16 = 1613;
const ROLLED_BACK_BY_DEADLOCK: u16 = 1614;

/// Opens the transaction and the witness in it, as one packet. It has the name of its slot, which is one
/// test's alone.
pub(super) async fn start(connection: &mut MySqlConnection, slot: &str) -> Result<(), sqlx::Error> {
    let start = format!("XA START {}; SAVEPOINT {WITNESS}", text(slot));
    // That is what sqlx counts, not what the server says.
    if connection.is_in_transaction() {
        let started = send(connection, start).await;
        return started.map(drop);
    }
    let transaction = connection.begin_with(AssertSqlSafe(start)).await?;
    // Dropped, it would roll back. Forgotten, it stays open and sqlx still counts it.
    std::mem::forget(transaction);
    Ok(())
}

impl MySql {
    /// What a connection to a slot needs once.
    pub(super) async fn prepare_session(
        &self,
        connection: &mut MySqlConnection,
    ) -> Result<(), Error> {
        if !self.knows_detaching {
            return Ok(());
        }
        // Without this the server refuses temporary tables in XA transactions.
        let detach = "SET SESSION xa_detach_on_prepare = OFF".to_owned();
        super::admin::ask(connection, detach, "prepare the connection")
            .await
            .map(drop)
    }

    /// Looks at what the test left, and ends its transaction, as one packet.
    pub(super) async fn end_outer(
        &self,
        connection: &mut MySqlConnection,
        slot: &str,
    ) -> Result<Verdict, Error> {
        let (look, xid) = (self.look(slot), text(slot));
        let opened = self.ours.count();
        // What comes after the witness runs only if that is there.
        let end = format!(
            "{look}; ROLLBACK TO SAVEPOINT {WITNESS}; XA END {xid}; XA ROLLBACK {xid}; {}",
            self.reset
        );
        let left = match send(connection, end).await {
            Ok(answers) => Leftovers::read(&answers),
            Err(error) => return self.lost(connection, slot, error).await,
        };
        if left.has_locks {
            return Ok(Verdict::Lost(self.locked(connection).await));
        }
        if left.is_worn || !connection.is_in_transaction() {
            *connection = self.connect_to(Some(slot)).await?;
            self.prepare_session(connection).await?;
        } else {
            self.note_visitors(slot, opened, left.connections);
        }
        Ok(Verdict::Intact)
    }

    /// Ends the transaction by committing it.
    pub(super) async fn commit_outer(
        &self,
        connection: &mut MySqlConnection,
        slot: &str,
    ) -> Result<Verdict, Error> {
        let (look, xid) = (self.look(slot), text(slot));
        let commit =
            format!("{look}; RELEASE SAVEPOINT {WITNESS}; XA END {xid}; XA COMMIT {xid} ONE PHASE");
        match send(connection, commit).await {
            Ok(answers) if Leftovers::read(&answers).has_locks => {
                Ok(Verdict::Lost(self.locked(connection).await))
            }
            Ok(_) => Ok(Verdict::Intact),
            Err(error) => self.lost(connection, slot, error).await,
        }
    }

    async fn locked(&self, connection: &mut MySqlConnection) -> String {
        let how = match self.flavour {
            Flavour::MySql => last_statement(connection, "%get\\_lock%").await,
            Flavour::MariaDb => None,
        };
        let how = how.unwrap_or_else(|| "GET_LOCK".to_owned());
        format!(
            "this test took a lock with `{how}` and did not give it back: a rollback does not free it, \
             and every other test on the server would wait for it; free it with `RELEASE_LOCK`, or use \
             isolation = \"clone\", whose connections are closed at the end"
        )
    }

    /// What became of a transaction in which the witness is not to be found.
    async fn lost(
        &self,
        connection: &mut MySqlConnection,
        slot: &str,
        error: sqlx::Error,
    ) -> Result<Verdict, Error> {
        let found = number(&error);
        // A transaction that the server has rolled back refuses to read tables, too.
        let is_known = matches!(
            found,
            Some(
                NO_SUCH_SAVEPOINT | WRONG_STATE | ROLLED_BACK_BY_TIMEOUT | ROLLED_BACK_BY_DEADLOCK
            )
        );
        if !is_known {
            return Err(Error::database("end the transaction of the test", error));
        }
        let statement = match self.flavour {
            Flavour::MySql => last_statement(connection, "xa%").await,
            Flavour::MariaDb => None,
        };
        let xid = text(slot);
        let ended = send(connection, format!("XA END {xid}")).await;
        // It frees the locks now; what it says is known.
        let _ = send(connection, format!("XA ROLLBACK {xid}")).await;
        Ok(Verdict::Lost(match ended {
            Err(error) if is_rolled_back(&error) => lost(
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

fn is_rolled_back(error: &sqlx::Error) -> bool {
    match number(error) {
        Some(ROLLED_BACK_BY_TIMEOUT | ROLLED_BACK_BY_DEADLOCK) => true,
        // MariaDB has one number for every wrong state, and names the state.
        Some(WRONG_STATE) => error.to_string().contains("ROLLBACK ONLY"),
        _ => false,
    }
}

/// What this session sent last of a kind, by the server's own notes; an answer is not owed to anybody.
///
/// They are the last ten statements, and all that are prepared.
async fn last_statement(connection: &mut MySqlConnection, like: &str) -> Option<String> {
    let select = format!(
        "(SELECT SQL_TEXT FROM performance_schema.events_statements_history \
          WHERE THREAD_ID = PS_CURRENT_THREAD_ID() AND SQL_TEXT LIKE '{like}' \
          AND SQL_TEXT NOT LIKE 'XA START%' \
          ORDER BY EVENT_ID DESC LIMIT 1) \
         UNION ALL (SELECT SQL_TEXT FROM performance_schema.prepared_statements_instances \
          WHERE OWNER_THREAD_ID = PS_CURRENT_THREAD_ID() AND SQL_TEXT LIKE '{like}' LIMIT 1)"
    );
    let answers = send(connection, select).await.ok()?;
    Some(super::packet::value(answers.first()?)?.to_owned())
}

fn lost(happened: &str) -> String {
    format!(
        "the transaction around this test {happened}: what ran afterwards was not rolled back; use \
         isolation = \"clone\", where the code under test commits and connects as it likes"
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
