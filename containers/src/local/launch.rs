//! From a data directory to a server that answers, watched over by `watch.sh`.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::{fs::FileExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{net::UnixStream, time};

use super::{
    PATIENCE,
    account::Account,
    arguments::{arguments, first_statements},
    blank, directory,
    programs::Programs,
};
use crate::{
    Engine, Progress, Request, password,
    probe::{self, Answer},
    request::tcp,
    state::{self, Notes},
    watch,
};

/// How many lines of its log tell why a server ended.
const LINES: usize = 12;

/// Why a server did not come up.
pub(super) struct Failure {
    pub(super) why: String,
    /// Another port may do.
    pub(super) port_taken: bool,
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self {
            why,
            port_taken: false,
        }
    }
}

/// A server that is starting.
struct Starting {
    engine: Engine,
    port: u16,
    directory: PathBuf,
    password: String,
    script: Child,
    log: File,
}

/// Starts a server on `port`; its URL, and where its data is.
pub(super) async fn launch(
    request: &Request,
    notes: &Notes,
    programs: &Programs,
    port: u16,
    progress: &mut Progress,
) -> Result<(String, PathBuf), Failure> {
    let (request, programs) = (request.clone(), programs.clone());
    let note = notes.server_path();
    // Copying a directory and running `initdb` block.
    let patience = request.patience.unwrap_or(PATIENCE);
    let began =
        tokio::task::spawn_blocking(move || Starting::begin(&request, &programs, port, &note));
    let mut starting = began.await.map_err(|panic| panic.to_string())??;
    match starting.ready(patience, progress).await {
        Ok(()) => {
            let Starting {
                engine,
                directory,
                password,
                ..
            } = starting;
            let (scheme, user) = (engine.schemes()[0], engine.administrator());
            let database = engine.maintenance_databases()[0];
            Ok((
                format!("{scheme}://{user}:{password}@127.0.0.1:{port}/{database}"),
                directory,
            ))
        }
        Err(why) => {
            starting.end().await;
            let log = starting.log();
            let why = if log.is_empty() {
                why
            } else {
                format!("{why}; its log ends with:\n{log}")
            };
            let log = log.to_lowercase();
            Err(Failure {
                port_taken: log.contains("already in use") || log.contains("another mysqld server"),
                why,
            })
        }
    }
}

impl Starting {
    fn begin(
        request: &Request,
        programs: &Programs,
        port: u16,
        note: &Path,
    ) -> Result<Self, String> {
        let engine = request.engine;
        let account = Account::of(engine);
        let failed = |what: &str, path: &Path, why: io::Error| {
            format!("cannot {what} `{}`: {why}", path.display())
        };
        let directory = directory::make(account)
            .map_err(|why| format!("cannot make a directory for its data: {why}"))?;
        let path = directory.join("log");
        let log = state::create_private(&path).map_err(|why| failed("write", &path, why))?;
        let clone = |log: &File| log.try_clone().map_err(|why| failed("write", &path, why));
        // The script first: from here on, it removes the directory if this process dies.
        let mut script = Account::command(account, "sh")
            .arg("-c")
            .arg(watch::SCRIPT)
            .args(watch::arguments(
                engine,
                port,
                request.idle,
                &directory.to_string_lossy(),
                &note.to_string_lossy(),
            ))
            .arg(&programs.server)
            .args(arguments(request, &directory, port))
            .stdin(Stdio::piped())
            .stdout(clone(&log)?)
            .stderr(clone(&log)?)
            // Its own group: Ctrl-C in a terminal, and a test runner that ends a test with all it started.
            .process_group(0)
            .spawn()
            .map_err(|why| format!("cannot run `sh`: {why}"))?;
        let password = password::generate();
        blank::fill(engine, programs, &directory.join("data"), account)?;
        if engine != Engine::Postgres {
            let path = directory.join("first.sql");
            let written = fs::write(&path, "").and_then(|()| directory::own(&path, account));
            let written = written.and_then(|()| fs::write(&path, first_statements(&password)));
            written.map_err(|why| failed("write", &path, why))?;
        }
        let input = script.stdin.take();
        let told = input.map_or(Ok(()), |mut input| input.write_all(b"go\n"));
        told.map_err(|why| format!("`sh` ended: {why}"))?;
        Ok(Self {
            engine,
            port,
            directory,
            password,
            script,
            log,
        })
    }

    /// Waits until the server takes logins with the password.
    async fn ready(&mut self, patience: Duration, progress: &mut Progress) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let answer = match self.engine {
                Engine::Postgres => self.set_password().await?,
                // It has its port: whoever else has it would answer as well.
                Engine::MySql | Engine::MariaDb if self.directory.join("pid").exists() => {
                    probe::knock_briefly(self.engine, &tcp("127.0.0.1", self.port)).await
                }
                Engine::MySql | Engine::MariaDb => Answer::Nobody("it does not listen".to_owned()),
            };
            if let Ok(Some(_)) = self.script.try_wait() {
                return Err("it ended while it started".to_owned());
            }
            if answer == Answer::Ready {
                return Ok(());
            }
            if began.elapsed() > patience {
                return Err(format!(
                    "it was not ready after {} s: {answer}",
                    patience.as_secs()
                ));
            }
            progress.tick("");
            time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sets the password of Postgres by its socket, where nobody else comes: it lies in a directory of its own.
    async fn set_password(&self) -> Result<Answer, String> {
        let path = self.directory.join(format!(".s.PGSQL.{}", self.port));
        let verifier = password::scram_verifier(&self.password);
        let talk = async {
            let mut stream = UnixStream::connect(&path).await?;
            probe::postgres::run(
                &mut stream,
                &format!("ALTER ROLE postgres PASSWORD '{verifier}'"),
            )
            .await
        };
        match time::timeout(Duration::from_secs(1), talk).await {
            Ok(Ok(Ok(()))) => Ok(Answer::Ready),
            // It is starting.
            Ok(Ok(Err(complaint))) if complaint.contains("the database system is") => {
                Ok(Answer::NotYet)
            }
            Ok(Ok(Err(complaint))) => Err(format!("setting its password failed: {complaint}")),
            Ok(Err(why)) => Ok(Answer::Nobody(why.to_string())),
            Err(_) => Ok(Answer::Silent),
        }
    }

    /// Ends the server and waits until the script has cleaned up.
    async fn end(&mut self) {
        let pid = self.script.id().to_string();
        // The command of the shell: there need not be a program of that name.
        let _ = Command::new("sh")
            .args(["-c", "kill -TERM \"$1\" 2>/dev/null", "sh", &pid])
            .status();
        let deadline = Instant::now() + Duration::from_secs(15);
        while matches!(self.script.try_wait(), Ok(None)) && Instant::now() < deadline {
            time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What the server said last. Its file may be gone already; it is still open here.
    fn log(&self) -> String {
        let length = self.log.metadata().map_or(0, |file| file.len());
        let from = length.saturating_sub(8 * 1024);
        let mut text = vec![0; usize::try_from(length - from).unwrap_or(0)];
        match self.log.read_at(&mut text, from) {
            Ok(read) => last_lines(&String::from_utf8_lossy(&text[..read])),
            Err(_) => String::new(),
        }
    }
}

/// The last lines of a log, without empty ones.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
