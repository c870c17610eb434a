//! What cannot be brought about from outside: a port that is taken between its choice and its use.

use std::net::TcpListener;
use std::time::Duration;

use super::*;
use crate::asked::{is_asked_for, skip};

async fn on_a_port_that_is_taken(engine: Engine) {
    if !is_asked_for(engine) {
        return;
    }
    let programs = match programs::choose(engine, None) {
        Ok(programs) => programs,
        Err(why) => {
            skip(engine, &why);
            return;
        }
    };
    let request = Request::of(engine).idle(Duration::ZERO).quiet();
    let notes = Notes::open(engine, "a-port-that-is-taken").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ports = vec![free_port().unwrap(), taken.local_addr().unwrap().port()];
    let free = ports[0];
    let mut progress = Progress::silent();
    let server = try_ports(&request, &notes, &programs, &mut progress, || {
        Ok(ports.pop().unwrap())
    });
    let server = server.await.unwrap();
    assert!(
        server.url.contains(&format!("@127.0.0.1:{free}/")),
        "{server}"
    );
}

#[tokio::test]
async fn postgres_takes_another_port_if_its_first_one_is_taken() {
    on_a_port_that_is_taken(Engine::Postgres).await;
}

#[tokio::test]
async fn mariadb_takes_another_port_if_its_first_one_is_taken() {
    on_a_port_that_is_taken(Engine::MariaDb).await;
}
