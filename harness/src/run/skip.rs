//! Tests of a backend that was not asked for: skipped, but not in silence.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::artifacts;
use crate::backend::Backend;

/// Says so: one line on stderr for each backend, one line in `target/testudo/skipped.txt` for each test.
pub(super) fn record(backend: Backend, test: &str, manifest_dir: Option<&str>) {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    // Also keeps the threads of this process from writing the same line twice.
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let file = artifacts::directory(manifest_dir).map(|dir| dir.join("skipped.txt"));
    if told.insert(backend.name()) {
        let listed = match &file {
            Ok(path) => format!("listed in `{}`", path.display()),
            Err(error) => error.to_string(),
        };
        let built: Vec<&str> = Backend::ALL.iter().map(|backend| backend.name()).collect();
        // Not `eprintln!`: libtest would capture it, and show it only if the test failed.
        let _ = writeln!(
            io::stderr(),
            "testudo: tests on {backend} are skipped, because `TESTUDO_BACKENDS` names other backends; this \
             build of testudo has `{}` ({listed})",
            built.join("`, `")
        );
    }
    if let Ok(path) = file {
        let line = format!("{backend} {test}\n");
        let known = fs::read_to_string(&path).unwrap_or_default();
        if !known.split_inclusive('\n').any(|known| known == line) {
            let opened = fs::OpenOptions::new().create(true).append(true).open(&path);
            let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
        }
    }
}
