//! Servers in containers, by testcontainers.
//!
//! Nothing here relies on a value being dropped: a container runs `watch.sh`, ends itself, and is removed by Docker
//! with its volumes.

use std::{mem, net::Ipv4Addr, path::Path, time::Duration};

use testcontainers::{
    ContainerAsync, GenericImage, bollard::Docker, core::client::docker_client_instance,
    runners::AsyncRunner,
};
use tokio::time::timeout;

use crate::{Progress, Request, Server, Source, error::Attempt, password};

mod create;
mod image;
mod place;
mod ready;
mod sweep;

use create::create;
use image::Image;
use place::Place;

/// The source, as an error names it.
const NAME: &str = "docker";
/// How long a server may take in a container, its data directory included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long Docker itself may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// A port that was free may be taken before Docker has it.
const PORTS: usize = 3;

/// Starts a server.
pub(crate) async fn start(request: &Request) -> Result<Server, Attempt> {
    let docker = client().await?;
    let image = Image::find(&docker, request).await?;
    let what = request.wanted_image();
    let mut progress = if request.quiet {
        Progress::silent()
    } else {
        Progress::begin(format!("starting {what} in a container"))
    };
    let place = Place::find(&docker).await;
    let ports = || place.free_port();
    match in_container(request, &docker, &image, &place, ports, &mut progress).await {
        Ok(server) => {
            progress.done(&format!("{what} is ready"));
            Ok(server)
        }
        Err(why) => {
            progress.failed(&format!("{what} did not start in a container"));
            Err(Attempt::failed(NAME, format!("`{what}`: {why}")))
        }
    }
}

/// Docker, if it answers.
async fn client() -> Result<Docker, Attempt> {
    let place = place::of_docker();
    let missing = |why: String| {
        Attempt::missing(
            NAME,
            format!(
                "nothing answers at `{place}`: {why}; start it, or let `DOCKER_HOST` lead to it"
            ),
        )
    };
    if let Some(mistake) = place::mistake() {
        return Err(Attempt::failed(NAME, mistake));
    }
    let docker = docker_client_instance()
        .await
        .map_err(|why| missing(causes(&why)))?;
    match timeout(ANSWER, docker.ping()).await {
        Ok(Ok(_)) => Ok(docker),
        Ok(Err(why)) => Err(missing(causes(&why))),
        Err(_) => Err(missing(format!("no word within {} s", ANSWER.as_secs()))),
    }
}

/// Starts a server on a port that `ports` proposes; on the next one if that is taken.
async fn in_container(
    request: &Request,
    docker: &Docker,
    image: &Image,
    place: &Place,
    mut ports: impl FnMut() -> Result<Option<u16>, String>,
    progress: &mut Progress,
) -> Result<Server, String> {
    let mut left = PORTS;
    loop {
        left -= 1;
        let password = password::generate();
        let port = ports()?;
        let container = match create(request, image, place, port, &password).start().await {
            Ok(container) => container,
            Err(why) => {
                sweep::named(docker, create::nonce(&password)).await;
                let why = causes(&why);
                if left > 0 && (why.contains("already allocated") || why.contains("already in use"))
                {
                    continue;
                }
                return Err(why);
            }
        };
        let patience = request.patience.unwrap_or(PATIENCE);
        return match ready::wait(request.engine, &container, place, port, patience, progress).await
        {
            Ok((host, port)) => {
                let server = server(request, &container, &password, &host, port);
                // Its drop would remove the container, which others use.
                mem::forget(container);
                tokio::spawn(sweep::left_behind(docker.clone()));
                Ok(server)
            }
            Err(why) => {
                // Docker removes it at its end as well.
                let _ = container.rm().await;
                Err(why)
            }
        };
    }
}

fn server(
    request: &Request,
    container: &ContainerAsync<GenericImage>,
    password: &str,
    host: &str,
    port: u16,
) -> Server {
    let engine = request.engine;
    let (scheme, user) = (engine.schemes()[0], engine.administrator());
    let database = engine.maintenance_databases()[0];
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    Server {
        engine,
        url: format!("{scheme}://{user}:{password}@{host}:{port}/{database}"),
        source: Source::Container {
            image: request.wanted_image().to_owned(),
            id: container.id().to_owned(),
        },
        started: true,
    }
}

/// An error with what caused it, each said once.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        cause = error.source();
    }
    text
}

/// The address of this machine that only this machine reaches.
const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Whether this process is in a container itself.
fn in_a_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|path| Path::new(path).exists())
}

#[cfg(test)]
mod tests;
