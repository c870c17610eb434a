//! Who else is connected to a slot, and how they are sent away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::MySqlConnection;

use super::packet::{Rows, field, number, send, text, value};
use super::{Flavour, MySql};
use crate::error::Error;

const NO_SUCH_THREAD: u16 = 1094;
/// A connection that was killed ends when it has rolled back what it did.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(1);

/// How many connections this process has opened itself: they are no strangers.
#[derive(Debug, Default)]
pub(super) struct Ours {
    opened: AtomicU64,
    opening: AtomicU64,
}

/// A connection that is about to be opened; the server may know it already.
#[derive(Debug)]
pub(super) struct Opening(Arc<Ours>);

impl Ours {
    pub(super) fn opening(self: &Arc<Self>) -> Opening {
        self.opening.fetch_add(1, Ordering::AcqRel);
        Opening(Arc::clone(self))
    }

    pub(super) fn opened(&self) {
        self.opened.fetch_add(1, Ordering::AcqRel);
    }

    /// How many were opened, if none is being opened at this moment.
    pub(super) fn count(&self) -> Option<u64> {
        let opened = self.opened.load(Ordering::Acquire);
        (self.opening.load(Ordering::Acquire) == 0).then_some(opened)
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.opening.fetch_sub(1, Ordering::AcqRel);
    }
}

impl MySql {
    /// The statements whose answers [`others_on`](Self::others_on) takes: who asks, and of all
    /// connections number and database.
    pub(super) fn list_connections(&self) -> &'static str {
        match self.flavour {
            Flavour::MySql if self.has_performance_schema => {
                "SELECT CONNECTION_ID(); SELECT PROCESSLIST_ID, PROCESSLIST_DB \
                 FROM performance_schema.threads WHERE PROCESSLIST_DB IS NOT NULL"
            }
            // A third of what the table in information_schema costs.
            Flavour::MySql | Flavour::MariaDb => "SELECT CONNECTION_ID(); SHOW PROCESSLIST",
        }
    }

    /// The connections of others to a database.
    pub(super) fn others_on(database: &str, answers: &[Rows]) -> Vec<u64> {
        let [own, all, ..] = answers else {
            return Vec::new();
        };
        let own = value(own);
        let others = all.iter().filter_map(|row| {
            // `SHOW PROCESSLIST` has user and host in between.
            let at = if row.len() > 2 { 3 } else { 1 };
            let is_there = field(row, at) == database && Some(field(row, 0)) != own;
            is_there.then(|| field(row, 0).parse().ok())?
        });
        others.collect()
    }

    /// Ends these connections, and waits until the server has forgotten them and their locks.
    pub(super) async fn send_away(
        &self,
        connection: &mut MySqlConnection,
        ids: &[u64],
    ) -> Result<(), Error> {
        let failed = |error| Error::database("end a connection that a test left open", error);
        for id in ids {
            match send(connection, format!("KILL CONNECTION {id}")).await {
                Ok(_) => {}
                // It has gone by itself.
                Err(error) if number(&error) == Some(NO_SUCH_THREAD) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let all: Vec<_> = ids.iter().map(u64::to_string).collect();
        let left = format!(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID IN ({})",
            all.join(", ")
        );
        let started = Instant::now();
        while !ids.is_empty() {
            let answers = send(connection, left.clone()).await.map_err(failed)?;
            if answers.first().and_then(value) == Some("0") {
                break;
            }
            if started.elapsed() > PATIENCE {
                return Err(Error::configuration(format!(
                    "a connection that a test left open does not end: the server has been rolling \
                     back for {} s; look at `SHOW PROCESSLIST`",
                    PATIENCE.as_secs()
                )));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Ends every other connection to a database, our own too.
    pub(super) async fn send_all_away(
        &self,
        connection: &mut MySqlConnection,
        database: &str,
    ) -> Result<(), Error> {
        let list = format!(
            "SELECT ID FROM information_schema.PROCESSLIST \
             WHERE ID <> CONNECTION_ID() AND DB = {}",
            text(database)
        );
        let answers = super::admin::ask(connection, list, "list the connections").await?;
        let rows = answers.first().map(Rows::as_slice).unwrap_or_default();
        let ids: Vec<u64> = rows
            .iter()
            .filter_map(|row| field(row, 0).parse().ok())
            .collect();
        self.send_away(connection, &ids).await
    }
}
