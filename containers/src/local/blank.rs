//! The data directory of a server that has never run: made once for each program, kept in the user's cache.
//!
//! Making one takes half a second and more, copying it some hundredths. Nothing in it is secret: its
//! administrator has no password until the copy starts.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};

use super::{account::Account, directory, programs::Programs};
use crate::{Engine, password, state};

/// A change to how directories are made: what an earlier version made is not used.
const LAYOUT: u32 = 1;
/// What was not used for so long belongs to a program that is gone.
const OLD: Duration = Duration::from_secs(60 * 24 * 3600);

/// Fills `data`, which is not there yet.
pub(super) fn fill(
    engine: Engine,
    programs: &Programs,
    data: &Path,
    account: Option<Account>,
) -> Result<(), String> {
    let Some(cached) = cached(engine, programs) else {
        return make(engine, programs, data, account);
    };
    if cached.is_dir() {
        let copied = directory::copy(&cached, data, account);
        return copied.map_err(|why| {
            format!(
                "cannot copy `{}` to `{}`: {why}",
                cached.display(),
                data.display()
            )
        });
    }
    make(engine, programs, data, account)?;
    // It serves without the cache as well, only later.
    let _ = keep(data, &cached);
    Ok(())
}

/// Where the directory of these programs is, or would be. A program that was replaced gets another one.
fn cached(engine: Engine, programs: &Programs) -> Option<PathBuf> {
    let server = programs.server.canonicalize().ok()?;
    let file = server.metadata().ok()?;
    let modified = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let key = format!(
        "{LAYOUT} {server:?} {:?} {} {modified:?}",
        programs.init,
        file.len()
    );
    let key: String = Sha256::digest(key)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(state::cache_directory()?.join(format!("{}-{key}", engine.name())))
}

/// Copies a directory that was just made to the cache, in one step: half a copy is never found there.
fn keep(data: &Path, cached: &Path) -> io::Result<()> {
    let Some(cache) = cached.parent() else {
        return Ok(());
    };
    fs::create_dir_all(cache)?;
    sweep(cache)?;
    let half = cache.join(format!(".half-{}", password::generate()));
    directory::copy(data, &half, None)?;
    fs::rename(&half, cached).or_else(|why| {
        fs::remove_dir_all(&half)?;
        // Another process may have been first.
        if cached.is_dir() { Ok(()) } else { Err(why) }
    })
}

/// Removes what nobody needs any more: copies that were never finished, directories of programs that are gone.
fn sweep(cache: &Path) -> io::Result<()> {
    for entry in fs::read_dir(cache)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let limit = if name.starts_with(".half-") {
            Duration::from_secs(3600)
        } else {
            OLD
        };
        let age = entry
            .metadata()
            .and_then(|file| file.modified())
            .map(|at| SystemTime::now().duration_since(at));
        if matches!(age, Ok(Ok(age)) if age > limit) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn make(
    engine: Engine,
    programs: &Programs,
    data: &Path,
    account: Option<Account>,
) -> Result<(), String> {
    match engine {
        Engine::Postgres => {
            // The collation of the official image, if this machine has it.
            let mut result = Ok(());
            for locale in ["en_US.UTF-8", "C.UTF-8", "C"] {
                let mut command = Account::command(account, &programs.init);
                command.arg("-D").arg(data).args([
                    "-U",
                    "postgres",
                    "-E",
                    "UTF8",
                    "--no-sync",
                    "--no-instructions",
                ]);
                command.args([
                    "--auth-local=trust",
                    "--auth-host=scram-sha-256",
                    "--wal-segsize=4",
                ]);
                command.arg(format!("--locale={locale}"));
                result = run(command);
                if !matches!(&result, Err(why) if why.contains("locale")) {
                    break;
                }
            }
            result
        }
        Engine::MySql => {
            let mut command = Account::command(account, &programs.init);
            command.args(["--no-defaults", "--initialize-insecure"]);
            command.args(redo_log(engine));
            run(option(command, "--datadir=", data))
        }
        Engine::MariaDb => {
            let mut command = Account::command(account, &programs.init);
            command.args([
                "--no-defaults",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ]);
            command.args(redo_log(engine));
            run(option(command, "--datadir=", data))
        }
    }
}

fn redo_log(engine: Engine) -> impl Iterator<Item = String> {
    let settings = super::arguments::redo_log(engine).iter();
    settings.flat_map(move |(name, value)| engine.argument(name, Some(value)))
}

fn option(mut command: Command, name: &str, path: &Path) -> Command {
    let mut text = std::ffi::OsString::from(name);
    text.push(path);
    command.arg(text);
    command
}

/// Runs a program to its end. What it said last is the reason if it failed.
fn run(mut command: Command) -> Result<(), String> {
    let program = PathBuf::from(command.get_program());
    let output = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
    let output = output.map_err(|why| format!("cannot run `{}`: {why}", program.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = super::launch::last_lines(&String::from_utf8_lossy(&said));
    Err(format!(
        "making its data directory with `{}` failed ({}):\n{said}",
        program.display(),
        output.status
    ))
}
