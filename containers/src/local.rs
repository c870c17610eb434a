//! Servers from programs on this machine: on a free port of 127.0.0.1, with their data in a temporary directory.

use std::{path::PathBuf, time::Duration};

use crate::{Engine, Progress, Request, Server, Source, error::Attempt, state::Notes};

mod account;
mod arguments;
mod blank;
mod directory;
mod launch;
mod programs;

use programs::Programs;

/// How long a start may take; the first one makes a data directory before that.
const PATIENCE: Duration = Duration::from_secs(30);
/// The source, as an error names it.
const NAME: &str = "programs on this machine";
/// A port that was free may be taken before the server has it.
const PORTS: usize = 3;

/// The programs that would be used, without a look at what they are.
pub(crate) fn programs(engine: Engine) -> Vec<PathBuf> {
    programs::find(engine)
        .into_iter()
        .map(|programs| programs.server)
        .collect()
}

/// Starts a server.
pub(crate) async fn start(request: &Request, notes: &Notes) -> Result<Server, Attempt> {
    let engine = request.engine;
    let major = request.image.as_deref().and_then(programs::major_of_image);
    let programs = programs::choose(engine, major).map_err(|why| Attempt::missing(NAME, why))?;
    let mut progress = if request.quiet {
        Progress::silent()
    } else {
        Progress::begin(format!("starting {}", programs.server.display()))
    };
    let failed =
        |why: String| Attempt::failed(NAME, format!("`{}`: {why}", programs.server.display()));
    match try_ports(request, notes, &programs, &mut progress, free_port).await {
        Ok(server) => {
            progress.done(&format!("{engine} is ready"));
            Ok(server)
        }
        Err(why) => {
            progress.failed(&format!("{engine} did not start"));
            Err(failed(why))
        }
    }
}

/// Starts a server on a port that `port` proposes; on the next one if that is taken.
async fn try_ports(
    request: &Request,
    notes: &Notes,
    programs: &Programs,
    progress: &mut Progress,
    mut port: impl FnMut() -> std::io::Result<u16>,
) -> Result<Server, String> {
    let mut left = PORTS;
    loop {
        left -= 1;
        let port = port().map_err(|why| format!("no free port: {why}"))?;
        match launch::launch(request, notes, programs, port, progress).await {
            Ok((url, directory)) => {
                let source = Source::Local {
                    program: programs.server.clone(),
                    directory,
                };
                return Ok(Server {
                    engine: request.engine,
                    url,
                    source,
                    started: true,
                });
            }
            Err(failure) if failure.port_taken && left > 0 => {}
            Err(failure) => return Err(failure.why),
        }
    }
}

/// A port of 127.0.0.1 that nobody has at this moment.
fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}

#[cfg(test)]
mod tests;
