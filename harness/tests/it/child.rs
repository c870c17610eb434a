//! Tests of failing tests: this binary runs itself, in a process with an environment and a target
//! directory of its own.

mod failing;
#[cfg(feature = "postgres")]
mod servers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::{Connection, SqliteConnection};

use crate::scratch::Scratch;

/// Says that the test is run by another one.
const MARK: &str = "TESTUDO_IT_CHILD";

/// Whether this is the process that the tests of [`failing`] are for.
pub(crate) fn is_child() -> bool {
    std::env::var_os(MARK).is_some()
}

pub(crate) struct Child {
    dir: Scratch,
    command: Command,
}

/// What a process of this binary said and left.
pub(crate) struct Ended {
    dir: Scratch,
    pub(crate) passed: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Child {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let dir = Scratch::new();
        let target = dir.path().join("target");
        fs::create_dir_all(target.join("debug/deps")).unwrap();
        fs::create_dir_all(dir.path().join("tmp")).unwrap();
        fs::write(target.join("CACHEDIR.TAG"), "").unwrap();
        let exe = target.join("debug/deps/it");
        fs::hard_link(std::env::current_exe().unwrap(), &exe).unwrap();
        let mut command = Command::new(exe);
        command
            .args(arguments)
            .env(MARK, "1")
            .env("TMPDIR", dir.path().join("tmp"));
        for name in [
            "TESTUDO_BACKENDS",
            "TESTUDO_SEED",
            "TESTUDO_KEEP",
            "RUST_BACKTRACE",
            "CI",
            "NEXTEST_RUN_ID",
        ] {
            command.env_remove(name);
        }
        Self { dir, command }
    }

    /// A test of the module `failing`.
    fn test(name: &str) -> Self {
        Self::new(&["--exact", &format!("child::failing::{name}")])
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn run(self) -> Ended {
        self.spawn().wait()
    }

    /// Starts it, for somebody who does something meanwhile.
    pub(crate) fn spawn(mut self) -> Process {
        let process = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Process {
            dir: self.dir,
            process,
        }
    }
}

/// A process of this binary that runs.
pub(crate) struct Process {
    dir: Scratch,
    process: std::process::Child,
}

impl Process {
    pub(crate) fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Kills it so that it can do nothing more, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn wait(self) -> Ended {
        let output = self.process.wait_with_output().unwrap();
        Ended {
            dir: self.dir,
            passed: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    #[track_caller]
    fn failed_with(&self, text: &str) {
        assert!(!self.passed, "it passed: {}", self.stdout);
        assert!(
            self.stdout.contains("0 passed; 1 failed"),
            "{}",
            self.stdout
        );
        assert!(self.stdout.contains(text), "{}", self.stdout);
    }

    /// Every file that the run left, but for the binary and the mark of the directory.
    fn left(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(self.dir.path(), &mut found);
        found.retain(|path| !path.ends_with("deps/it") && !path.ends_with("CACHEDIR.TAG"));
        found.sort();
        found
            .iter()
            .map(|path| path.strip_prefix(self.dir.path()).unwrap().to_owned())
            .collect()
    }
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found)
        } else {
            found.push(path)
        }
    }
}

#[test]
fn a_failure_is_reported_with_its_seed_and_the_command_that_repeats_it() {
    let ended = Child::test("panics").run();
    ended.failed_with("it went wrong");
    ended.failed_with(
        "test `child::failing::panics` failed on sqlite with seed 42\n  \
         run it again: TESTUDO_SEED=42 cargo test -p testudo --test it child::failing::panics -- --exact",
    );
}

#[test]
fn the_environment_sets_the_seed() {
    let ended = Child::test("panics").env("TESTUDO_SEED", "7").run();
    ended.failed_with("failed on sqlite with seed 7\n");
}

#[test]
fn a_test_for_each_backend_is_repeated_by_its_own_name() {
    let ended = Child::test("for_each_backend::sqlite").run();
    ended.failed_with("--test it child::failing::for_each_backend::sqlite -- --exact");
}

#[test]
fn a_panicking_test_leaves_nothing_behind() {
    for name in ["panics", "panics_in_a_clone"] {
        let ended = Child::test(name).run();
        ended.failed_with("it went wrong");
        assert_eq!(ended.left(), Vec::<PathBuf>::new());
    }
}

#[test]
fn an_error_is_shown_with_its_place_and_its_causes() {
    let ended = Child::test("returns_an_error").run();
    ended.failed_with("invalid digit found in string\n  at harness/tests/it/child/failing.rs:");
    ended.failed_with("failed on sqlite with seed ");
}

#[test]
fn an_error_of_any_type_is_shown() {
    Child::test("returns_its_own_error")
        .run()
        .failed_with("MyError(7)");
}

#[test]
fn a_pool_that_times_out_is_explained() {
    for name in ["acquires_twice_and_panics", "acquires_twice_and_returns"] {
        let ended = Child::test(name).run();
        ended.failed_with("with isolation = \"rollback\" it has one connection");
        ended.failed_with("or use isolation = \"clone\"");
    }
}

#[test]
fn a_test_that_commits_by_text_fails() {
    let ended = Child::test("commits").run();
    ended.failed_with("the transaction around this test was committed by the code under test");
}

#[test]
fn a_test_that_should_panic_does_not_pass_because_it_could_not_start() {
    let ended = Child::new(&["--exact", "orm_test::should_panic_works"])
        .env("TESTUDO_SEED", "x")
        .run();
    ended.failed_with("`TESTUDO_SEED` is `x`");
    ended.failed_with("test did not panic as expected");
}

#[test]
fn a_test_that_should_panic_does_not_pass_if_it_was_not_kept_apart() {
    Child::test("should_panic_after_a_commit")
        .run()
        .failed_with("was committed by the code under test");
}

#[test]
fn a_test_that_should_panic_and_does_not_says_how_to_repeat_it() {
    let ended = Child::test("should_panic_and_does_not").run();
    ended.failed_with("test did not panic as expected");
    ended.failed_with("run it again: TESTUDO_SEED=");
}

#[test]
fn an_expected_failure_that_passes_is_out_of_date() {
    Child::test("is_expected_to_fail_and_passes")
        .run()
        .failed_with(
            "test `child::failing::is_expected_to_fail_and_passes` passes on sqlite, and `fails_on(sqlite = \
             \"a bug that somebody has fixed\")` says that it fails there: the expectation is out of date",
        );
}

#[test]
fn a_test_that_is_expected_to_fail_still_has_to_be_kept_apart() {
    Child::test("is_expected_to_fail_and_commits")
        .run()
        .failed_with("was committed by the code under test");
}

#[test]
fn what_a_rollback_cannot_hold_runs_again_in_a_clone_and_says_so() {
    for (name, reason) in [
        ("auto_commits", "was committed by the code under test"),
        ("auto_begins_by_text", "`BEGIN` as text"),
        ("auto_takes_two_connections", "the pool timed out"),
    ] {
        let ended = Child::test(name).run();
        assert!(ended.passed, "{}", ended.stdout);
        let said = format!(
            "testudo: test `child::failing::{name}` on sqlite needs isolation = \"clone\", and runs again in \
             one: "
        );
        assert!(ended.stderr.starts_with(&said), "{}", ended.stderr);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert_eq!(ended.left(), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_test_that_fails_for_another_reason_runs_once() {
    let ended = Child::test("auto_panics_for_another_reason").run();
    ended.failed_with("it went wrong");
    assert_eq!(ended.stdout.matches("the body runs").count(), 1);
    assert_eq!(ended.stderr, "");
}

#[test]
fn of_a_test_that_runs_twice_the_second_database_is_kept() {
    let name = "auto_fails_in_the_clone_too";
    let ended = Child::test(name).env("TESTUDO_KEEP", "failed").run();
    ended.failed_with("it went wrong in both");
    assert_eq!(ended.stdout.matches("run it again: ").count(), 1);
    let kept = format!("target/testudo/kept/it-child-failing-{name}.sqlite3");
    assert_eq!(ended.left(), [PathBuf::from(kept)]);
}

#[tokio::test]
async fn the_database_of_a_failed_test_is_kept_as_the_test_left_it() {
    for name in ["panics", "panics_in_a_clone", "adds_a_user_and_commits"] {
        let ended = Child::test(name).env("TESTUDO_KEEP", "failed").run();
        let kept = format!("target/testudo/kept/it-child-failing-{name}.sqlite3");
        assert_eq!(ended.left(), [PathBuf::from(&kept)]);
        let url = format!("sqlite://{}", ended.dir.path().join(kept).display());
        ended.failed_with(&format!("its database: {url}\n"));
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM users ORDER BY id")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(names, ["root", "alice"]);
        connection.close().await.unwrap();
    }
}

#[test]
fn a_database_that_could_not_be_kept_is_not_promised() {
    let name = "closes_its_pool_and_panics";
    Child::test(name)
        .run()
        .failed_with("TESTUDO_KEEP=failed keeps its database");
    let ended = Child::test(name).env("TESTUDO_KEEP", "failed").run();
    ended.failed_with("its database could not be kept: the test had closed its pool");
    assert!(!ended.stdout.contains("its database: "), "{}", ended.stdout);
    assert!(
        !ended.stdout.contains("TESTUDO_KEEP=failed keeps"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.left(), Vec::<PathBuf>::new());
}

#[test]
fn databases_of_tests_that_pass_are_kept_on_request_alone() {
    assert_eq!(
        Child::test("passes")
            .env("TESTUDO_KEEP", "failed")
            .run()
            .left(),
        Vec::<PathBuf>::new()
    );
    let ended = Child::test("passes").env("TESTUDO_KEEP", "all").run();
    assert!(ended.passed, "{}", ended.stdout);
    assert_eq!(
        ended.left(),
        [PathBuf::from(
            "target/testudo/kept/it-child-failing-passes.sqlite3"
        )]
    );
}

#[test]
fn a_wrong_setting_fails_the_tests_and_names_all_of_them() {
    let ended = Child::test("passes")
        .env("TESTUDO_KEEP", "yes")
        .env("TESTUDO_BACKENDS", "sqlit")
        .run();
    ended.failed_with(
        "`TESTUDO_BACKENDS` names `sqlit`, which is no backend; did you mean `sqlite`?",
    );
    ended.failed_with("`TESTUDO_KEEP` is `yes`; give it `failed`, `all` or `none`");
}

#[test]
fn a_backend_that_is_not_asked_for_is_skipped_loudly() {
    let ended = Child::new(&["child::failing"])
        .env("TESTUDO_BACKENDS", "postgres")
        .run();
    assert!(ended.passed, "{}", ended.stdout);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ended.stderr);
    assert!(
        lines[0].starts_with("testudo: tests on sqlite are skipped"),
        "{}",
        lines[0]
    );
    assert_eq!(ended.left(), [PathBuf::from("target/testudo/skipped.txt")]);
    let skipped = fs::read_to_string(ended.dir.path().join("target/testudo/skipped.txt")).unwrap();
    assert!(
        skipped
            .lines()
            .any(|line| line == "sqlite child::failing::panics"),
        "{skipped}"
    );
    assert!(
        skipped
            .lines()
            .any(|line| line == "sqlite child::failing::for_each_backend::sqlite")
    );
}

#[test]
fn the_list_of_skipped_tests_is_of_one_run() {
    let file = "target/testudo/skipped.txt";
    let child = Child::test("passes");
    let path = child.dir.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "# skipped in another run\npostgres long::gone\n").unwrap();
    assert_eq!(child.run().left(), Vec::<PathBuf>::new());

    let child = Child::test("passes").env("TESTUDO_BACKENDS", "postgres");
    let path = child.dir.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "# skipped in another run\npostgres long::gone\n").unwrap();
    let ended = child.env("NEXTEST_RUN_ID", "7").run();
    let skipped = fs::read_to_string(ended.dir.path().join(file)).unwrap();
    assert_eq!(
        skipped,
        "# skipped in the run 7 of nextest\nsqlite child::failing::passes\n"
    );
}

#[test]
fn compile_fail_tests_are_skipped_loudly_on_another_compiler() {
    // Any program that answers `--version` with something else than `rustc 1.95` will do.
    let ended = Child::new(&[
        "--exact",
        "ui::mistakes_are_compile_errors_at_their_place_with_help",
    ])
    .env("RUSTC", env!("CARGO"))
    .run();
    assert!(ended.passed, "{}", ended.stdout);
    assert!(
        ended.stderr.starts_with(
            "testudo: the compile-fail tests of `testudo` are SKIPPED: they hold for rustc 1."
        ),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[test]
fn two_hundred_tests_at_eight_threads_leave_nothing_behind() {
    let ended = Child::new(&["crowd::", "--skip=servers::", "--test-threads=8"]).run();
    assert!(ended.passed, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("200 passed; 0 failed"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.left(), Vec::<PathBuf>::new());
    assert_eq!(ended.stderr, "");
}
