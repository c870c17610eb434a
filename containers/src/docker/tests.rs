//! What cannot be brought about from outside: a port that is taken between its choice and its use.

use std::{env, net::TcpListener};

use super::*;
use crate::Engine;
use crate::asked::{is_asked_for, skip};

#[tokio::test]
async fn a_container_gets_another_port_if_its_first_one_is_taken() {
    let request = Request::of(Engine::Postgres).idle(Duration::ZERO).quiet();
    if !is_asked_for(Engine::Postgres) {
        return;
    }
    let demanded = ["TESTUDO_BACKENDS", "CI"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    let docker = match client().await {
        Ok(docker) => docker,
        Err(why) => {
            assert!(!demanded, "{why:?}");
            skip(Engine::Postgres, &why.why);
            return;
        }
    };
    let image = Image::find(&docker, &request).await.unwrap();
    let place = Place::find(&docker).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = place.free_port().unwrap();
    let mut ports = vec![free, Some(taken.local_addr().unwrap().port())];
    let ports = || Ok(ports.pop().unwrap());
    let mut progress = Progress::silent();
    let server = in_container(&request, &docker, &image, &place, ports, &mut progress)
        .await
        .unwrap();
    assert!(
        server.url.contains(&format!(":{}/", free.unwrap())),
        "{server}"
    );
    // The container that got no port is not left there.
    let output = std::process::Command::new("docker")
        .args(["ps", "--all", "--quiet", "--filter", "status=created"])
        .args(["--filter", &format!("label=testudo.key={}", request.key())])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
