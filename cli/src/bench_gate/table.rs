//! The rows as a table for people, in a terminal or as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use comfy_table::presets::{ASCII_MARKDOWN, NOTHING};
use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle};

use super::judge::{self, Verdict};
use super::ratio::Interval;
use super::rows::Row;
use super::{Measured, Outcome};

/// The table as a terminal shows it.
pub fn terminal(rows: &[Row]) -> String {
    let mut text = table(rows, NOTHING, str::to_owned).trim_fmt();
    text.push('\n');
    text
}

/// The table and the summary as a comment on a pull request shows them.
pub fn markdown(rows: &[Row], summary: &str) -> String {
    let escaped = |text: &str| text.replace('|', "\\|");
    format!("{}\n\n{summary}\n", table(rows, ASCII_MARKDOWN, escaped))
}

fn table(rows: &[Row], style: TableStyle, escaped: fn(&str) -> String) -> Table {
    let mut table = Table::new();
    table
        .load_style(style)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "bench",
            "measured by",
            "baseline",
            "now",
            "change (99 %)",
            "verdict",
        ]);
    for row in rows {
        let unit = row.reference.as_deref().unwrap_or("instructions");
        let show = |interval: Option<Interval>| match (interval, &row.reference) {
            (None, _) => "-".to_owned(),
            (Some(value), Some(_)) => format!("{:.2} x", value.point),
            (Some(value), None) => format!("{:.0}", value.point),
        };
        table.add_row([
            escaped(&row.bench),
            escaped(unit),
            show(row.before),
            show(row.now),
            change(row),
            row.verdict.name().to_owned(),
        ]);
    }
    for column in 2..=4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn change(row: &Row) -> String {
    let (Some(before), Some(now)) = (row.before, row.now) else {
        return "-".to_owned();
    };
    let change = judge::change(before, now);
    let percent = |part: f64| part * 100.0;
    let mut text = format!("{:+.1} %", percent(change.point));
    if row.reference.is_some() {
        let _ = write!(
            text,
            " ({:+.1} to {:+.1})",
            percent(change.low),
            percent(change.high)
        );
    }
    text
}

/// What the table comes to, and what to do.
pub fn summary(measured: &Measured, outcome: Outcome, accepted: bool, gate_file: &Path) -> String {
    let rows = &measured.rows;
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.verdict).or_default() += 1;
    }
    let counted: Vec<String> = counts
        .iter()
        .map(|(verdict, count)| format!("{count} {}", verdict.name()))
        .collect();
    let runs = match measured.runs {
        1 => "one run".to_owned(),
        runs => format!("{runs} runs"),
    };
    let said = match (outcome, accepted) {
        (Outcome::Failed, _) => "FAILED",
        (Outcome::Passed, true) => "accepted",
        (Outcome::Passed, false) => "passed",
    };
    let mut text = format!("bench-gate: {said} after {runs}: {}\n", counted.join(", "));
    let mut advise = |advice: &str| {
        let _ = writeln!(text, "  {advice}");
    };
    if accepted {
        advise(&format!(
            "the baseline is written to {}",
            gate_file.display()
        ));
        return text;
    }
    let has = |verdict: Verdict| counts.contains_key(&verdict);
    if has(Verdict::Slower) {
        advise("a slowdown that is meant is accepted by `--accept`");
    }
    if has(Verdict::New) {
        advise("what is new is judged once it is in the baseline, by `--accept`");
    }
    if has(Verdict::Missing) {
        advise("the baseline has benches that did not run");
        let counted = |row: &Row| row.verdict == Verdict::Missing && row.reference.is_none();
        if rows.iter().any(counted) {
            advise(
                "instructions are counted where valgrind and gungraun-runner are installed; `--without-instructions` judges times alone",
            );
        }
    }
    if has(Verdict::NotComparable) {
        advise(
            "the baseline comes from another CPU (times) or compiler (instructions): take one here by `--accept`, or compare all the same by `--any-machine`",
        );
    }
    text
}
