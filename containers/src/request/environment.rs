//! A request as the environment has it.

use std::{env, time::Duration};

use super::{Named, Request, Sources};
use crate::{Engine, Error};

const IDLE: Duration = Duration::from_secs(600);

pub(super) fn request(engine: Engine) -> Request {
    let mut mistakes = Vec::new();
    let mut note = |mistake: String| mistakes.push(mistake);
    let sources = match set("TESTUDO_SOURCE") {
        Some(list) => sources(&list).map_err(&mut note).unwrap_or_default(),
        None => Sources::default(),
    };
    let idle = match set("TESTUDO_IDLE") {
        Some(text) => idle(&text).map_err(&mut note).unwrap_or(IDLE),
        None => IDLE,
    };
    let variable = engine.variable("URL");
    Request {
        engine,
        url: set(&variable).map(|value| Named {
            value,
            name: format!("`{variable}`"),
        }),
        image: set(&engine.variable("IMAGE")),
        idle,
        settings: Vec::new(),
        patience: None,
        quiet: false,
        sources,
        allow_non_test_database: set("TESTUDO_ALLOW_NON_TEST_DATABASE")
            .is_some_and(|value| value == "1"),
        mistake: (!mistakes.is_empty()).then(|| Error::new(mistakes.join("\n"))),
    }
}

/// A variable that is empty counts as not set: that is how a CI system leaves one out.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn idle(text: &str) -> Result<Duration, String> {
    text.trim().parse().map(Duration::from_secs).map_err(|_| {
        format!(
            "`TESTUDO_IDLE` is `{text}`, and has to be a number of seconds, such as 600, or 0 to end a server when its \
             last client is gone"
        )
    })
}

fn sources(list: &str) -> Result<Sources, String> {
    let mut sources = Sources {
        url: false,
        docker: false,
        local: false,
    };
    for name in list.split(',').map(str::trim) {
        match name {
            "url" => sources.url = true,
            "docker" => sources.docker = true,
            "local" => sources.local = true,
            _ => {
                return Err(format!(
                    "`TESTUDO_SOURCE` names `{name}`, and has to be a list of `url`, `docker` and `local`"
                ));
            }
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_a_list_of_names() {
        assert_eq!(
            sources("docker, local"),
            Ok(Sources {
                url: false,
                docker: true,
                local: true
            })
        );
        let mistake = sources("docker,podman").unwrap_err();
        assert_eq!(
            mistake,
            "`TESTUDO_SOURCE` names `podman`, and has to be a list of `url`, `docker` and `local`"
        );
    }

    #[test]
    fn an_idle_time_is_a_number_of_seconds() {
        assert_eq!(idle("0"), Ok(Duration::ZERO));
        assert!(idle("10m").unwrap_err().contains("`TESTUDO_IDLE` is `10m`"));
    }
}
