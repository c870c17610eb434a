//! What container is wanted: what runs in it, its ports, labels and file systems.

use std::{collections::HashMap, time::Duration};

use testcontainers::{
    ContainerRequest, GenericImage, ImageExt,
    bollard::models::{HostConfig, PortBinding},
    core::ContainerPort,
};

use super::{
    image::{self, Image},
    place::Place,
};
use crate::{Engine, Request, password, watch};

/// Our containers have this label, `server` for a value.
pub(super) const LABEL: &str = "testudo";
/// What Docker may need to start a container once it has the image.
const START: Duration = Duration::from_secs(30);
/// Postgres shares memory between its processes here; the 64 MB that Docker gives are too few for parallel queries.
const SHARED_MEMORY: i64 = 256 * 1024 * 1024;
/// How much of the password is in the name of a container; the rest is long enough for a secret.
const NONCE: usize = 8;

/// The part of a container's name that no other one has.
pub(super) fn nonce(password: &str) -> &str {
    &password[..NONCE]
}

/// The container of a server, before it is there.
pub(super) fn create(
    request: &Request,
    image: &Image,
    place: &Place,
    port: Option<u16>,
    password: &str,
) -> ContainerRequest<GenericImage> {
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
        .with_container_name(format!("testudo-{}-{}", engine.name(), nonce(password)))
        .with_label(LABEL, "server")
        .with_label("testudo.engine", engine.name())
        .with_label("testudo.key", request.key())
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
