//! What processes of one user know of each other's servers: a directory with a lock and a note for each.

use std::{
    env,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use crate::{Engine, Error, Progress, Server, Source};

#[cfg(unix)]
mod private;
#[cfg(not(unix))]
#[path = "state/plain.rs"]
mod private;

/// The notes about one kind of request.
#[derive(Debug)]
pub(crate) struct Notes {
    directory: PathBuf,
    /// `postgres-0123456789abcdef`.
    name: String,
}

/// How often a lock is tried that another process has.
const RETRY: Duration = Duration::from_millis(10);
/// The run of nextest that this process is a part of.
const RUN: &str = "NEXTEST_RUN_ID";

impl Notes {
    /// Those that `key` leads to. The directory is made if it is not there.
    pub(crate) fn open(engine: Engine, key: &str) -> Result<Self, Error> {
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        // After `sudo`, it may still be that of another user.
        // Not what `TMPDIR` says: shells and tools set one of their own, and still share servers.
        let temporary = Some(PathBuf::from("/tmp")).filter(|path| path.is_dir());
        let temporary = temporary.unwrap_or_else(env::temp_dir);
        let directory = match runtime.filter(|path| private::is_ours(path)) {
            Some(path) => path.join("testudo"),
            None => temporary.join(format!("testudo-{}", private::user())),
        };
        private::make_directory(&directory).map_err(|why| {
            Error::new(format!(
                "cannot use `{}`, where processes note which servers run: {why}; remove it, or let \
                 `XDG_RUNTIME_DIR` name a directory of yours",
                directory.display()
            ))
        })?;
        Ok(Self {
            directory,
            name: format!("{}-{key}", engine.name()),
        })
    }

    fn path(&self, what: &str) -> PathBuf {
        self.directory.join(format!("{}.{what}", self.name))
    }

    /// Where the note about the server itself is.
    pub(crate) fn server_path(&self) -> PathBuf {
        self.path("server")
    }

    /// Holds other processes off until what is returned is dropped, or this process ends.
    pub(crate) async fn lock(&self, quiet: bool) -> Result<File, Error> {
        let path = self.path("lock");
        let failed =
            |why: io::Error| Error::new(format!("cannot lock `{}`: {why}", path.display()));
        let file = private::create(&path, false).map_err(failed)?;
        let mut progress = None;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(why)) => return Err(failed(why)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !quiet && began.elapsed() > Duration::from_secs(2) {
                progress
                    .get_or_insert_with(|| {
                        Progress::begin("waiting for another process that starts the server")
                    })
                    .tick("");
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// The server that somebody noted, which may have ended by now.
    pub(crate) fn server(&self, engine: Engine) -> Option<Server> {
        let text = fs::read_to_string(self.server_path()).ok()?;
        let value = |name: &str| {
            text.lines()
                .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        };
        let source = match value("source")?.as_str() {
            "container" => Source::Container {
                image: value("image")?,
                id: value("id")?,
            },
            "local" => Source::Local {
                program: value("program")?.into(),
                directory: value("directory")?.into(),
            },
            _ => return None,
        };
        Some(Server {
            engine,
            url: value("url")?,
            source,
            started: false,
        })
    }

    /// Notes a server that runs, for others to find.
    pub(crate) fn note(&self, server: &Server) -> Result<(), Error> {
        let source = match &server.source {
            Source::Url => return Ok(()),
            Source::Container { image, id } => {
                format!("source=container\nimage={image}\nid={id}\n")
            }
            Source::Local { program, directory } => format!(
                "source=local\nprogram={}\ndirectory={}\n",
                program.display(),
                directory.display()
            ),
        };
        let _ = fs::remove_file(self.path("failed"));
        self.write("server", &format!("{source}url={}\n", server.url))
    }

    /// Forgets a server that does not answer any more.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_file(self.server_path());
    }

    /// Notes that nothing could be started, for those who wait to do the same.
    pub(crate) fn note_failure(&self, error: &Error) {
        let run = env::var(RUN).unwrap_or_default();
        let unavailable = if error.unavailable {
            "unavailable"
        } else {
            "failed"
        };
        // Without this note, others find out by themselves.
        let _ = self.write("failed", &format!("{run}\n{unavailable}\n{}", error.text));
    }

    /// What went wrong for somebody else since `began`, or earlier in the same run of nextest: to try again in
    /// every process would be as long a wait each time.
    pub(crate) fn failure(&self, began: SystemTime) -> Option<Error> {
        let path = self.path("failed");
        let text = fs::read_to_string(&path).ok()?;
        let (run, rest) = text.split_once('\n')?;
        let (unavailable, text) = rest.split_once('\n')?;
        let ours = !run.is_empty() && env::var(RUN).is_ok_and(|own| own == run);
        let meanwhile = || {
            fs::metadata(&path)
                .and_then(|file| file.modified())
                .is_ok_and(|at| at >= began)
        };
        (ours || meanwhile()).then(|| Error {
            unavailable: unavailable == "unavailable",
            ..Error::new(text)
        })
    }

    /// Writes a note in one step: nobody reads half of it.
    fn write(&self, what: &str, text: &str) -> Result<(), Error> {
        let new = self.path(&format!("{what}.{}", std::process::id()));
        let path = self.path(what);
        private::create(&new, true)
            .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|why| Error::new(format!("cannot write `{}`: {why}", path.display())))
    }
}

/// Where what is made once stays, between runs and starts of the machine.
pub(crate) fn cache_directory() -> Option<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(set("HOME")?.join(".cache")))
        .map(|path| path.join("testudo"))
}

/// Makes a file that nobody else may read.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    private::create(path, true)
}
