//! A database in a temporary file, for tests that commit through several connections.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, SqlitePool};

use super::{Keep, close};
use crate::error::Error;

/// As many as sqlx opens by default: code that needs more under test needs more in production.
const MAX_CONNECTIONS: u32 = 10;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// What a killed process left is swept when it is this old: no test runs for a day.
const LEFTOVER_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Beside the database, SQLite keeps these while it is open.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A database file that no other test knows, removed at the end.
///
/// It is in WAL mode, as databases made by sqlx-cli are: readers and one writer do not block one
/// another. That is why it is a file. In memory, SQLite has two ways to share a database, and in both
/// a test that reads on one connection while it has written on another gets "database is locked".
#[derive(Debug)]
pub(crate) struct TemporaryDatabase {
    path: PathBuf,
    pool: SqlitePool,
}

impl TemporaryDatabase {
    /// A file with this image in it.
    pub(super) fn copy_of(image: &[u8]) -> Result<Self, Error> {
        let mut image = image.to_vec();
        // Bytes 18 and 19 are the write and read versions of the file format: 2 is WAL. A statement
        // would do the same and cost a millisecond. https://sqlite.org/fileformat2.html
        if let Some(versions) = image.get_mut(18..20) {
            versions.fill(2);
        }
        let path = new_file(&image)?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            // The file need not survive the machine.
            .synchronous(SqliteSynchronous::Off)
            .with_regexp();
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options);
        Ok(Self { path, pool })
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite://{}", self.path.display())
    }

    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        // Nothing of it is shared, so there is nothing that could be lost.
        if let Some(path) = keep(false) {
            self.copy_to(&path).await?;
        }
        // Waits for the connections at rest, so that the file is free when it is removed. One that a
        // stray task holds closes when it comes back.
        while let Some(connection) = self.pool.try_acquire() {
            let _ = connection.close().await;
        }
        Ok(())
    }

    async fn copy_to(&self, target: &Path) -> Result<(), Error> {
        let failed = |error| Error::database("keep the database of the test", error);
        // Of its own, because the test may have closed the pool.
        let mut connection = self
            .pool
            .connect_options()
            .connect()
            .await
            .map_err(failed)?;
        let target = target.to_string_lossy().replace('\'', "''");
        let copy = AssertSqlSafe(format!("VACUUM INTO '{target}'"));
        connection.execute(copy).await.map_err(failed)?;
        connection.close().await.map_err(failed)
    }
}

impl Drop for TemporaryDatabase {
    fn drop(&mut self) {
        close(&self.pool);
        for suffix in SUFFIXES {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            // Most of them are not there.
            let _ = fs::remove_file(path);
        }
    }
}

fn new_file(image: &[u8]) -> Result<PathBuf, Error> {
    static SWEEP: Once = Once::new();
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let dir = std::env::temp_dir();
    SWEEP.call_once(|| sweep(&dir, SystemTime::now()));
    // Processes in different containers may share the directory and their process ids.
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .subsec_nanos();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = dir.join(format!(
        "testudo-{}-{number}-{now}.sqlite3",
        std::process::id()
    ));
    fs::File::create_new(&path)
        .and_then(|mut file| file.write_all(image))
        .map_err(|error| Error::io("create the database of the test in", &path, error))?;
    Ok(path)
}

/// Removes what processes that were killed have left.
fn sweep(dir: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with("testudo-") || !name.contains(".sqlite3") {
            continue;
        }
        let age = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|modified| now.duration_since(modified).ok());
        if age.is_some_and(|age| age > LEFTOVER_AFTER) {
            // Another process may sweep at the same time.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_killed_processes_are_swept_and_nothing_else() {
        let dir = std::env::temp_dir().join(format!("sweep-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        for name in [
            "testudo-1-1-1.sqlite3",
            "testudo-1-1-1.sqlite3-wal",
            "app.sqlite3",
        ] {
            fs::write(dir.join(name), "").unwrap();
        }
        let left = || {
            let entries = fs::read_dir(&dir).unwrap();
            entries
                .map(|entry| entry.unwrap().file_name())
                .collect::<Vec<_>>()
        };
        sweep(&dir, SystemTime::now());
        assert_eq!(left().len(), 3);
        sweep(
            &dir,
            SystemTime::now() + LEFTOVER_AFTER + Duration::from_secs(60),
        );
        assert_eq!(left(), ["app.sqlite3"]);
        fs::remove_dir_all(&dir).unwrap();
    }
}
