//! The SQL of a query in all dialects, equal texts folded together, for snapshots.

use std::fmt::Display;

use testudo_orm::sql::Dialect;

/// `SQLite, MySQL: SELECT ..`, one line for each text that differs; a text for all has no name.
///
/// Placeholders and quotes differ everywhere, so a line that stands for several dialects shows `?` and `"`.
pub fn sql_of<E: Display>(of: impl Fn(Dialect) -> Result<String, E>) -> String {
    let mut lines: Vec<(Vec<Dialect>, String, String)> = Vec::new();
    for dialect in Dialect::ALL {
        let text = of(dialect).unwrap_or_else(|error| format!("error: {error}"));
        let folded = fold(&text);
        match lines.iter_mut().find(|(_, _, known)| *known == folded) {
            Some((dialects, shown, known)) => {
                dialects.push(dialect);
                shown.clone_from(known);
            }
            None => lines.push((vec![dialect], text, folded)),
        }
    }
    if let [(dialects, _, folded)] = lines.as_slice()
        && dialects.len() == Dialect::ALL.len()
    {
        return folded.clone();
    }
    let line = |(dialects, shown, _): &(Vec<Dialect>, String, String)| {
        let names: Vec<_> = dialects.iter().map(|dialect| dialect.name()).collect();
        format!("{}: {shown}", names.join(", "))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Placeholders as `?`, quotes as `"`.
fn fold(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => out.push('"'),
            '$' => {
                out.push('?');
                while chars.next_if(char::is_ascii_digit).is_some() {}
            }
            c => out.push(c),
        }
    }
    out
}
