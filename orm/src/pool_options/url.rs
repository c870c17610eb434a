//! The options of a pool in the query of a URL.

use std::time::Duration;

use super::PoolOptions;
use crate::{Error, Result};

/// A parameter of ours, and how its value is kept.
type Setting = fn(&mut PoolOptions, &str) -> Result<(), &'static str>;

const SETTINGS: [(&str, Setting); 6] = [
    ("max_connections", |options, value| {
        options.max_connections = Some(number(value)?);
        Ok(())
    }),
    ("min_connections", |options, value| {
        options.min_connections = Some(number(value)?);
        Ok(())
    }),
    ("acquire_timeout", |options, value| {
        options.acquire_timeout = Some(seconds(value)?);
        Ok(())
    }),
    ("idle_timeout", |options, value| {
        options.idle_timeout = Some(limit(value)?);
        Ok(())
    }),
    ("max_lifetime", |options, value| {
        options.max_lifetime = Some(limit(value)?);
        Ok(())
    }),
    ("statement_cache", |options, value| {
        options.statement_cache = Some(number(value)?);
        Ok(())
    }),
];

fn number<T: std::str::FromStr>(value: &str) -> Result<T, &'static str> {
    value.parse().map_err(|_| "a whole number")
}

fn seconds(value: &str) -> Result<Duration, &'static str> {
    value
        .parse()
        .map(Duration::from_secs)
        .map_err(|_| "a whole number of seconds")
}

fn limit(value: &str) -> Result<Option<Duration>, &'static str> {
    match value {
        "none" => Ok(None),
        value => seconds(value)
            .map(Some)
            .map_err(|_| "a whole number of seconds, or `none`"),
    }
}

/// The options that a URL gives, and the URL without them. All mistakes are told together; no value of a
/// parameter that is not ours is in the text, since it may be a secret.
pub(super) fn read(url: &str, known: &[&str]) -> Result<(PoolOptions, String)> {
    let mut options = PoolOptions::default();
    let Some((address, query)) = url.split_once('?') else {
        return Ok((options, url.to_owned()));
    };
    let mut rest: Vec<&str> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut mistakes = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let Some((_, set)) = SETTINGS.iter().find(|(setting, _)| *setting == name) else {
            if !is_known(name, known) {
                mistakes.push(unknown(name, known));
            }
            rest.push(parameter);
            continue;
        };
        if seen.contains(&name) {
            mistakes.push(format!("`{name}` is given twice"));
        } else if let Err(expected) = set(&mut options, value) {
            mistakes.push(format!("`{name}={value}`: expected {expected}"));
        }
        seen.push(name);
    }
    if !mistakes.is_empty() {
        return Err(Error::url(mistakes.join("; ")));
    }
    let url = match rest.as_slice() {
        [] => address.to_owned(),
        rest => format!("{address}?{}", rest.join("&")),
    };
    Ok((options, url))
}

/// Whether the driver knows the parameter. `options[search_path]` is one of Postgres's `options`.
fn is_known(name: &str, known: &[&str]) -> bool {
    let whole = name.split(['[', '%']).next().unwrap_or(name);
    known.contains(&name) || (whole == "options" && known.contains(&whole))
}

fn unknown(name: &str, known: &[&str]) -> String {
    let ours = SETTINGS.iter().map(|(setting, _)| *setting);
    let all: Vec<&str> = ours.chain(known.iter().copied()).collect();
    // A short name may not turn into another word.
    let limit = (name.chars().count() / 3).max(1);
    let nearest = all
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min();
    match nearest {
        Some((_, nearest)) => {
            format!("`{name}` is no parameter of such a URL; did you mean `{nearest}`?")
        }
        None => format!(
            "`{name}` is no parameter of such a URL; known are `{}`",
            all.join("`, `")
        ),
    }
}
