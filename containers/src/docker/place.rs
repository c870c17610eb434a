//! Where containers run, and so where their ports are.

use std::{
    env,
    net::{IpAddr, TcpListener},
};

use testcontainers::bollard::{Docker, models::PortBinding};
use tokio::time::timeout;
use uuid::Uuid;

use super::{ANSWER, LOOPBACK, in_a_container};

/// Where the Docker engine is, seen from this process.
#[derive(Debug)]
pub(super) enum Place {
    /// On this machine. Its ports are on these addresses: 127.0.0.1, and if this process is in a container, that of
    /// the machine which this container runs on.
    Here(Vec<IpAddr>),
    /// Somewhere else: testcontainers knows where.
    Elsewhere,
}

/// Ports are chosen from here: below those that machines give to outgoing connections, and that Docker itself gives.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Where the engine is said to be.
pub(super) fn of_docker() -> String {
    env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned())
}

/// What is wrong with where the engine is said to be, and would be a panic of testcontainers or a riddle of its
/// parser.
pub(super) fn mistake() -> Option<String> {
    let engine = of_docker();
    let known = ["unix", "npipe", "tcp", "http", "https"];
    let scheme = engine.split_once("://").map(|(scheme, _)| scheme);
    let Some(scheme) = scheme.filter(|scheme| known.contains(scheme)) else {
        return Some(format!(
            "`DOCKER_HOST` is `{engine}`, and has to begin with `unix://`, `tcp://` or `https://`"
        ));
    };
    let verifies = env::var("DOCKER_TLS_VERIFY").is_ok_and(|value| value == "1");
    let certificates = matches!(scheme, "tcp" | "http") && verifies || scheme == "https";
    (certificates && env::var_os("DOCKER_CERT_PATH").is_none()).then(|| {
        format!(
            "`{engine}` is to be reached by TLS, and `DOCKER_CERT_PATH` names no directory with `ca.pem`, `cert.pem` \
             and `key.pem`"
        )
    })
}

impl Place {
    pub(super) async fn find(docker: &Docker) -> Self {
        let engine = of_docker();
        match engine.split_once("://") {
            Some(("tcp" | "http" | "https", rest)) => {
                let host = rest.split(['/', ':']).next().unwrap_or_default();
                match host {
                    "localhost" | "127.0.0.1" => Self::Here(vec![LOOPBACK.into()]),
                    _ => Self::Elsewhere,
                }
            }
            _ => {
                let gateway = if in_a_container() {
                    gateway(docker).await
                } else {
                    None
                };
                Self::Here([LOOPBACK.into()].into_iter().chain(gateway).collect())
            }
        }
    }

    /// A port that nobody has; `None` leaves the choice to Docker.
    pub(super) fn free_port(&self) -> Result<Option<u16>, String> {
        if let Self::Elsewhere = self {
            return Ok(None);
        }
        let span = u64::from(PORTS.end - PORTS.start);
        for _ in 0..50 {
            let offset = u16::try_from(Uuid::new_v4().as_u64_pair().1 % span).unwrap_or(0);
            let port = PORTS.start + offset;
            if TcpListener::bind((LOOPBACK, port)).is_ok() {
                return Ok(Some(port));
            }
        }
        Err(format!(
            "no free port from {} to {}",
            PORTS.start, PORTS.end
        ))
    }

    /// What Docker is told to publish.
    pub(super) fn bindings(&self, port: Option<u16>) -> Vec<PortBinding> {
        let host_port = Some(port.map(|port| port.to_string()).unwrap_or_default());
        match self {
            Self::Here(addresses) => addresses
                .iter()
                .map(|address| PortBinding {
                    host_ip: Some(address.to_string()),
                    host_port: host_port.clone(),
                })
                .collect(),
            Self::Elsewhere => vec![PortBinding {
                host_ip: None,
                host_port,
            }],
        }
    }
}

/// The machine, for its containers.
async fn gateway(docker: &Docker) -> Option<IpAddr> {
    let network = timeout(ANSWER, docker.inspect_network("bridge", None))
        .await
        .ok()?
        .ok()?;
    network
        .ipam?
        .config?
        .into_iter()
        .find_map(|config| config.gateway?.parse().ok())
}
