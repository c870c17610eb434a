//! Servers from programs on this machine.

use std::time::Duration;

use testudo_containers::Engine;

use crate::user::{User, is_gone, wait_until};

/// Three processes ask at once; two are killed, the other one ends.
fn a_server_is_shared_and_gone_afterwards(engine: Engine, version: &str) {
    let user = User::new();
    let mut asking = [user.ask(engine), user.ask(engine), user.ask(engine)];
    let got = asking.each_mut().map(|process| process.server());
    assert_eq!(got[0].url, got[1].url);
    assert_eq!(got[0].url, got[2].url);
    assert_eq!(got.iter().filter(|got| got.started).count(), 1, "{got:?}");
    assert!(got[0].version.contains(version), "{got:?}");
    let place = &got[0].place;
    let [first, second, third] = asking;
    first.kill();
    second.kill();
    assert!(!is_gone(place));
    third.end();
    wait_until("it ended by itself", Duration::from_secs(20), || {
        is_gone(place)
    });
}

#[test]
fn postgres_is_shared_and_gone_afterwards() {
    a_server_is_shared_and_gone_afterwards(Engine::Postgres, "PostgreSQL");
}

/// Needs the programs of MariaDB, which `.ci/run` installs where there are none.
#[test]
fn mariadb_is_shared_and_gone_afterwards() {
    a_server_is_shared_and_gone_afterwards(Engine::MariaDb, "MariaDB");
}

#[test]
fn a_server_whose_only_process_was_killed_while_it_started_is_gone_afterwards() {
    let user = User::new();
    let process = user.ask(Engine::Postgres);
    let parent = process.id();
    // The script that runs the server is its child; it removes what is there if nobody tells it to go on.
    let mut scripts = Vec::new();
    wait_until("something was started", Duration::from_secs(10), || {
        scripts = directories_of_children(parent);
        !scripts.is_empty()
    });
    process.kill();
    wait_until("it ended by itself", Duration::from_secs(30), || {
        scripts.iter().all(|directory| is_gone(directory))
    });
}

/// The data directories that children of a process were given.
fn directories_of_children(parent: u32) -> Vec<String> {
    crate::user::children(parent)
        .iter()
        .filter_map(|line| line.split(' ').find(|word| word.contains("/testudo-")))
        .map(str::to_owned)
        .collect()
}
