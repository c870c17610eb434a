//! The image: whether it is there, pulling it, and how it starts a server.

use std::{pin::pin, time::Duration};

use testcontainers::{
    GenericImage,
    bollard::{Docker, errors::Error, models::ImageInspect},
    runners::AsyncRunner,
};
use tokio::time::{sleep, timeout};

use super::{NAME, causes};
use crate::{Progress, Request, error::Attempt};

/// An engine that is about to load or build another image keeps everybody waiting who asks for one.
const PATIENCE: Duration = Duration::from_secs(25);

/// What an image says about itself.
#[derive(Debug)]
pub(super) struct Image {
    /// How it starts: its entry point with its usual arguments.
    pub(super) command: Vec<String>,
    /// Where it would make volumes.
    pub(super) volumes: Vec<String>,
}

impl Image {
    /// Looks at the image, and pulls it if it is not there.
    pub(super) async fn find(docker: &Docker, request: &Request) -> Result<Self, Attempt> {
        let name = request.wanted_image();
        let failed = |why: String| Attempt::failed(NAME, why);
        match inspect(docker, name).await.map_err(failed)? {
            Some(image) => Ok(Self::of(image)),
            None => {
                pull(request)
                    .await
                    .map_err(|why| failed(missing(name, &why)))?;
                let image = inspect(docker, name).await.map_err(failed)?;
                image
                    .map(Self::of)
                    .ok_or_else(|| failed(missing(name, "it is not there afterwards")))
            }
        }
    }

    fn of(image: ImageInspect) -> Self {
        let config = image.config.unwrap_or_default();
        let command = [config.entrypoint, config.cmd]
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        // A server that is not started by root cannot make its directory in a file system that belongs to root.
        let by_root = config
            .user
            .is_none_or(|user| matches!(user.as_str(), "" | "0" | "root"));
        let volumes = config.volumes.filter(|_| by_root).unwrap_or_default();
        Self { command, volumes }
    }
}

fn missing(name: &str, why: &str) -> String {
    format!(
        "no image `{name}`, and pulling it failed: {why}; `containers/images/build` of testudo's repository makes one \
         where no registry can be reached"
    )
}

async fn inspect(docker: &Docker, name: &str) -> Result<Option<ImageInspect>, String> {
    match timeout(PATIENCE, docker.inspect_image(name)).await {
        Ok(Ok(image)) => Ok(Some(image)),
        Ok(Err(Error::DockerResponseServerError {
            status_code: 404, ..
        })) => Ok(None),
        Ok(Err(why)) => Err(format!(
            "cannot look at the image `{name}`: {}",
            causes(&why)
        )),
        Err(_) => Err(format!(
            "no word about the image `{name}` within {} s",
            PATIENCE.as_secs()
        )),
    }
}

/// Pulls the image, with the user's credentials. That takes as long as it takes, and is counted.
async fn pull(request: &Request) -> Result<(), String> {
    let name = request.wanted_image();
    let mut progress = if request.quiet {
        Progress::silent()
    } else {
        Progress::begin(format!("pulling {name}"))
    };
    let (image, tag) = split(name);
    let mut pulling = pin!(GenericImage::new(image, tag).pull_image());
    loop {
        tokio::select! {
            result = &mut pulling => {
                return match result {
                    Ok(_) => {
                        progress.done(&format!("{name} is pulled"));
                        Ok(())
                    }
                    Err(why) => {
                        progress.failed(&format!("{name} cannot be pulled"));
                        Err(causes(&why))
                    }
                };
            }
            () = sleep(Duration::from_millis(200)) => progress.tick(""),
        }
    }
}

/// The name and the tag of an image. A digest is what is behind its last colon, too.
pub(super) fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_a_name_and_a_tag() {
        assert_eq!(split("postgres:18"), ("postgres", "18"));
        assert_eq!(
            split("registry:5000/postgres"),
            ("registry:5000/postgres", "latest")
        );
        assert_eq!(split("mysql@sha256:abc"), ("mysql@sha256", "abc"));
    }
}
