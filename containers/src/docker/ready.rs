//! Waiting until the server in a container answers, or has ended.

use std::time::Duration;

use testcontainers::{ContainerAsync, GenericImage};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    time::{Instant, sleep},
};

use super::{causes, place::Place};
use crate::{
    Engine, Progress,
    probe::{self, Answer},
    request::tcp,
};

/// What `watch.sh` says in a container when its server has ended.
const ENDED: &str = "testudo: the server ended";
/// How many lines of its log tell why a server ended.
const LINES: usize = 12;

/// The host and port at which the server answers.
pub(super) async fn wait(
    engine: Engine,
    container: &ContainerAsync<GenericImage>,
    place: &Place,
    port: Option<u16>,
    patience: Duration,
    progress: &mut Progress,
) -> Result<(String, u16), String> {
    let addresses: Vec<(String, u16)> = match (place, port) {
        (Place::Here(hosts), Some(port)) => {
            hosts.iter().map(|host| (host.to_string(), port)).collect()
        }
        _ => {
            let host = container.get_host().await.map_err(|why| causes(&why))?;
            let port = container
                .get_host_port_ipv4(engine.port())
                .await
                .map_err(|why| causes(&why))?;
            vec![(host.to_string(), port)]
        }
    };
    let mut log = Log::default();
    let mut standard = container.stdout(true);
    let mut errors = container.stderr(true);
    let answered = async {
        let deadline = Instant::now() + patience;
        loop {
            let mut last = Answer::Silent;
            for (host, port) in &addresses {
                last = probe::knock_briefly(engine, &tcp(host, *port)).await;
                if last == Answer::Ready {
                    return Ok((host.clone(), *port));
                }
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "it was not ready after {} s: {last}",
                    patience.as_secs()
                ));
            }
            progress.tick("");
            sleep(probe::STEP).await;
        }
    };
    let result = tokio::select! {
        result = answered => result,
        () = log.follow(&mut standard, &mut errors) => Err("it ended while it started".to_owned()),
    };
    result.map_err(|why| {
        if log.0.is_empty() {
            why
        } else {
            format!("{why}; its log ends with:\n{}", log.0.join("\n"))
        }
    })
}

/// The last lines of a log.
#[derive(Default)]
struct Log(Vec<String>);

impl Log {
    /// Reads both streams until the server has ended.
    async fn follow(
        &mut self,
        standard: &mut (impl AsyncRead + Unpin),
        errors: &mut (impl AsyncRead + Unpin),
    ) {
        let mut standard = BufReader::new(standard).lines();
        let mut errors = BufReader::new(errors).lines();
        let mut open = true;
        loop {
            let line = tokio::select! {
                biased;
                line = errors.next_line(), if open => match line {
                    Ok(Some(line)) => line,
                    _ => { open = false; continue }
                },
                line = standard.next_line() => match line {
                    Ok(Some(line)) => line,
                    _ => return,
                },
            };
            if line.starts_with(ENDED) {
                return;
            }
            if !line.trim().is_empty() {
                self.0.push(line);
                self.0.drain(..self.0.len().saturating_sub(LINES));
            }
        }
    }
}
