//! Accepting: the gate file with a new baseline, and everything else in it as the user wrote it.

use anyhow::Result;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use super::gate_file::GateFile;
use super::machine::Machine;
use super::ratio::Interval;
use super::rows::Row;

/// The text of the gate file with what was measured as its baseline. What no rule names any more is left
/// out; what a rule names and was not measured now stays.
pub fn accept(gate: &GateFile, rows: &[Row], machine: &Machine) -> Result<String> {
    let mut document: DocumentMut = gate.text.parse()?;
    let mut baseline = Table::new();
    baseline.decor_mut().set_prefix(
        "\n# Written by `cargo testudo bench-gate --accept`: ratios to the reference, and instructions.\n",
    );
    baseline["cpu"] = value(&machine.cpu);
    baseline["rustc"] = value(&machine.rustc);
    for (key, is_time) in [("time", true), ("instructions", false)] {
        let entries = rows.iter().filter(|row| row.reference.is_some() == is_time);
        baseline[key] = list(entries.filter_map(entry));
    }
    document["baseline"] = Item::Table(baseline);
    Ok(document.to_string())
}

fn entry(row: &Row) -> Option<InlineTable> {
    let accepted = row.spread.or(row.before)?;
    let mut entry = InlineTable::new();
    entry.insert("bench", row.bench.as_str().into());
    match &row.reference {
        Some(reference) => {
            entry.insert("reference", reference.as_str().into());
            let Interval { low, point, high } = accepted;
            for (key, ratio) in [("ratio", point), ("low", low), ("high", high)] {
                entry.insert(key, four_digits(ratio).into());
            }
        }
        None => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a count of instructions is a whole number far below 2^53"
            )]
            let count = accepted.point as i64;
            entry.insert("count", count.into());
        }
    }
    Some(entry)
}

/// One entry a line, so that a change shows what changed.
fn list(entries: impl Iterator<Item = InlineTable>) -> Item {
    let mut list = Array::new();
    for entry in entries {
        let mut entry = Value::InlineTable(entry);
        entry.decor_mut().set_prefix("\n    ");
        list.push_formatted(entry);
    }
    list.set_trailing_comma(!list.is_empty());
    list.set_trailing(if list.is_empty() { "" } else { "\n" });
    value(list)
}

/// Four significant digits: beyond them is noise, in a file that is read by people.
fn four_digits(ratio: f64) -> f64 {
    format!("{ratio:.3e}").parse().unwrap_or(ratio)
}

#[cfg(test)]
mod tests {
    use super::four_digits;

    #[test]
    #[expect(clippy::float_cmp, reason = "decimal digits, as they are written")]
    fn ratios_are_written_with_four_digits() {
        assert_eq!(four_digits(12.345_678), 12.35);
        assert_eq!(four_digits(0.123_456), 0.1235);
        assert_eq!(four_digits(12_345.6), 12_350.0);
    }
}
