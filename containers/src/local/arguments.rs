//! What a server on this machine is told: where its things are, and who may log in.

use std::path::Path;

use crate::{Engine, Request};

/// A small redo log, because it is copied with the rest of a data directory: 100 MB otherwise.
///
/// MySQL knows the setting from version 8.0.30 on, and `loose` lets others go on without it.
pub(super) fn redo_log(engine: Engine) -> &'static [(&'static str, &'static str)] {
    match engine {
        Engine::Postgres => &[],
        Engine::MySql => &[("loose-innodb-redo-log-capacity", "16M")],
        Engine::MariaDb => &[("innodb-log-file-size", "16M")],
    }
}

/// What the server is told; its first argument has to be `--no-defaults` where there are configuration files.
pub(super) fn arguments(request: &Request, directory: &Path, port: u16) -> Vec<String> {
    let engine = request.engine;
    let data = directory.join("data").to_string_lossy().into_owned();
    let directory = directory.to_string_lossy();
    let port = port.to_string();
    let mut arguments = match engine {
        Engine::Postgres => vec!["-D".to_owned(), data],
        Engine::MySql | Engine::MariaDb => {
            vec!["--no-defaults".to_owned(), format!("--datadir={data}")]
        }
    };
    let socket = format!("{directory}/socket");
    let first = format!("{directory}/first.sql");
    let process = format!("{directory}/pid");
    let ours: Vec<(&str, &str)> = match engine {
        Engine::Postgres => {
            vec![
                ("listen_addresses", "127.0.0.1"),
                ("port", &port),
                ("unix_socket_directories", &directory),
            ]
        }
        Engine::MySql | Engine::MariaDb => vec![
            ("bind-address", "127.0.0.1"),
            ("port", &port),
            ("socket", &socket),
            ("pid-file", &process),
            ("init-file", &first),
        ],
    };
    let ours = ours.iter().chain(redo_log(engine));
    arguments.extend(ours.flat_map(|(name, value)| engine.argument(name, Some(value))));
    arguments.extend(engine.arguments(&request.settings));
    arguments
}

/// What MySQL and MariaDB run before they take connections: one statement on each line.
///
/// They do not resolve names, so that `localhost` is not where a client at 127.0.0.1 comes from.
pub(super) fn first_statements(password: &str) -> String {
    format!(
        "ALTER USER 'root'@'localhost' IDENTIFIED BY '{password}';\n\
         DROP USER IF EXISTS 'root'@'127.0.0.1';\n\
         CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
}
