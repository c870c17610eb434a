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
        for name in [
            "TESTUDO_POSTGRES_URL",
            "TESTUDO_MYSQL_URL",
            "TESTUDO_MARIADB_URL",
            "NEXTEST_RUN_ID",
        ] {
            command.env_remove(name);
        }
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
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(text))
        .collect()
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
