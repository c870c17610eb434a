//! Which programs of this machine are a server, and what makes its data directory.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::Engine;

/// A server and the program that makes its data directory.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Programs {
    pub(super) server: PathBuf,
    pub(super) init: PathBuf,
}

/// Directories of programs that are not on PATH; `*` stands for any name.
const POSTGRES_PLACES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/opt/homebrew/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
];
const MYSQL_PLACES: &[&str] = &[
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/opt/homebrew/opt/mysql*/bin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/mysql*/bin",
    "/usr/local/opt/mariadb*/bin",
];

/// Everything that could be a server of the kind: those on PATH first, then the newest.
pub(super) fn find(engine: Engine) -> Vec<Programs> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = env::split_paths(&path)
        .filter(|path| path.is_absolute())
        .collect();
    let places = match engine {
        Engine::Postgres => POSTGRES_PLACES,
        Engine::MySql | Engine::MariaDb => MYSQL_PLACES,
    };
    let everywhere: Vec<PathBuf> = directories
        .iter()
        .cloned()
        .chain(places.iter().flat_map(|place| matching(place)))
        .collect();
    let mut found = Vec::new();
    for directory in &everywhere {
        let servers: &[&str] = match engine {
            Engine::Postgres => &["postgres"],
            Engine::MySql => &["mysqld"],
            Engine::MariaDb => &["mariadbd", "mysqld"],
        };
        for server in servers.iter().filter_map(|name| program(directory, name)) {
            let init = match engine {
                Engine::Postgres => beside(&server, directory, "initdb"),
                // It makes the directory itself.
                Engine::MySql => Some(server.clone()),
                Engine::MariaDb => everywhere
                    .iter()
                    .chain(&[PathBuf::from("/usr/bin")])
                    .find_map(|directory| program(directory, "mariadb-install-db")),
            };
            let pair = init.map(|init| Programs { server, init });
            found.extend(pair.filter(|pair| !found.contains(pair)));
        }
    }
    found
}

/// The first that is of the kind, and of the major version if one is wanted. Otherwise, what was found instead.
pub(super) fn choose(engine: Engine, major: Option<&str>) -> Result<Programs, String> {
    let found = find(engine);
    let mut others = Vec::new();
    for programs in &found {
        let version = version(&programs.server)?;
        let right_kind =
            (engine == Engine::MySql) != version.contains("MariaDB") || engine == Engine::Postgres;
        if right_kind && major.is_none_or(|major| is_major(&version, major)) {
            return Ok(programs.clone());
        }
        others.push(format!("`{}` is `{version}`", programs.server.display()));
    }
    let (names, places) = match engine {
        Engine::Postgres => ("`postgres` with `initdb`", POSTGRES_PLACES),
        Engine::MySql => ("`mysqld`", MYSQL_PLACES),
        Engine::MariaDb => ("`mariadbd` with `mariadb-install-db`", MYSQL_PLACES),
    };
    let version = major
        .map(|major| format!(" of version {major}, as the image that was asked for,"))
        .unwrap_or_default();
    Err(if others.is_empty() {
        format!("no {names}{version} on PATH or in {}", places.join(", "))
    } else {
        format!(
            "no {names}{version} among what is there: {}",
            others.join(", ")
        )
    })
}

/// The major version that the tag of an image begins with: `16` of `postgres:16.2-alpine`.
pub(super) fn major_of_image(image: &str) -> Option<&str> {
    let (_, tag) = image.rsplit_once(':')?;
    let major = tag
        .split(|character: char| !character.is_ascii_digit())
        .next()?;
    (!major.is_empty() && !tag.contains('/')).then_some(major)
}

/// Whether `postgres (PostgreSQL) 15.3` and its like are of a major version.
fn is_major(version: &str, major: &str) -> bool {
    version
        .split(|character: char| !(character.is_ascii_digit() || character == '.'))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .is_some_and(|number| number.split('.').next() == Some(major))
}

fn version(server: &Path) -> Result<String, String> {
    let output = Command::new(server)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|why| format!("cannot run `{}`: {why}", server.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // MySQL begins with its own path.
    Ok(text
        .strip_prefix(&*server.to_string_lossy())
        .map_or(text.clone(), |rest| rest.trim().to_owned()))
}

/// A program of a directory, if it is there.
fn program(directory: &Path, name: &str) -> Option<PathBuf> {
    let path = directory.join(name);
    path.is_file().then_some(path)
}

/// A program in the same directory as another, or where that one really is.
fn beside(other: &Path, directory: &Path, name: &str) -> Option<PathBuf> {
    program(directory, name).or_else(|| program(other.canonicalize().ok()?.parent()?, name))
}

/// The directories that a pattern with at most one `*` stands for, the newest version first.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![pattern.into()];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .collect();
    let number = |name: &str| {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap_or(0)
    };
    names.sort_by_key(|name| std::cmp::Reverse(number(name)));
    names
        .into_iter()
        .map(|name| PathBuf::from(format!("{parent}/{name}{after}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_image_names_a_major_version() {
        assert_eq!(major_of_image("postgres:16.2-alpine"), Some("16"));
        assert_eq!(major_of_image("registry:5000/postgres"), None);
        assert_eq!(major_of_image("mysql:lts"), None);
    }

    #[test]
    fn a_program_tells_its_major_version() {
        assert!(is_major(
            "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)",
            "15"
        ));
        assert!(is_major(
            "Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64",
            "10"
        ));
        assert!(is_major("postgres (PostgreSQL) 19devel", "19"));
        assert!(!is_major("Ver 10.11.19-MariaDB", "11"));
    }
}
