//! What a machine can lack: each a clear error that names what was tried, and nothing left of the attempt.

use std::fs;

use testudo_containers::Engine;

use crate::user::{Got, User, processes, with_programs};

fn ask(user: &User, engine: Engine) -> Got {
    let mut asking = user.ask(engine);
    let got = asking.got();
    asking.end();
    got
}

/// What stands below a user's directory for temporary files.
fn left(user: &User) -> Vec<String> {
    let entries = fs::read_dir(user.path("tmp")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn where_there_is_nothing_the_error_names_every_source_in_order() {
    let user = User::new()
        .with("TESTUDO_SOURCE", "url,docker,local")
        .with("DOCKER_HOST", "unix:///nowhere/docker.sock")
        // No version 7 is anywhere.
        .with("TESTUDO_POSTGRES_IMAGE", "postgres:7");
    let got = ask(&user, Engine::Postgres);
    assert!(got.unavailable, "{got:?}");
    let order = [
        "no Postgres server for tests; this was tried, in this order:",
        "1. `TESTUDO_POSTGRES_URL`: not set",
        "2. docker: ",
        "3. programs on this machine: no `postgres` with `initdb` of version 7",
        "or set `TESTUDO_POSTGRES_URL` to the URL of a server where tests may create databases",
    ];
    let mut rest = got.error.as_str();
    for part in order {
        rest = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("no `{part}` in {}", got.error))
            .1;
    }
    assert!(got.took < 10_000.0, "{got:?}");
}

#[cfg(feature = "docker")]
#[test]
fn without_docker_the_error_names_where_it_was_looked_for() {
    let user = User::new()
        .with("TESTUDO_SOURCE", "docker")
        .with("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let got = ask(&user, Engine::MySql);
    assert!(
        got.error
            .contains("docker: nothing answers at `unix:///nowhere/docker.sock`: "),
        "{got:?}"
    );
    assert!(got.unavailable, "{got:?}");
}

#[test]
fn without_docker_the_programs_of_this_machine_serve() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
    let user = user
        .with("TESTUDO_SOURCE", "docker,local")
        .with("DOCKER_HOST", "unix:///nowhere/docker.sock");
    assert_eq!(ask(&user, Engine::Postgres).source, "local");
}

#[test]
fn a_server_that_never_becomes_ready_is_an_error_after_its_patience_and_is_ended() {
    let user = User::new()
        .with_program("initdb", "mkdir -p \"$2\"")
        .with_program(
            "postgres",
            "[ \"$1\" = --version ] && exec echo postgres 99.1; echo asleep; exec sleep 4242.1",
        )
        .with("PATIENCE", 1);
    let got = ask(&user, Engine::Postgres);
    assert!(
        got.error.contains("it was not ready after 1 s: "),
        "{got:?}"
    );
    assert!(
        got.error.contains("its log ends with:\n     asleep"),
        "{got:?}"
    );
    assert!(!got.unavailable);
    assert_eq!(processes("sleep 4242.1"), [""; 0]);
}

#[test]
fn a_server_that_ends_while_it_starts_is_an_error_at_once_with_the_end_of_its_log() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
    let user = user.with("SETTINGS", "max_connections=none");
    let got = ask(&user, Engine::Postgres);
    assert!(
        got.error
            .contains("it ended while it started; its log ends with:"),
        "{got:?}"
    );
    assert!(
        got.error
            .contains("invalid value for parameter \"max_connections\""),
        "{got:?}"
    );
    assert!(got.took < 5_000.0, "{got:?}");
}

#[test]
fn a_full_disk_in_initdb_is_an_error_with_what_initdb_said() {
    let user = User::new()
        .with_program(
            "initdb",
            "echo 'initdb: error: could not write file: No space left on device' >&2; exit 1",
        )
        .with_program("postgres", "echo postgres 99.2");
    let got = ask(&user, Engine::Postgres);
    assert!(
        got.error.contains("making its data directory with `"),
        "{got:?}"
    );
    assert!(
        got.error
            .contains("could not write file: No space left on device"),
        "{got:?}"
    );
    assert!(!got.unavailable);
}

#[test]
fn what_failed_for_one_process_of_a_nextest_run_is_not_tried_by_all() {
    let user = User::new()
        .with("NEXTEST_RUN_ID", "this-run")
        .with_program("initdb", "echo tried >>\"$TRIES\"; exit 1")
        .with_program("postgres", "echo postgres 99.3");
    let tries = user.path("tmp").join("tries");
    let user = user.with("TRIES", tries.display());
    fs::write(&tries, "").unwrap();
    // Whoever runs it may not be this user.
    fs::set_permissions(
        user.path("tmp"),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    fs::set_permissions(&tries, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    let first = ask(&user, Engine::Postgres);
    let second = ask(&user, Engine::Postgres);
    assert_eq!(first.error, second.error);
    assert_eq!(fs::read_to_string(&tries).unwrap(), "tried\n");
    assert_eq!(left(&user), ["tries"]);
}

#[test]
fn a_mistake_in_the_environment_is_named() {
    let user = User::new()
        .with("TESTUDO_IDLE", "ten minutes")
        .with("TESTUDO_SOURCE", "podman");
    let got = ask(&user, Engine::Postgres);
    assert!(
        got.error.contains("`TESTUDO_SOURCE` names `podman`"),
        "{got:?}"
    );
    assert!(
        got.error.contains("`TESTUDO_IDLE` is `ten minutes`"),
        "{got:?}"
    );
}
