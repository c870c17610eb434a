//! Which servers a test may start: those of `TESTUDO_BACKENDS`, or every one there is.

use std::{env, io::Write, thread};

use crate::Engine;

/// Whether `TESTUDO_BACKENDS` asks for this kind. A test that does not run says so.
pub(crate) fn is_asked_for(engine: Engine) -> bool {
    let asked = env::var("TESTUDO_BACKENDS").unwrap_or_default();
    let mut names = asked.split(',').map(str::trim);
    names.any(|name| ["", "all", engine.name()].contains(&name))
        || skip(engine, "TESTUDO_BACKENDS does not name it")
}

/// Says so past the test runner, which keeps the words of a test that passed to itself.
pub(crate) fn skip(engine: Engine, why: &str) -> bool {
    let test = thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped, {engine}: {why}: {test}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    false
}
