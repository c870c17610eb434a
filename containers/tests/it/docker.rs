//! Servers in containers.

use std::{io, net, os::unix::net::UnixStream, process::Command, thread, time::Duration};

use testudo_containers::Engine;

use crate::user::{User, kind, wait_until, with_docker, with_programs};

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Two processes ask at once, one is killed, the other one ends.
fn a_container_is_shared_and_gone_afterwards(engine: Engine) {
    let Some(user) = with_docker(engine) else {
        return;
    };
    let mut asking = [user.ask(engine), user.ask(engine)];
    let got = asking.each_mut().map(|process| process.server());
    assert_eq!(got[0].url, got[1].url);
    assert_ne!(got[0].started, got[1].started);
    assert_eq!(kind(&got[0].version), engine, "{got:?}");
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
    for volume in volumes.lines().filter(|name| !name.is_empty()) {
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
    a_container_is_shared_and_gone_afterwards(Engine::Postgres);
}

#[test]
fn mysql_in_a_container_is_shared_and_gone_afterwards() {
    a_container_is_shared_and_gone_afterwards(Engine::MySql);
}

#[test]
fn mariadb_in_a_container_is_shared_and_gone_afterwards() {
    a_container_is_shared_and_gone_afterwards(Engine::MariaDb);
}

#[test]
fn a_container_that_was_killed_is_followed_by_a_new_one() {
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let mut process = user.ask(Engine::Postgres);
    let first = process.server();
    docker(&["rm", "--force", "--volumes", &first.place]);
    let mut other = user.ask(Engine::Postgres);
    let second = other.server();
    assert!(second.started);
    assert_ne!(first.place, second.place);
    process.kill();
    other.end();
}

#[test]
fn a_container_whose_only_process_was_killed_while_it_started_is_gone_afterwards() {
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let user = user.with("SETTINGS", "cluster_name=killed_while_it_started");
    let process = user.ask(Engine::Postgres);
    let here = || {
        let all = docker(&["ps", "--no-trunc", "--format", "{{.ID}} {{.Command}}"]);
        let mut lines = all
            .lines()
            .filter(|line| line.contains("killed_while_it_started"));
        lines.next().map(str::to_owned)
    };
    wait_until("a container is there", Duration::from_secs(20), || {
        here().is_some()
    });
    process.kill();
    wait_until(
        "the container ended by itself",
        Duration::from_secs(40),
        || here().is_none(),
    );
}

#[test]
fn a_server_that_ends_in_its_container_is_an_error_at_once_with_the_end_of_its_log() {
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let user = user.with("SETTINGS", "max_connections=none");
    let mut process = user.ask(Engine::Postgres);
    let got = process.got();
    assert!(
        got.error
            .contains("`: it ended while it started; its log ends with:"),
        "{got:?}"
    );
    assert!(
        got.error
            .contains("invalid value for parameter \"max_connections\""),
        "{got:?}"
    );
    assert!(got.took < 20_000.0, "{got:?}");
    process.end();
}

#[test]
fn a_server_that_never_becomes_ready_in_its_container_is_an_error_and_its_container_is_gone() {
    // It listens, but where nobody looks.
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let user = user
        .with("SETTINGS", "port=5999 cluster_name=never_ready")
        .with("PATIENCE", 3);
    let mut process = user.ask(Engine::Postgres);
    let got = process.got();
    assert!(
        got.error.contains("`: it was not ready after 3 s: "),
        "{got:?}"
    );
    assert!(got.error.contains("listening on IPv4 address"), "{got:?}");
    process.end();
    let all = docker(&["ps", "--all", "--no-trunc", "--format", "{{.Command}}"]);
    assert!(!all.contains("never_ready"), "{all}");
}

#[test]
fn what_is_wrong_with_docker_host_is_said() {
    for (host, words) in [
        (
            "localhost:2375",
            "`DOCKER_HOST` is `localhost:2375`, and has to begin with ",
        ),
        (
            "https://localhost:1",
            "`https://localhost:1` is to be reached by TLS, and `DOCKER_CERT_PATH`",
        ),
        (
            "tcp://localhost:1",
            "nothing answers at `tcp://localhost:1`: ",
        ),
    ] {
        let user = User::new().with("TESTUDO_SOURCE", "docker");
        let mut process = user.with("DOCKER_HOST", host).ask(Engine::Postgres);
        let got = process.got();
        assert!(got.error.contains(words), "{got:?}");
        process.end();
    }
}

#[test]
fn an_image_that_is_nowhere_is_named_and_the_next_source_is_tried() {
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let user = user.with("TESTUDO_POSTGRES_IMAGE", "127.0.0.1:1/no/such/image");
    let mut process = user.ask(Engine::Postgres);
    let got = process.got();
    assert!(
        got.error
            .contains("docker: no image `127.0.0.1:1/no/such/image`, and pulling it failed: "),
        "{got:?}"
    );
    assert!(got.error.contains("`containers/images/build`"), "{got:?}");
    assert!(!got.unavailable);
    process.end();

    if with_programs(Engine::Postgres).is_none() {
        return;
    }
    let user = user.with("TESTUDO_SOURCE", "docker,local");
    let mut process = user.ask(Engine::Postgres);
    assert_eq!(process.server().source, "local");
    let said = process.end();
    assert!(
        said.contains("testudo: pulling 127.0.0.1:1/no/such/image ..\n"),
        "{said}"
    );
    assert!(
        said.contains("testudo: 127.0.0.1:1/no/such/image cannot be pulled\n"),
        "{said}"
    );
    assert!(said.contains("testudo: Postgres is ready after "), "{said}");
}

/// An engine that is reached by TCP, at an address of this machine that is not its loopback.
#[test]
fn a_server_of_a_remote_engine_is_where_the_engine_is() {
    // Nothing is sent: the system says which address it would send from.
    let socket = net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").unwrap();
    let host = socket.local_addr().unwrap().ip();
    assert!(!host.is_loopback());
    let listener = net::TcpListener::bind((host, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for near in listener.incoming().map(Result::unwrap) {
            let far = UnixStream::connect("/var/run/docker.sock").unwrap();
            let (mut from, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(net::Shutdown::Write);
            });
            let (mut from, mut to) = (far, near);
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(net::Shutdown::Write);
            });
        }
    });
    let Some(user) = with_docker(Engine::Postgres) else {
        return;
    };
    let user = user.with("DOCKER_HOST", format!("tcp://{address}"));
    let mut asking = [user.ask(Engine::Postgres), user.ask(Engine::Postgres)];
    let got = asking.each_mut().map(|process| process.server());
    assert!(got[0].url.contains(&format!("@{host}:")), "{got:?}");
    assert_eq!(got[0].url, got[1].url);
    for process in asking {
        process.end();
    }
}
