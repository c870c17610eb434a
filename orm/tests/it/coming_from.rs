//! The features that people know from other ORMs: `docs/coming-from.md` as tests, one for each row.

mod connections;
mod expressions;
mod fields;
mod models;
mod relations;
mod schema;
mod signals;
mod transactions;
mod writing;

use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../docs/coming-from.md");

/// Each section of the guide and the file of its tests.
const SECTIONS: &[(&str, &str)] = &[
    ("Models", include_str!("coming_from/models.rs")),
    ("Fields", include_str!("coming_from/fields.rs")),
    (
        "Lookups and expressions",
        include_str!("coming_from/expressions.rs"),
    ),
    ("Relations", include_str!("coming_from/relations.rs")),
    ("Writing", include_str!("coming_from/writing.rs")),
    ("Transactions", include_str!("coming_from/transactions.rs")),
    ("Signals", include_str!("coming_from/signals.rs")),
    ("Connections", include_str!("coming_from/connections.rs")),
    ("Schema", include_str!("coming_from/schema.rs")),
];

#[test]
fn every_row_of_the_guide_has_a_test_of_its_name() {
    for &(section, tests) in SECTIONS {
        let rows: BTreeSet<String> = rows(section).map(test_name).collect();
        let tests: BTreeSet<String> = tests_in(tests).map(str::to_owned).collect();
        let missing: Vec<_> = rows.difference(&tests).collect();
        assert!(
            missing.is_empty(),
            "rows of {section} without a test: {missing:?}"
        );
        let rest: Vec<_> = tests.difference(&rows).collect();
        assert!(
            rest.is_empty(),
            "tests without a row in {section}: {rest:?}"
        );
        assert!(!rows.is_empty(), "{section} has no rows");
    }
}

#[test]
fn every_section_of_the_guide_has_tests() {
    let headings = GUIDE.lines().filter_map(|line| line.strip_prefix("## "));
    let tested: Vec<&str> = SECTIONS.iter().map(|(section, _)| *section).collect();
    assert_eq!(headings.collect::<Vec<_>>(), tested);
}

/// What the rows of a section are called.
fn rows(section: &str) -> impl Iterator<Item = &'static str> {
    let heading = format!("## {section}");
    let rest = GUIDE
        .lines()
        .skip_while(move |line| *line != heading)
        .skip(1);
    let lines = rest.take_while(|line| !line.starts_with("## "));
    lines.filter_map(|line| {
        let name = line.strip_prefix("| ")?.split('|').next()?.trim();
        (!name.is_empty()).then_some(name)
    })
}

fn test_name(row: &str) -> String {
    let words = row
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// The functions below `#[orm_test..]` or `#[test]`.
fn tests_in(file: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    file.lines().filter_map(move |line| {
        if line.starts_with("#[orm_test") || line.starts_with("#[test]") {
            is_test = true;
        }
        let function = line
            .strip_prefix("async ")
            .unwrap_or(line)
            .strip_prefix("fn ")?;
        std::mem::take(&mut is_test).then(|| function.split('(').next().unwrap_or(function))
    })
}
