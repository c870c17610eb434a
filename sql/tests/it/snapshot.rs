//! Prints a statement in all dialects, equal texts folded together.

use testudo_sql::{Compiled, Delete, Dialect, Error, Insert, Select, Update};

/// A statement that compiles.
pub trait Statement {
    fn compile_for(&self, dialect: Dialect) -> Result<Compiled<'_>, Error>;
}

macro_rules! statements {
    ($($name:ident),*) => {$(
        impl Statement for $name {
            fn compile_for(&self, dialect: Dialect) -> Result<Compiled<'_>, Error> {
                self.compile(dialect)
            }
        }
    )*};
}

statements!(Select, Insert, Update, Delete);

/// `SQLite, MySQL: SELECT ..`, one line for each text that differs. A text for all has no name.
///
/// Placeholders and quotes differ everywhere, so they are made alike before texts are compared: a
/// line shows `?` and `"` when it stands for several dialects.
pub fn side_by_side(of: impl Fn(Dialect) -> Result<String, Error>) -> String {
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
            '$' if chars.peek().is_some_and(char::is_ascii_digit) => {
                out.push('?');
                while chars.next_if(char::is_ascii_digit).is_some() {}
            }
            c => out.push(c),
        }
    }
    out
}

/// The SQL of a statement in all dialects.
pub fn sql(statement: &impl Statement) -> String {
    side_by_side(|dialect| statement.compile_for(dialect).map(|compiled| compiled.sql))
}

/// The SQL for one dialect.
pub fn sql_for(dialect: Dialect, statement: &impl Statement) -> String {
    statement
        .compile_for(dialect)
        .map_or_else(|error| format!("error: {error}"), |compiled| compiled.sql)
}

/// The error that every dialect gives for the statement.
pub fn error(statement: &impl Statement) -> String {
    let mut errors: Vec<_> = Dialect::ALL
        .into_iter()
        .map(|dialect| {
            statement
                .compile_for(dialect)
                .expect_err("must not compile")
        })
        .map(|error| {
            assert!(error.is_malformed());
            error.to_string()
        })
        .collect();
    errors.dedup();
    errors.join("\n")
}
