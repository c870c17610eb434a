//! Tests that do not run on a backend: skipped, but not in silence.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};

use super::artifacts;
use crate::backend::Backend;
use crate::error::Error;
use crate::site::Site;

/// Why a test does not run.
pub(super) enum Reason<'e> {
    /// `TESTUDO_BACKENDS` names other backends.
    NotAsked,
    /// There is no server, and nobody said that there has to be one.
    NotThere(&'e Error),
}

impl Reason<'_> {
    fn text(&self) -> String {
        match self {
            Reason::NotAsked => {
                let built: Vec<&str> = Backend::ALL.iter().map(|b| b.name()).collect();
                format!(
                    "`TESTUDO_BACKENDS` names other backends; this build of testudo has `{}`",
                    built.join("`, `")
                )
            }
            Reason::NotThere(error) => error.to_string(),
        }
    }
}

/// Says so: once on stderr for each backend, and a line in `target/testudo/skipped.txt` for each test.
pub(super) fn record(backend: Backend, site: &Site, reason: &Reason<'_>) {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let file = artifacts::directory(site.manifest_dir).map(|dir| dir.join("skipped.txt"));
    let is_new = TOLD
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(backend.name());
    if is_new {
        let listed = match &file {
            Ok(path) => format!("listed in `{}`", path.display()),
            Err(error) => error.to_string(),
        };
        // Not `eprintln!`: libtest would capture it, and show it only if the test failed.
        let _ = writeln!(
            io::stderr(),
            "testudo: tests on {backend} are skipped, because {} ({listed})",
            reason.text()
        );
    }
    if let Ok(path) = file {
        // The list is a courtesy: a test does not fail because it cannot be written.
        let _ = add(
            &path,
            &run_of_this_process(),
            &format!("{backend} {}\n", site.test_name()),
        );
    }
}

/// Removes the list of an earlier run, in which other tests may have been skipped. The first test of a
/// process asks.
pub(super) fn forget_another_run(site: &Site) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let path = artifacts::target_directory(site.manifest_dir).join("testudo/skipped.txt");
        let of_another = |text: String| text.lines().next() != Some(run_of_this_process().as_str());
        if fs::read_to_string(&path).is_ok_and(of_another) {
            let _ = fs::remove_file(&path);
        }
    });
}

/// Adds the line to the list of this run; a list of another run is begun anew.
fn add(path: &Path, run: &str, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)?;
    // Other processes of this run write to it as well. The lock ends with the file.
    File::lock(&file)?;
    let mut known = String::new();
    file.read_to_string(&mut known)?;
    if known.lines().next() != Some(run) {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        known = format!("{run}\n");
        file.write_all(known.as_bytes())?;
    }
    if !known.split_inclusive('\n').any(|known| known == line) {
        file.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// The first line of the list: which run it is of. Several processes are one run: nextest says which one
/// it is, and the test binaries of one `cargo test` have the same parent.
fn run_of_this_process() -> String {
    #[cfg(unix)]
    let parent = std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    let parent = std::process::id();
    match std::env::var("NEXTEST_RUN_ID") {
        Ok(run) => format!("# skipped in the run {run} of nextest"),
        Err(_) => format!("# skipped in the run of process {parent}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_another_run_is_begun_anew() {
        let path = std::env::temp_dir().join(format!("skipped-{}.txt", std::process::id()));
        add(&path, "# 1", "postgres a\n").unwrap();
        add(&path, "# 1", "postgres b\n").unwrap();
        add(&path, "# 1", "postgres a\n").unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "# 1\npostgres a\npostgres b\n"
        );
        add(&path, "# 2", "mysql a\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# 2\nmysql a\n");
        fs::remove_file(&path).unwrap();
    }
}
