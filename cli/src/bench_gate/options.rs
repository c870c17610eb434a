//! What the user may ask for, and where the files are.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

/// Fails a change that made benches slower.
///
/// Compares criterion's results, and gungraun's instruction counts, with the baseline in the gate file. A time is
/// judged as a ratio to a reference bench of the same run, and counts as slower only if its whole 99 % interval lies
/// beyond the baseline's by the minimum effect, in every run. Ends with 0 if nothing is slower, 1 if something is or
/// was not measured, 2 if it could not judge.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// Rules and baseline [default: benches/gate.toml in the workspace]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Make what was measured the new baseline, in place of judging it by the old one
    #[arg(long)]
    pub accept: bool,

    /// Runs of the command, at most, until a slowdown is believed, and exactly for --accept
    #[arg(long, default_value = "3", value_name = "N")]
    pub runs: NonZeroUsize,

    /// Also append the table to this file, as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,

    /// Judge times alone, where there is no valgrind
    #[arg(long)]
    pub without_instructions: bool,

    /// Judge by a baseline that was taken on another CPU or with another compiler
    #[arg(long)]
    pub any_machine: bool,

    /// Criterion's results [default: $CRITERION_HOME, or criterion in the target directory]
    #[arg(long, value_name = "DIR")]
    pub criterion: Option<PathBuf>,

    /// Gungraun's results [default: $GUNGRAUN_HOME, or gungraun in the target directory]
    #[arg(long, value_name = "DIR")]
    pub gungraun: Option<PathBuf>,

    /// What runs the benches; without it, the results that are there are judged
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

const AFTER: &str = "\
Example:
  cargo testudo bench-gate --accept -- cargo bench    take a baseline, and commit it
  cargo testudo bench-gate -- cargo bench             judge a change by it";

/// Where the files are.
#[derive(Debug)]
pub struct Places {
    pub gate_file: PathBuf,
    pub criterion: PathBuf,
    pub gungraun: PathBuf,
}

impl Places {
    pub fn find(options: &Options) -> Result<Places> {
        let chosen = |option: &Option<PathBuf>, variable: &str| {
            option
                .clone()
                .or_else(|| std::env::var_os(variable).map(PathBuf::from))
        };
        let criterion = chosen(&options.criterion, "CRITERION_HOME");
        let gungraun = chosen(&options.gungraun, "GUNGRAUN_HOME");
        if let (Some(gate_file), Some(criterion), Some(gungraun)) =
            (&options.file, &criterion, &gungraun)
        {
            return Ok(Places {
                gate_file: gate_file.clone(),
                criterion: criterion.clone(),
                gungraun: gungraun.clone(),
            });
        }
        let workspace = Workspace::of_cargo()?;
        Ok(Places {
            gate_file: options
                .file
                .clone()
                .unwrap_or_else(|| workspace.root.join("benches/gate.toml")),
            criterion: criterion.unwrap_or_else(|| workspace.target.join("criterion")),
            gungraun: gungraun.unwrap_or_else(|| workspace.target.join("gungraun")),
        })
    }
}

struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// As criterion and gungraun themselves ask for it.
    fn of_cargo() -> Result<Workspace> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .output()
            .context("cannot run `cargo metadata`")?;
        if !output.status.success() {
            bail!(
                "`cargo metadata` failed; is this a folder of a cargo project?\n{}",
                String::from_utf8_lossy(&output.stderr).trim_end()
            );
        }
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .context("cannot read what `cargo metadata` says")?;
        let path = |key: &str| {
            metadata[key]
                .as_str()
                .map(|path| Path::new(path).to_owned())
                .with_context(|| format!("`cargo metadata` does not say `{key}`"))
        };
        Ok(Workspace {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }
}
