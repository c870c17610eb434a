//! Mistakes in base traits, as the compiler reports them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::Command;

/// The compiler whose words the `.stderr` files hold; every other one words its errors in its own way.
/// CI takes its toolchain from this line.
const WORDS_OF: &str = "1.95";

#[test]
fn mistakes_in_base_traits_are_answered_at_their_place() {
    if speaks_like(WORDS_OF) {
        trybuild::TestCases::new().compile_fail("tests/it/ui/*.rs");
    }
}

/// Whether this is the compiler that the snapshots are for; says so if it is not.
fn speaks_like(version: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(rustc).arg("--version").output().unwrap();
    let running = String::from_utf8(output.stdout).unwrap();
    let running = running.trim();
    let found = running.starts_with(&format!("rustc {version}."));
    if !found {
        // Not `eprintln!`: libtest would capture it.
        let _ = writeln!(
            io::stderr(),
            "testudo: the compile-fail tests of `{}` are SKIPPED: they hold for rustc {version}, and this is \
             `{running}`; run them with `cargo +{version} test`",
            env!("CARGO_PKG_NAME")
        );
    }
    found
}
