//! The results of one run of all benches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use super::criterion::{self, Times};
use super::instructions::{self, Instructions};
use super::options::{Options, Places};

/// What one run measured, by the ids of benches.
#[derive(Debug, Default)]
pub struct Results {
    pub times: BTreeMap<String, Times>,
    pub instructions: BTreeMap<String, Instructions>,
}

/// Two benches whose results were written further apart are not of one run.
const ONE_RUN: Duration = Duration::from_secs(60 * 60);

/// File systems stamp files by a clock that lags behind the system's by some milliseconds.
const COARSENESS: Duration = Duration::from_millis(50);

impl Results {
    /// Runs the command, if there is one, and reads what was written; results from before it began do
    /// not count.
    pub fn of_run(options: &Options, places: &Places) -> Result<Results> {
        let began = match options.command.as_slice() {
            [] => None,
            [program, arguments @ ..] => {
                let began = SystemTime::now() - COARSENESS;
                bench(program, arguments)?;
                Some(began)
            }
        };
        let fresh = |written: SystemTime| began.is_none_or(|began| written >= began);
        let mut results = Results {
            times: criterion::read(&places.criterion)?,
            instructions: instructions::read(&places.gungraun)?,
        };
        results.times.retain(|_, times| fresh(times.written));
        results.instructions.retain(|_, count| fresh(count.written));
        Ok(results)
    }

    /// The samples of a bench and of its reference.
    ///
    /// # Errors
    /// When the reference was not measured, or in another run.
    pub fn pair(&self, bench: &str, reference: &str) -> Result<Option<(&Times, &Times)>> {
        let Some(times) = self.times.get(bench) else {
            return Ok(None);
        };
        let Some(other) = self.times.get(reference) else {
            bail!("`{bench}` was measured, but its reference `{reference}` was not");
        };
        let apart = times
            .written
            .duration_since(other.written)
            .unwrap_or_else(|earlier| earlier.duration());
        if apart > ONE_RUN {
            bail!(
                "`{bench}` and its reference `{reference}` were measured {} minutes apart; measure both in one run",
                apart.as_secs() / 60
            );
        }
        Ok(Some((times, other)))
    }
}

fn bench(program: &str, arguments: &[String]) -> Result<()> {
    let shown = || {
        let words = std::iter::once(program).chain(arguments.iter().map(String::as_str));
        words.collect::<Vec<_>>().join(" ")
    };
    let status = Command::new(program)
        .args(arguments)
        // Gungraun writes what is read here only if it is asked to.
        .env("GUNGRAUN_SAVE_SUMMARY", "json")
        .status()
        .with_context(|| format!("cannot run `{}`", shown()))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown());
    }
    Ok(())
}

/// The folders in a folder, by name; none if it is not there.
pub fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for entry in folder.read_dir()? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        folders.sort_unstable();
        Ok(folders)
    };
    match list() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.with_context(|| format!("cannot read the folder {}", folder.display())),
    }
}
