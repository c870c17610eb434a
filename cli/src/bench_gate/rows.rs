//! Results, rules and baseline joined: a row for each bench that a rule names.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::Outcome;
use super::gate_file::GateFile;
use super::judge::{Bounds, Verdict, judge};
use super::machine::Machine;
use super::ratio::{Interval, ratio};
use super::results::Results;

/// A bench and what became of it.
#[derive(Debug)]
pub struct Row {
    pub bench: String,
    /// What its time is divided by. Instructions have none.
    pub reference: Option<String>,
    pub before: Option<Interval>,
    /// The run with the lowest ratio: what is slower in truth is slower in every run.
    pub now: Option<Interval>,
    /// All runs together.
    pub spread: Option<Interval>,
    pub verdict: Verdict,
    bounds: Bounds,
}

impl Row {
    /// Whether a further run may change the verdict. Instructions are counted, not estimated.
    pub fn deserves_another_run(&self) -> bool {
        let open = [Verdict::Slower, Verdict::OverLimit, Verdict::Noise];
        self.reference.is_some() && open.contains(&self.verdict)
    }

    fn new(
        bench: &str,
        reference: Option<String>,
        before: Option<Interval>,
        bounds: Bounds,
    ) -> Row {
        Row {
            bench: bench.to_owned(),
            reference,
            before,
            now: None,
            spread: None,
            verdict: Verdict::Missing,
            bounds,
        }
    }

    fn measured(mut self, runs: &[Interval]) -> Row {
        let point = |a: &&Interval, b: &&Interval| a.point.total_cmp(&b.point);
        self.now = runs.iter().min_by(point).copied();
        self.spread = self.now.map(|_| {
            let mut sorted: Vec<&Interval> = runs.iter().collect();
            sorted.sort_by(point);
            Interval {
                low: runs.iter().map(|run| run.low).fold(f64::INFINITY, f64::min),
                point: sorted[sorted.len() / 2].point,
                high: runs.iter().map(|run| run.high).fold(0.0, f64::max),
            }
        });
        self
    }
}

/// A row for each bench that a rule names and that was measured or is in the baseline.
///
/// # Errors
/// When two rules judge the same, or the reference of a bench was not measured with it.
pub fn rows(gate: &GateFile, runs: &[Results], without_instructions: bool) -> Result<Vec<Row>> {
    let mut rows = times(gate, runs)?;
    if !without_instructions {
        rows.extend(instructions(gate, runs));
    }
    let mut seen = BTreeSet::new();
    for row in &rows {
        if !seen.insert((&row.bench, &row.reference)) {
            bail!(
                "two rules of the gate file judge `{}` against the same",
                row.bench
            );
        }
    }
    Ok(rows)
}

fn times(gate: &GateFile, runs: &[Results]) -> Result<Vec<Row>> {
    let accepted = gate.baseline.iter().flat_map(|baseline| &baseline.time);
    let measured = runs.iter().flat_map(|run| run.times.keys());
    let benches: BTreeSet<&String> = accepted.map(|entry| &entry.bench).chain(measured).collect();
    let mut rows = Vec::new();
    for rule in &gate.time {
        for &bench in &benches {
            let Some(reference) = rule.reference.filled_from(&rule.bench, bench) else {
                continue;
            };
            let before = gate.time(bench, &reference);
            let mut intervals = Vec::new();
            for run in runs {
                if let Some((times, other)) = run.pair(bench, &reference)? {
                    intervals.push(ratio(&times.per_iteration, &other.per_iteration));
                }
            }
            // Accepted under another rule, against another reference.
            if before.is_none() && intervals.is_empty() {
                continue;
            }
            let bounds = Bounds {
                minimum_effect: rule.minimum_effect,
                at_most: rule.at_most,
            };
            rows.push(Row::new(bench, Some(reference), before, bounds).measured(&intervals));
        }
    }
    Ok(rows)
}

fn instructions(gate: &GateFile, runs: &[Results]) -> Vec<Row> {
    let accepted = gate
        .baseline
        .iter()
        .flat_map(|baseline| &baseline.instructions);
    let measured = runs.iter().flat_map(|run| run.instructions.keys());
    let benches: BTreeSet<&String> = accepted.map(|entry| &entry.bench).chain(measured).collect();
    let mut rows = Vec::new();
    for rule in &gate.instructions {
        for &bench in benches.iter().filter(|bench| rule.bench.matches(bench)) {
            let counts = runs.iter().filter_map(|run| run.instructions.get(bench));
            let counts: Vec<Interval> =
                counts.map(|found| Interval::exactly(found.count)).collect();
            let bounds = Bounds {
                minimum_effect: rule.minimum_effect,
                at_most: None,
            };
            rows.push(Row::new(bench, None, gate.instructions(bench), bounds).measured(&counts));
        }
    }
    rows
}

/// The rows with their verdicts.
pub fn judged(
    mut rows: Vec<Row>,
    gate: &GateFile,
    machine: &Machine,
    any_machine: bool,
) -> Vec<Row> {
    let times = any_machine || gate.other_cpu(machine).is_none();
    let counts = any_machine || gate.other_compiler(machine).is_none();
    for row in &mut rows {
        let comparable = if row.reference.is_some() {
            times
        } else {
            counts
        };
        row.verdict = judge(row.before, row.now, row.bounds, comparable);
    }
    rows
}

/// What the gate says of the rows.
pub fn outcome(rows: &[Row]) -> Outcome {
    fails(rows, Verdict::fails)
}

/// A baseline may be accepted that is slower than the last, but not one beyond a limit.
pub fn outcome_of_accepting(rows: &[Row]) -> Outcome {
    fails(rows, |verdict| verdict == Verdict::OverLimit)
}

fn fails(rows: &[Row], fails: impl Fn(Verdict) -> bool) -> Outcome {
    if rows.iter().any(|row| fails(row.verdict)) {
        Outcome::Failed
    } else {
        Outcome::Passed
    }
}
