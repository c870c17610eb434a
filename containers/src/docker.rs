//! Servers in containers, by testcontainers.
//!
//! Nothing here relies on a value being dropped: a container runs `watch.sh`, ends itself, and is removed by Docker
//! with its volumes.

use std::{collections::HashMap, mem, net::Ipv4Addr, path::Path, time::Duration};

use testcontainers::{
    ContainerAsync, GenericImage, ImageExt,
    bollard::{
        Docker,
        models::{HostConfig, PortBinding},
        query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder},
    },
    core::{ContainerPort, client::docker_client_instance},
    runners::AsyncRunner,
};
use tokio::time::timeout;

use crate::{Engine, Progress, Request, Server, Source, error::Attempt, password, watch};

mod image;
mod place;
mod ready;

use image::Image;
use place::Place;

/// The source, as an error names it.
const NAME: &str = "docker";
/// How long a server may take in a container, its data directory included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long Docker itself may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// What Docker may need to start a container once it has the image.
const START: Duration = Duration::from_secs(30);
/// A port that was free may be taken before Docker has it.
const PORTS: usize = 3;
/// Our containers have this label, `server` for a value.
const LABEL: &str = "testudo";
/// Postgres shares memory between its processes here; the 64 MB that Docker gives are too few for parallel queries.
const SHARED_MEMORY: i64 = 256 * 1024 * 1024;

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
    match in_container(request, &docker, &image, &mut progress).await {
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
    let missing =
        |why: String| Attempt::missing(NAME, format!("nothing answers at `{place}`: {why}"));
    let docker = docker_client_instance()
        .await
        .map_err(|why| missing(causes(&why)))?;
    match timeout(ANSWER, docker.ping()).await {
        Ok(Ok(_)) => Ok(docker),
        Ok(Err(why)) => Err(missing(causes(&why))),
        Err(_) => Err(missing(format!("no word within {} s", ANSWER.as_secs()))),
    }
}

async fn in_container(
    request: &Request,
    docker: &Docker,
    image: &Image,
    progress: &mut Progress,
) -> Result<Server, String> {
    let place = Place::find(docker).await;
    let mut left = PORTS;
    loop {
        left -= 1;
        let password = password::generate();
        let port = place.free_port()?;
        let container = match create(request, image, &place, port, &password)
            .start()
            .await
        {
            Ok(container) => container,
            Err(why) => {
                sweep(docker, Duration::ZERO, &password[..NONCE]).await;
                let why = causes(&why);
                if left > 0 && (why.contains("already allocated") || why.contains("already in use"))
                {
                    continue;
                }
                return Err(why);
            }
        };
        let patience = request.patience.unwrap_or(PATIENCE);
        return match ready::wait(request.engine, &container, &place, port, patience, progress).await
        {
            Ok((host, port)) => {
                let server = server(request, &container, &password, &host, port);
                // Its drop would remove the container, which others use.
                mem::forget(container);
                sweep(docker, LEFT_BEHIND, "").await;
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

/// How much of the password is in the name of a container; the rest is long enough for a secret.
const NONCE: usize = 8;

fn create(
    request: &Request,
    image: &Image,
    place: &Place,
    port: Option<u16>,
    password: &str,
) -> testcontainers::ContainerRequest<GenericImage> {
    let engine = request.engine;
    let (name, tag) = image::split(request.wanted_image());
    let inside = ContainerPort::Tcp(engine.port());
    let arguments = watch::arguments(engine, engine.port(), request.idle, "", "");
    let command = ["-c".to_owned(), watch::SCRIPT.to_owned()]
        .into_iter()
        .chain(arguments)
        .chain(image.command.iter().cloned())
        .chain(engine.arguments(&request.settings));
    let bindings = place.bindings(port);
    let volumes = image.volumes.clone();
    let mut container = GenericImage::new(name, tag)
        .with_exposed_port(inside)
        .with_entrypoint("sh")
        .with_cmd(command)
        .with_container_name(format!("testudo-{}-{}", engine.name(), &password[..NONCE]))
        .with_label(LABEL, "server")
        .with_label("testudo.engine", engine.name())
        .with_startup_timeout(START)
        .with_host_config_modifier(move |config| adapt(config, inside, &bindings, &volumes));
    for (name, value) in environment(engine, password) {
        container = container.with_env_var(name, value);
    }
    container
}

/// What testcontainers has no words for.
fn adapt(
    config: &mut HostConfig,
    inside: ContainerPort,
    bindings: &[PortBinding],
    volumes: &[String],
) {
    config.auto_remove = Some(true);
    config.publish_all_ports = Some(false);
    config.port_bindings = Some(HashMap::from([(
        inside.to_string(),
        Some(bindings.to_vec()),
    )]));
    config.shm_size = Some(SHARED_MEMORY);
    // Data in memory, in place of volumes.
    config.tmpfs = Some(
        volumes
            .iter()
            .map(|path| (path.clone(), String::new()))
            .collect(),
    );
}

/// What the entry points of the official images are told.
fn environment(engine: Engine, password: &str) -> Vec<(&'static str, String)> {
    match engine {
        // The server knows its own form of a password, and stores it as it is.
        Engine::Postgres => vec![("POSTGRES_PASSWORD", password::scram_verifier(password))],
        Engine::MySql => vec![
            ("MYSQL_ROOT_PASSWORD", password.to_owned()),
            // The names of time zones take a second to load.
            ("MYSQL_INITDB_SKIP_TZINFO", "1".to_owned()),
        ],
        Engine::MariaDb => vec![
            ("MARIADB_ROOT_PASSWORD", password.to_owned()),
            ("MARIADB_INITDB_SKIP_TZINFO", "1".to_owned()),
        ],
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

/// A container that was made and never started belongs to a process that was killed in between.
const LEFT_BEHIND: Duration = Duration::from_secs(300);

/// Removes containers of ours that were made that long ago and never started, and whose name has this in it.
async fn sweep(docker: &Docker, age: Duration, name: &str) {
    let filters = HashMap::from([
        ("label".to_owned(), vec![format!("{LABEL}=server")]),
        ("status".to_owned(), vec!["created".to_owned()]),
    ]);
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filters)
        .build();
    let Ok(Ok(containers)) = timeout(ANSWER, docker.list_containers(Some(options))).await else {
        return;
    };
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    for container in containers {
        let made = Duration::from_secs(
            container
                .created
                .and_then(|at| u64::try_from(at).ok())
                .unwrap_or(u64::MAX),
        );
        let named = container
            .names
            .iter()
            .flatten()
            .any(|other| other.contains(name));
        if let Some(id) = container
            .id
            .filter(|_| named && made.saturating_add(age) <= now)
        {
            let options = RemoveContainerOptionsBuilder::new()
                .force(true)
                .v(true)
                .build();
            let _ = docker.remove_container(&id, Some(options)).await;
        }
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
