//! A server at a URL of the user's.

use std::net::TcpListener;

use testudo_containers::Engine;

use crate::user::{Got, User, with_programs};

fn ask(engine: Engine, variable: &str, url: &str) -> Got {
    let mut asking = User::new()
        .with("TESTUDO_SOURCE", "url,local")
        .with(variable, url)
        .ask(engine);
    let got = asking.got();
    asking.end();
    got
}

#[test]
fn a_server_at_a_url_is_used_and_not_started() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
    let mut owner = user.ask(Engine::Postgres);
    let server = owner.got();
    let got = ask(Engine::Postgres, "TESTUDO_POSTGRES_URL", &server.url);
    assert_eq!(
        (got.url, got.source.as_str(), got.started),
        (server.url, "url", false)
    );
    owner.end();
}

#[test]
fn a_url_where_nobody_listens_is_an_error_within_seconds_and_no_other_source_is_tried() {
    // A port that is taken by nobody a moment later.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let got = ask(
        Engine::Postgres,
        "TESTUDO_POSTGRES_URL",
        &format!("postgres://u:secret@127.0.0.1:{port}/test"),
    );
    assert_eq!(
        got.error,
        format!(
            "no Postgres server at `postgres://u@127.0.0.1:{port}/test`, where `TESTUDO_POSTGRES_URL` leads: nobody \
             listens there; start it, correct the URL, or leave it out"
        )
    );
    assert!(got.took < 5_000.0, "{got:?}");
    assert!(!got.unavailable);
}

#[test]
fn a_url_of_a_host_that_does_not_exist_is_an_error_within_seconds() {
    let got = ask(
        Engine::MySql,
        "TESTUDO_MYSQL_URL",
        "mysql://u:secret@no-such-host.invalid/test",
    );
    assert!(
        got.error
            .starts_with("no MySQL server at `mysql://u@no-such-host.invalid/test`"),
        "{got:?}"
    );
    assert!(got.took < 10_000.0, "{got:?}");
}

#[test]
fn somebody_who_listens_and_says_nothing_is_an_error_within_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("mysql://u:secret@{}/test", listener.local_addr().unwrap());
    let got = ask(Engine::MariaDb, "TESTUDO_MARIADB_URL", &url);
    assert!(
        got.error
            .contains("`TESTUDO_MARIADB_URL` leads: nothing answers;"),
        "{got:?}"
    );
    assert!(got.took < 10_000.0, "{got:?}");
}

#[test]
fn a_server_of_another_kind_is_an_error() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
    let mut owner = user.ask(Engine::Postgres);
    let url = owner
        .got()
        .url
        .replace("postgres://postgres", "mysql://root");
    // Postgres waits for us to speak first.
    let got = ask(
        Engine::MySql,
        "TESTUDO_MYSQL_URL",
        &url.replace("/postgres", "/mysql"),
    );
    assert!(
        got.error
            .contains("`TESTUDO_MYSQL_URL` leads: nothing answers;"),
        "{got:?}"
    );
    owner.end();
}

#[test]
fn a_url_of_another_scheme_is_an_error_that_shows_no_password() {
    let got = ask(
        Engine::Postgres,
        "TESTUDO_POSTGRES_URL",
        "mysql://u:secret@localhost/test",
    );
    assert_eq!(
        got.error,
        "`TESTUDO_POSTGRES_URL` begins with `mysql://`, and Postgres is wanted; it looks like \
         `postgres://user:password@host:5432/database`"
    );
}

#[test]
fn a_url_of_a_database_that_is_not_for_tests_is_refused_before_anybody_connects() {
    let url = "postgres://u:secret@no-such-host.invalid/shop";
    let got = ask(Engine::Postgres, "TESTUDO_POSTGRES_URL", url);
    assert!(got.refused, "{got:?}");
    assert_eq!(
        got.error,
        "`TESTUDO_POSTGRES_URL` leads to the database `shop`, whose name does not say that it is for tests; put the \
         word `test` into it (`shop_test`), leave it out (tests get databases of their own on that server), or set \
         `TESTUDO_ALLOW_NON_TEST_DATABASE=1`"
    );
    let user = User::new()
        .with("TESTUDO_SOURCE", "url")
        .with("TESTUDO_POSTGRES_URL", url);
    let mut asking = user
        .with("TESTUDO_ALLOW_NON_TEST_DATABASE", 1)
        .ask(Engine::Postgres);
    let got = asking.got();
    assert!(
        !got.refused && got.error.starts_with("no Postgres server at"),
        "{got:?}"
    );
    asking.end();
}
