//! Servers from programs on this machine.

use std::time::Duration;

use testudo_containers::Engine;

use crate::user::{User, is_gone, wait_until};

#[test]
fn two_processes_that_ask_at_once_get_one_server() {
    let user = User::new();
    let mut asking = [
        user.ask(Engine::Postgres),
        user.ask(Engine::Postgres),
        user.ask(Engine::Postgres),
    ];
    let got = asking.each_mut().map(|process| process.server());
    assert_eq!(got[0].url, got[1].url);
    assert_eq!(got[0].url, got[2].url);
    assert_eq!(got.iter().filter(|got| got.started).count(), 1, "{got:?}");
    assert!(got[0].version.starts_with("PostgreSQL"), "{got:?}");
    let place = got[0].place.clone();
    for process in asking {
        process.end();
    }
    wait_until("it ended by itself", Duration::from_secs(20), || {
        is_gone(&place)
    });
}

#[test]
fn a_server_whose_users_were_killed_leaves_nothing() {
    let user = User::new();
    let mut process = user.ask(Engine::Postgres);
    let got = process.server();
    assert!(!is_gone(&got.place));
    process.kill();
    wait_until("it ended by itself", Duration::from_secs(20), || {
        is_gone(&got.place)
    });
}
