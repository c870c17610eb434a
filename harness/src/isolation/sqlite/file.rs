//! A database file that somebody else made: used only if it is for tests, and rolled back.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqlitePool};
use testudo_orm::Db;
use testudo_sql::Dialect;
use tokio::sync::OwnedMutexGuard;

use super::held::Held;
use super::{Isolation, Keep};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::isolation::apply::apply;
use crate::plan::{Existing, Plan};
use crate::recipe::Ingredients;

/// Another process may hold the file for as long as one of its tests runs.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// One test in somebody's file. Tests of this process take turns: the file has one writer.
#[derive(Debug)]
pub(crate) struct FileSession {
    // Before the turn, so that the transaction is over when the next test starts.
    held: Held,
    url: String,
    _turn: OwnedMutexGuard<()>,
}

impl FileSession {
    pub(super) async fn start(
        existing: &Existing,
        plan: &Plan,
        ingredients: &Ingredients,
    ) -> Result<(Self, Labels), Error> {
        let options = options(existing, plan.isolation)?;
        let turn = turn(options.get_filename()).lock_owned().await;
        let held = Held::open(options.busy_timeout(BUSY_TIMEOUT), None).await?;
        // Within the transaction of the test: the file keeps neither schema nor fixtures.
        let db = Db::from(held.pool().clone());
        let labels = apply(
            held.pool(),
            &db,
            Dialect::Sqlite,
            ingredients,
            plan.seed,
            true,
        )
        .await?;
        let url = existing.url.clone();
        Ok((
            Self {
                held,
                url,
                _turn: turn,
            },
            labels,
        ))
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        self.held.pool()
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        if let Some(connection) = self.held.finish(keep).await? {
            // Whoever looks into the file next finds it as it was.
            connection
                .close()
                .await
                .map_err(|error| Error::database("close the database of the test", error))?;
        }
        Ok(())
    }
}

fn options(existing: &Existing, isolation: Isolation) -> Result<SqliteConnectOptions, Error> {
    let url = &existing.url;
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| Error::database(format!("read the URL `{url}`"), error))?;
    let path = options.get_filename();
    if isolation != Isolation::Rollback {
        return Err(Error::configuration(format!(
            "isolation = \"{}\" makes a database of its own and cannot use `{url}`; leave out `.url(..)`, \
             or use isolation = \"rollback\"",
            isolation.name()
        )));
    }
    if !path.is_file() {
        return Err(Error::configuration(format!(
            "there is no database file `{}` for the URL `{url}`; create it first, or leave out \
             `.url(..)`: every test then gets a database of its own in memory",
            path.display()
        )));
    }
    if !existing.allowed && !is_named_for_tests(path) {
        return Err(Error::refused(format!(
            "`{}` was not made by testudo and its name does not say that it is for tests; put the \
             word `test` into the name of the file (`app_test.db`), or say \
             `.allow_non_test_database(true)` if losing what is in it does no harm",
            path.display()
        )));
    }
    Ok(options.with_regexp())
}

/// Whether a word of the file's name is `test`, `tests`, `testing` or `testudo`.
fn is_named_for_tests(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    name.split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "test" | "tests" | "testing" | "testudo"))
}

fn turn(path: &Path) -> Arc<tokio::sync::Mutex<()>> {
    type Turns = HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>;
    static TURNS: Mutex<Option<Turns>> = Mutex::new(None);
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(turns.get_or_insert_default().entry(path).or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_name_says_that_a_file_is_for_tests() {
        for name in [
            "test.db",
            "app_test.sqlite",
            "/x/app-TESTS.db",
            "my.testing.db",
            "test2.db",
        ] {
            assert!(is_named_for_tests(Path::new(name)), "{name}");
        }
        for name in [
            "app.db",
            "latest.db",
            "contest.db",
            "/test/app.db",
            "attestation.db",
        ] {
            assert!(!is_named_for_tests(Path::new(name)), "{name}");
        }
    }
}
