//! `bench-gate`: fails a change that made benches slower.
//!
//! Order of events: read the gate file, run the benches if a command was given, read what criterion and
//! gungraun wrote, join results with rules and baseline to rows, judge each row, and run again what looks
//! slower. What noise can do is answered in three places: a bench is measured against a reference of the
//! same run (`criterion`, `ratio`), a change counts only with its whole interval (`judge`), and only if it
//! shows in each of several runs (`rows`).

mod baseline;
mod criterion;
mod gate_file;
mod instructions;
mod judge;
mod machine;
mod options;
mod pattern;
mod ratio;
mod results;
mod rows;
mod table;

use std::io::Write;

use anyhow::{Context, Result, bail};

pub use self::options::Options;

use self::gate_file::GateFile;
use self::machine::Machine;
use self::options::Places;
use self::results::Results;
use self::rows::Row;

/// What the gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
}

/// Runs the command.
///
/// # Errors
/// When the gate file or a result cannot be read, the benches fail, or there is nothing to judge.
pub fn run(options: &Options) -> Result<Outcome> {
    let places = Places::find(options)?;
    let gate = GateFile::read(&places.gate_file)?;
    let machine = Machine::this();
    let measured = measure(options, &places, &gate, &machine)?;
    if measured.rows.is_empty() {
        bail!(
            "no result fits a rule of {}; looked for criterion's results in {} and gungraun's in {}",
            places.gate_file.display(),
            places.criterion.display(),
            places.gungraun.display(),
        );
    }

    let outcome = if options.accept {
        let text = baseline::accept(&gate, &measured.rows, &machine)?;
        std::fs::write(&places.gate_file, text)
            .with_context(|| format!("cannot write {}", places.gate_file.display()))?;
        rows::outcome_of_accepting(&measured.rows)
    } else {
        rows::outcome(&measured.rows)
    };

    let mut out = std::io::stdout().lock();
    out.write_all(table::terminal(&measured.rows).as_bytes())?;
    let summary = table::summary(&measured, outcome, options.accept, &places.gate_file);
    out.write_all(summary.as_bytes())?;
    if let Some(file) = &options.markdown {
        let text = table::markdown(&measured.rows, &summary);
        append(file, &text)?;
    }
    Ok(outcome)
}

/// The judged rows, and how many runs of the benches they come from.
struct Measured {
    rows: Vec<Row>,
    runs: usize,
}

fn measure(
    options: &Options,
    places: &Places,
    gate: &GateFile,
    machine: &Machine,
) -> Result<Measured> {
    let judge = |runs: &[Results]| {
        let rows = rows::rows(gate, runs, options.without_instructions)?;
        Ok::<_, anyhow::Error>(rows::judged(rows, gate, machine, options.any_machine))
    };
    let mut runs = vec![Results::of_run(options, places)?];
    let mut rows = judge(&runs)?;
    // An accepted baseline knows how much unchanged code varies from run to run.
    let enough = |rows: &[Row]| !options.accept && !rows.iter().any(Row::deserves_another_run);
    while !options.command.is_empty() && runs.len() < options.runs.into() && !enough(&rows) {
        runs.push(Results::of_run(options, places)?);
        rows = judge(&runs)?;
    }
    Ok(Measured {
        rows,
        runs: runs.len(),
    })
}

/// Appends, because the file may be the summary of a CI job that others write to as well.
fn append(file: &std::path::Path, text: &str) -> Result<()> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}
