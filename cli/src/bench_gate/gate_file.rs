//! The gate file: which benches are judged, against what, and their baseline.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::machine::Machine;
use super::pattern::Pattern;
use super::ratio::Interval;

/// A gate file, checked.
#[derive(Debug)]
pub struct GateFile {
    /// The file's own text, with the user's comments.
    pub text: String,
    pub time: Vec<TimeRule>,
    pub instructions: Vec<InstructionsRule>,
    pub baseline: Option<Baseline>,
}

/// Benches of criterion, each against a reference of the same run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TimeRule {
    pub bench: Pattern,
    pub reference: Pattern,
    /// The smallest change that counts: 0.05 is 5 %.
    #[serde(default = "of_times")]
    pub minimum_effect: f64,
    /// The largest ratio to the reference that is allowed, whatever the baseline says.
    pub at_most: Option<f64>,
}

/// Benches of gungraun.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstructionsRule {
    pub bench: Pattern,
    /// The smallest change that counts: 0.01 is 1 %.
    #[serde(default = "of_instructions")]
    pub minimum_effect: f64,
}

/// What was accepted, and what it was measured with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub cpu: String,
    pub rustc: String,
    #[serde(default)]
    pub time: Vec<TimeBaseline>,
    #[serde(default)]
    pub instructions: Vec<InstructionsBaseline>,
}

/// The ratio of a bench to its reference, over all runs that were accepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeBaseline {
    pub bench: String,
    pub reference: String,
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
}

/// The instructions of a bench.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructionsBaseline {
    pub bench: String,
    pub count: u64,
}

/// Several per cent between two runs of the same program are common on a shared machine.
const fn of_times() -> f64 {
    0.05
}

/// Counts of one program differ by what hashing and addresses do to it, which is far below this.
const fn of_instructions() -> f64 {
    0.01
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parsed {
    #[serde(default)]
    time: Vec<TimeRule>,
    #[serde(default)]
    instructions: Vec<InstructionsRule>,
    baseline: Option<Baseline>,
}

const EXAMPLE: &str = "\
[[time]]
bench = \"parse/*/mine\"        # criterion's id; each `*` stands for text without a `/`
reference = \"parse/*/memcpy\"  # a bench of the same run that no change makes slower

[[instructions]]
bench = \"parse_instructions::*\"";

impl GateFile {
    pub fn read(file: &Path) -> Result<GateFile> {
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "there is no gate file {}; write one that says what is judged, for example:\n\n{EXAMPLE}\n\n\
                 then take a baseline by `cargo testudo bench-gate --accept -- cargo bench`",
                file.display()
            ),
            other => other.with_context(|| format!("cannot read {}", file.display()))?,
        };
        GateFile::parse(text).with_context(|| format!("in {}", file.display()))
    }

    fn parse(text: String) -> Result<GateFile> {
        let parsed: Parsed = toml_edit::de::from_str(&text)?;
        if parsed.time.is_empty() && parsed.instructions.is_empty() {
            bail!("it has no rule, so nothing would be judged; for example:\n\n{EXAMPLE}");
        }
        for rule in &parsed.time {
            rule.reference.check_filled_from(&rule.bench)?;
            if rule
                .at_most
                .is_some_and(|most| most.is_nan() || most <= 0.0)
            {
                bail!("`at-most` of `{}` is no ratio above 0", rule.bench.as_str());
            }
        }
        let effects = parsed
            .time
            .iter()
            .map(|rule| (&rule.bench, rule.minimum_effect));
        let counted = parsed.instructions.iter();
        for (bench, effect) in effects.chain(counted.map(|rule| (&rule.bench, rule.minimum_effect)))
        {
            if !(effect > 0.0 && effect < 1.0) {
                bail!(
                    "`minimum-effect` of `{}` is {effect}; it is a part between 0 and 1, such as 0.05 for 5 %",
                    bench.as_str()
                );
            }
        }
        Ok(GateFile {
            text,
            time: parsed.time,
            instructions: parsed.instructions,
            baseline: parsed.baseline,
        })
    }

    /// The accepted ratio of a bench to its reference.
    pub fn time(&self, bench: &str, reference: &str) -> Option<Interval> {
        let mut entries = self.baseline.iter().flat_map(|baseline| &baseline.time);
        let entry = entries.find(|entry| entry.bench == bench && entry.reference == reference)?;
        Some(Interval {
            low: entry.low,
            point: entry.ratio,
            high: entry.high,
        })
    }

    /// The accepted instructions of a bench.
    pub fn instructions(&self, bench: &str) -> Option<Interval> {
        let mut entries = self
            .baseline
            .iter()
            .flat_map(|baseline| &baseline.instructions);
        let entry = entries.find(|entry| entry.bench == bench)?;
        Some(Interval::exactly(entry.count))
    }

    /// Why times cannot be compared with the baseline on this machine.
    pub fn other_cpu(&self, machine: &Machine) -> Option<String> {
        let baseline = self.baseline.as_ref()?;
        (baseline.cpu != machine.cpu).then(|| {
            format!(
                "times: taken on `{}`, this is `{}`",
                baseline.cpu, machine.cpu
            )
        })
    }

    /// Why instructions cannot be compared with the baseline on this machine.
    pub fn other_compiler(&self, machine: &Machine) -> Option<String> {
        let baseline = self.baseline.as_ref()?;
        (baseline.rustc != machine.rustc).then(|| {
            format!(
                "instructions: counted with `{}`, this is `{}`",
                baseline.rustc, machine.rustc
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::GateFile;

    fn error(text: &str) -> String {
        format!(
            "{:#}",
            GateFile::parse(text.to_owned()).expect_err("a mistake")
        )
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        let error = error("[[time]]\nbench = \"a\"\nreferense = \"b\"\n");
        assert!(error.contains("line 3, column 1"), "{error}");
        assert!(error.contains("referense"), "{error}");
    }

    #[test]
    fn a_file_without_rules_shows_how_to_write_one() {
        assert!(error("").contains("[[time]]"));
    }

    #[test]
    fn per_cent_in_place_of_a_part_is_refused() {
        let error = error("[[instructions]]\nbench = \"a\"\nminimum-effect = 5.0\n");
        assert!(error.contains("0.05 for 5 %"), "{error}");
    }

    #[test]
    fn a_limit_has_to_be_a_ratio() {
        let error = error("[[time]]\nbench = \"a\"\nreference = \"b\"\nat-most = -1.0\n");
        assert!(error.contains("at-most"), "{error}");
    }
}
