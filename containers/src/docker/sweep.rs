//! Containers that were made and never started: nothing in them could end them.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use testcontainers::bollard::{
    Docker,
    query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder},
};
use tokio::time::timeout;

use super::{ANSWER, create::LABEL};

/// Such a container belongs to a process that was killed in between.
const LEFT_BEHIND: Duration = Duration::from_secs(300);

/// Removes those that are so old that nobody is about to start them.
pub(super) async fn left_behind(docker: Docker) {
    sweep(&docker, LEFT_BEHIND, "").await;
}

/// Removes the one with this in its name: starting it failed.
pub(super) async fn named(docker: &Docker, name: &str) {
    sweep(docker, Duration::ZERO, name).await;
}

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
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
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
