//! Servers in containers.

use std::{process::Command, time::Duration};

use testudo_containers::Engine;

use crate::user::{User, wait_until};

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn user() -> User {
    User::new().with("TESTUDO_SOURCE", "docker")
}

/// Two processes ask at once, one is killed, the other one ends.
fn a_container_is_shared_and_gone_afterwards(engine: Engine, version: &str) {
    let user = user();
    let mut asking = [user.ask(engine), user.ask(engine)];
    let got = asking.each_mut().map(|process| process.server());
    assert_eq!(got[0].url, got[1].url);
    assert_ne!(got[0].started, got[1].started);
    assert!(got[0].version.contains(version), "{got:?}");
    let place = &got[0].place;
    let here = || {
        docker(&[
            "ps",
            "--all",
            "--no-trunc",
            "--quiet",
            "--filter",
            &format!("id={place}"),
        ])
    };
    assert_eq!(here().trim(), place);
    let volumes = docker(&[
        "inspect",
        place,
        "--format",
        "{{range .Mounts}}{{println .Name}}{{end}}",
    ]);
    let [first, second] = asking;
    first.kill();
    assert_eq!(here().trim(), place);
    second.end();
    wait_until(
        "the container ended by itself",
        Duration::from_secs(30),
        || here().is_empty(),
    );
    for volume in volumes.lines() {
        assert_eq!(
            docker(&[
                "volume",
                "ls",
                "--quiet",
                "--filter",
                &format!("name={volume}")
            ]),
            ""
        );
    }
}

#[test]
fn postgres_in_a_container_is_shared_and_gone_afterwards() {
    a_container_is_shared_and_gone_afterwards(Engine::Postgres, "PostgreSQL");
}

#[test]
fn mysql_in_a_container_is_shared_and_gone_afterwards() {
    a_container_is_shared_and_gone_afterwards(Engine::MySql, "9.");
}

#[test]
fn mariadb_in_a_container_is_shared_and_gone_afterwards() {
    a_container_is_shared_and_gone_afterwards(Engine::MariaDb, "MariaDB");
}
