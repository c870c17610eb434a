//! Servers from programs on this machine.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use testudo_containers::Engine;

use crate::user::{is_gone, kind, processes, wait_until, with_programs};

/// Three processes ask at once; two are killed, the other one ends.
fn a_server_is_shared_and_gone_afterwards(engine: Engine) {
    let Some(user) = with_programs(engine) else {
        return;
    };
    let mut asking = [user.ask(engine), user.ask(engine), user.ask(engine)];
    let got = asking.each_mut().map(|process| process.server());
    assert_eq!(got[0].url, got[1].url);
    assert_eq!(got[0].url, got[2].url);
    assert_eq!(got.iter().filter(|got| got.started).count(), 1, "{got:?}");
    assert_eq!(kind(&got[0].version), engine, "{got:?}");
    let password = got[0].url.split([':', '@']).nth(2).unwrap();
    assert_eq!(processes(password), [""; 0]);
    for note in fs::read_dir(user.path("run/testudo"))
        .unwrap()
        .map(Result::unwrap)
    {
        assert_eq!(
            note.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{note:?}"
        );
    }
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
    a_server_is_shared_and_gone_afterwards(Engine::Postgres);
}

#[test]
fn mariadb_is_shared_and_gone_afterwards() {
    a_server_is_shared_and_gone_afterwards(Engine::MariaDb);
}

#[test]
fn a_server_whose_only_process_was_killed_while_it_started_is_gone_afterwards() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
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

/// The idle time of zero is the one where the first connection could come too late.
#[test]
fn a_server_that_ends_at_once_is_there_for_the_processes_of_a_run() {
    let Some(user) = with_programs(Engine::Postgres) else {
        return;
    };
    let user = user.with("TESTUDO_IDLE", 0);
    let mut places = Vec::new();
    for _ in 0..5 {
        let mut process = user.ask(Engine::Postgres);
        places.push(process.server().place);
        process.end();
    }
    places.dedup();
    assert_eq!(places.len(), 1);
    wait_until("it ended by itself", Duration::from_secs(20), || {
        is_gone(&places[0])
    });
    let mut process = user.ask(Engine::Postgres);
    assert!(process.server().started);
    process.end();
}
