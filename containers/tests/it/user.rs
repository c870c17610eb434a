//! A user of this machine with nothing running yet, and the processes of this user that ask for servers.

use std::{
    env,
    fs::{self, DirBuilder},
    io::{BufRead, BufReader, Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection, MySqlConnection, PgConnection};
use testudo_containers::{Engine, Request, Source};

/// Variables of the user, and a directory in which other processes find what this user has.
pub struct User {
    directory: PathBuf,
    variables: Vec<(String, String)>,
}

impl User {
    /// Somebody who has programs on this machine, no Docker and no URL.
    pub fn new() -> Self {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let directory = env::temp_dir().join(format!("user-{}-{number}", std::process::id()));
        for path in [&directory, &directory.join("run"), &directory.join("tmp")] {
            DirBuilder::new().mode(0o700).create(path).unwrap();
        }
        // A server that does not run as this user keeps its data here, where there is no memory for it.
        fs::set_permissions(
            &directory,
            std::os::unix::fs::PermissionsExt::from_mode(0o711),
        )
        .unwrap();
        let user = Self {
            directory,
            variables: Vec::new(),
        };
        let run = user.path("run");
        user.with("XDG_RUNTIME_DIR", run.display())
            .with("TESTUDO_SOURCE", "local")
            .with("TESTUDO_IDLE", "1")
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A program that comes first on PATH, and a cache of its own for what it makes.
    pub fn with_program(self, name: &str, script: &str) -> Self {
        let programs = self.path("bin");
        fs::create_dir_all(&programs).unwrap();
        let path = programs.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let rest = env::var("PATH").unwrap();
        let cache = self.path("cache");
        self.with("PATH", format!("{}:{rest}", programs.display()))
            .with("XDG_CACHE_HOME", cache.display())
    }

    /// A process that asks for a server, and keeps a connection until it is told to end.
    pub fn ask(&self, engine: Engine) -> Asking {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args([
            "--exact",
            "user::a_process_of_a_user",
            "--ignored",
            "--nocapture",
            "--quiet",
        ]);
        for kind in Engine::ALL {
            command.env_remove(kind.variable("URL"));
            // What is asked of containers says nothing about the programs of this machine.
            if self
                .variable("TESTUDO_SOURCE")
                .is_some_and(|source| source.contains("local"))
            {
                command.env_remove(kind.variable("IMAGE"));
            }
        }
        command.env_remove("NEXTEST_RUN_ID");
        command
            .env("ENGINE", engine.name())
            .envs(self.variables.iter().cloned());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Asking {
            input: child.stdin.take(),
            child,
        }
    }
}

/// Somebody whose servers come from programs on this machine, if those of `engine` are there.
pub fn with_programs(engine: Engine) -> Option<User> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = env::split_paths(&path).collect();
    let (programs, packages): (&[&str], _) = match engine {
        Engine::Postgres => (&["postgres", "initdb"], "postgresql"),
        Engine::MySql => (&["mysqld"], "mysql-server-core"),
        Engine::MariaDb => (
            &["mariadbd", "mariadb-install-db"],
            "mariadb-server-core, mariadb-client-core",
        ),
    };
    places.push("/usr/sbin".into());
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let there = |name: &&str| places.iter().any(|place| place.join(name).is_file());
    let missing = match programs.iter().find(|name| !there(name)) {
        _ if !is_asked_for(engine) => "TESTUDO_BACKENDS does not name it".to_owned(),
        Some(name) => format!("there is no {name} (Debian: {packages})"),
        None => return Some(User::new()),
    };
    skip(engine, &missing)
}

/// Somebody whose servers come from Docker. Where a backend is demanded, it has to be there.
#[cfg(feature = "docker")]
pub fn with_docker(engine: Engine) -> Option<User> {
    let demanded = ["TESTUDO_BACKENDS", "CI"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    let output = Command::new("docker").arg("info").output();
    let there = output.is_ok_and(|output| output.status.success());
    let missing = match (is_asked_for(engine), demanded || there) {
        (true, true) => return Some(User::new().with("TESTUDO_SOURCE", "docker")),
        (true, false) => "there is no Docker",
        (false, _) => "TESTUDO_BACKENDS does not name it",
    };
    skip(engine, missing)
}

fn is_asked_for(engine: Engine) -> bool {
    let asked = env::var("TESTUDO_BACKENDS").unwrap_or_default();
    asked.is_empty()
        || asked
            .split(',')
            .any(|name| ["all", engine.name()].contains(&name.trim()))
}

/// Says so past the test runner, which keeps the words of a test that passed to itself.
fn skip(engine: Engine, why: &str) -> Option<User> {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped, {engine}: {why}: {test}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

impl Drop for User {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A process that asks.
pub struct Asking {
    input: Option<ChildStdin>,
    child: Child,
}

/// What it got.
#[derive(Debug, Clone, Default)]
pub struct Got {
    pub url: String,
    pub source: String,
    /// The id of the container, or the directory of the data.
    pub place: String,
    pub started: bool,
    pub version: String,
    /// From the question to the first row, in milliseconds.
    pub took: f64,
    pub error: String,
    pub unavailable: bool,
    pub refused: bool,
}

impl Asking {
    /// Waits for a server. The process goes on, with a connection.
    pub fn server(&mut self) -> Got {
        let got = self.got();
        assert_eq!(got.error, "");
        got
    }

    /// Waits for the answer, which may be an error.
    pub fn got(&mut self) -> Got {
        let mut got = Got::default();
        let output = BufReader::new(self.child.stdout.as_mut().unwrap());
        let mut lines = Vec::new();
        for line in output.lines().map(Result::unwrap) {
            let Some((name, value)) = line.split_once('=') else {
                if line.ends_with("end of answer") {
                    return got;
                }
                lines.push(line);
                continue;
            };
            match name.trim_start_matches(|c: char| !c.is_ascii_alphabetic()) {
                "url" => got.url = value.into(),
                "source" => got.source = value.into(),
                "place" => got.place = value.into(),
                "started" => got.started = value == "true",
                "version" => got.version = value.into(),
                "took" => got.took = value.parse().unwrap(),
                "unavailable" => got.unavailable = value == "true",
                "refused" => got.refused = value == "true",
                "error" => got.error = value.replace('\u{1}', "\n"),
                _ => lines.push(line),
            }
        }
        let mut said = String::new();
        self.child
            .stderr
            .as_mut()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        panic!("the process ended without an answer: {lines:?} {said}");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it end as a test does; what it said on stderr.
    pub fn end(mut self) -> String {
        drop(self.input.take());
        let mut said = String::new();
        self.child
            .stderr
            .as_mut()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        said
    }

    /// Kills it: it has no time to clean up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Looks again and again until it is so.
pub fn wait_until(what: &str, patience: Duration, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !so() {
        assert!(
            Instant::now() < deadline,
            "not after {} s: {what}",
            patience.as_secs()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The command lines of processes in which `text` stands.
pub fn processes(text: &str) -> Vec<String> {
    let output = Command::new("ps")
        .args(["-A", "-ww", "-o", "args="])
        .output()
        .unwrap();
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    all.lines()
        .filter(|line| line.contains(text))
        .map(str::to_owned)
        .collect()
}

/// What kind of server calls its version this.
pub fn kind(version: &str) -> Engine {
    match version {
        _ if version.contains("PostgreSQL") => Engine::Postgres,
        _ if version.contains("MariaDB") => Engine::MariaDb,
        _ => Engine::MySql,
    }
}

/// The command lines of the children of a process.
pub fn children(parent: u32) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter(|entry| {
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name of the program is in brackets, and may be anything.
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        after.split(' ').nth(1) == Some(&parent.to_string())
    })
    .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
    .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
    .collect()
}

/// Whether a server on this machine left anything: its directory, or a process with that in its command line.
pub fn is_gone(directory: &str) -> bool {
    !Path::new(directory).exists() && processes(directory).is_empty()
}

/// Not a test: what [`User::ask`] runs, in a process of its own.
#[tokio::test]
#[ignore = "it is run by other tests"]
async fn a_process_of_a_user() {
    let engine = env::var("ENGINE").unwrap();
    let engine = *Engine::ALL
        .iter()
        .find(|known| known.name() == engine)
        .unwrap();
    let began = Instant::now();
    let mut request = Request::of(engine);
    if let Ok(settings) = env::var("SETTINGS") {
        for (name, value) in settings
            .split(' ')
            .filter_map(|setting| setting.split_once('='))
        {
            request = request.setting(name, value);
        }
    }
    if let Ok(seconds) = env::var("PATIENCE") {
        request = request.patience(Duration::from_secs(seconds.parse().unwrap()));
    }
    let mut connection = None;
    let answer = match request.server().await {
        Ok(server) => {
            let connected = Connected::to(engine, server.url()).await;
            let took = began.elapsed();
            let (source, place) = match server.source() {
                Source::Container { id, .. } => ("container", id.clone()),
                Source::Local { directory, .. } => ("local", directory.display().to_string()),
                _ => ("url", String::new()),
            };
            let password = server.url().split([':', '@']).nth(2).unwrap();
            assert!(!format!("{server} {server:?}").contains(password));
            let (url, started, version) = (
                server.url(),
                server.was_started(),
                connected.version.clone(),
            );
            connection = Some(connected);
            format!(
                "took={}\nurl={url}\nstarted={started}\nversion={version}\nsource={source}\nplace={place}",
                took.as_secs_f64() * 1000.0
            )
        }
        Err(error) => format!(
            "took={}\nerror={}\nunavailable={}\nrefused={}",
            began.elapsed().as_secs_f64() * 1000.0,
            error.to_string().replace('\n', "\u{1}"),
            error.is_unavailable(),
            error.is_refused()
        ),
    };
    let output = format!("\n{answer}\nend of answer\n");
    std::io::stdout().write_all(output.as_bytes()).unwrap();
    // Until the test closes its end.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    drop(connection);
}

struct Connected {
    version: String,
    _connection: Box<dyn Send>,
}

impl Connected {
    async fn to(engine: Engine, url: &str) -> Self {
        const QUESTION: &str = "SELECT version()";
        if engine == Engine::Postgres {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let version = sqlx::query_scalar(QUESTION)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            Self {
                version,
                _connection: Box::new(connection),
            }
        } else {
            let mut connection = MySqlConnection::connect(url).await.unwrap();
            let version = sqlx::query_scalar(QUESTION)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            Self {
                version,
                _connection: Box::new(connection),
            }
        }
    }
}
