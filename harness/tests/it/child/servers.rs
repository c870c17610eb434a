//! Tests on a server that is not there, or that refuses.

use std::fs;

use testudo::prelude::*;

use super::{Child, Ended, is_child};

// Both pass where there is a server.

#[orm_test(backends(postgres))]
async fn runs_on_a_server(ctx: TestContext) {
    assert_eq!(ctx.backend(), Backend::Postgres);
}

#[orm_test(backends(postgres))]
#[should_panic(expected = "as it should")]
async fn panics_on_a_server() {
    panic!("as it should");
}

#[orm_test(
    backends(postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop"
)]
async fn fails_on_a_server(db: Db) {
    let insert = "INSERT INTO users (name) VALUES ('alice')";
    db.execute(insert, &[]).await.unwrap();
    assert!(!is_child(), "it went wrong");
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn the_database_of_a_failed_test_is_kept_and_its_password_is_not_shown(
    ctx: TestContext,
) -> testudo::Result {
    let name = format!("fails_on_a_server::{}", ctx.backend());
    let ended = Child::new(&["--exact", &format!("child::servers::{name}")])
        .env("TESTUDO_KEEP", "failed")
        .run();
    ended.failed_with("it went wrong");
    let kept = format!(
        "target/testudo/kept/it-child-servers-{}.url",
        name.replace("::", "-")
    );
    assert_eq!(ended.left(), [std::path::PathBuf::from(&kept)]);
    let path = ended.dir.path().join(kept);
    ended.failed_with(&format!("its database: its URL is in `{}`", path.display()));
    let url = fs::read_to_string(&path)?;
    let url = url.trim();
    for said in [&ended.stdout, &ended.stderr] {
        assert!(!said.contains(url), "{said}");
    }
    let rows = Db::connect(url)
        .await?
        .fetch_all("SELECT name FROM users WHERE name = 'alice'", &[])
        .await?;
    assert_eq!(rows.len(), 1);
    Ok(())
}

const TESTS: [&str; 2] = [
    "servers::runs_on_a_server::postgres",
    "servers::panics_on_a_server::postgres",
];

/// Both tests, in a process that finds a server at this URL or nowhere.
fn with_url(url: &str) -> Child {
    Child::new(&["child::servers::runs_on", "child::servers::panics_on"])
        .env("TESTUDO_SOURCE", "url")
        .env("TESTUDO_POSTGRES_URL", url)
}

#[track_caller]
fn both_failed_with(ended: &Ended, text: &str) {
    assert!(!ended.passed, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("0 passed; 2 failed"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains(text), "{}", ended.stdout);
}

#[test]
fn a_server_that_is_not_there_is_skipped_loudly() {
    let ended = with_url("").run();
    assert!(ended.passed, "{}", ended.stdout);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let said = "testudo: tests on postgres are skipped, because ";
    assert!(lines[0].starts_with(said), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("TESTUDO_POSTGRES_URL"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.matches("skipped, because").count(), 1);
    let file = ended.dir.path().join("target/testudo/skipped.txt");
    let skipped = fs::read_to_string(file).unwrap();
    for test in TESTS {
        let line = format!("postgres child::{test}");
        assert!(skipped.lines().any(|known| known == line), "{skipped}");
    }
}

#[test]
fn a_server_that_is_asked_for_and_not_there_fails_its_tests() {
    for named in ["postgres", "all", "sqlite, postgres"] {
        let ended = with_url("").env("TESTUDO_BACKENDS", named).run();
        both_failed_with(&ended, "`TESTUDO_BACKENDS` asks for this backend");
        assert!(
            ended.stdout.contains("TESTUDO_POSTGRES_URL"),
            "{}",
            ended.stdout
        );
    }
}

#[test]
fn in_ci_a_server_that_is_not_there_fails_its_tests() {
    let ended = with_url("").env("CI", "true").run();
    both_failed_with(&ended, "`CI` is set, so its tests are not skipped");
}

#[test]
fn a_url_that_leads_nowhere_is_a_failure_and_no_reason_to_skip() {
    // Nothing listens on the port of the discard protocol.
    let ended = with_url("postgres://postgres:secret@127.0.0.1:9/postgres").run();
    both_failed_with(&ended, "127.0.0.1:9");
    assert!(!ended.stdout.contains("secret"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
}
