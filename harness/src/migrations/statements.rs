//! Where the statements of a SQL script start and end.
//!
//! A database runs a script whole and does not say which statement it refused. This splits the text
//! to find that out afterwards; nothing is ever run because of what it says.

/// One statement of a script, without the blank lines and comments before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement<'s> {
    /// The line that it starts on, from 1.
    pub(crate) line: usize,
    pub(crate) text: &'s str,
}

/// Splits a script at the semicolons that end statements: not those in strings, quoted names,
/// comments or the body of a trigger.
pub(crate) fn statements(script: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut trigger = Trigger::default();
    let mut start = None;
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        let length = token_length(rest);
        let token = &rest[..length];
        let blank = token.trim().is_empty() || token.starts_with("--") || token.starts_with("/*");
        if token == ";" && !trigger.is_open() {
            if let Some(start) = start.take() {
                found.push(statement(script, start, at));
            }
            trigger = Trigger::default();
        } else if !blank {
            start.get_or_insert(at);
            trigger.see(token);
        }
        at += length;
    }
    if let Some(start) = start {
        found.push(statement(script, start, script.len()));
    }
    found
}

fn statement(script: &str, start: usize, end: usize) -> Statement<'_> {
    let line = 1 + script[..start].matches('\n').count();
    Statement {
        line,
        text: script[start..end].trim_end(),
    }
}

/// The bytes of the token that the text starts with; at least one character.
fn token_length(text: &str) -> usize {
    let after = |opening: usize, end: &str| {
        text[opening..]
            .find(end)
            .map_or(text.len(), |found| opening + found + end.len())
    };
    let first = text.chars().next().unwrap_or(' ');
    match first {
        '\'' | '"' | '`' => after(1, &first.to_string()),
        '[' => after(1, "]"),
        '-' if text.starts_with("--") => after(2, "\n"),
        '/' if text.starts_with("/*") => after(2, "*/"),
        _ if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        _ => first.len_utf8(),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Whether the statement is `CREATE TRIGGER`: its body has semicolons of its own and ends with
/// `; END`, which is how SQLite's `sqlite3_complete` finds its end too.
#[derive(Debug, Default)]
struct Trigger {
    words: usize,
    create: bool,
    is_trigger: bool,
    after_semicolon: bool,
    ended: bool,
}

impl Trigger {
    fn see(&mut self, token: &str) {
        if self.is_trigger {
            self.ended = self.after_semicolon && token.eq_ignore_ascii_case("end");
            self.after_semicolon = token == ";";
            return;
        }
        let is = |word: &str| token.eq_ignore_ascii_case(word);
        match self.words {
            0 => self.create = is("create"),
            1 | 2 if self.create && is("trigger") => self.is_trigger = true,
            1 if is("temp") || is("temporary") => {}
            _ => self.create = false,
        }
        self.words += 1;
    }

    fn is_open(&self) -> bool {
        self.is_trigger && !self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Vec<(usize, &str)> {
        statements(script)
            .iter()
            .map(|s| (s.line, s.text))
            .collect()
    }

    #[test]
    fn each_statement_has_its_line() {
        let script = "-- first\nCREATE TABLE a (x);\n\n  CREATE TABLE b (\n  y\n);\nSELECT 1";
        assert_eq!(
            split(script),
            [
                (2, "CREATE TABLE a (x)"),
                (4, "CREATE TABLE b (\n  y\n)"),
                (7, "SELECT 1")
            ]
        );
    }

    #[test]
    fn semicolons_in_strings_names_and_comments_end_nothing() {
        let script =
            "INSERT INTO a VALUES ('x;''y', \"q;\"); /* ; */ SELECT [a;b], `c;d` -- ;\n FROM t;";
        assert_eq!(
            split(script),
            [
                (1, "INSERT INTO a VALUES ('x;''y', \"q;\")"),
                (1, "SELECT [a;b], `c;d` -- ;\n FROM t"),
            ]
        );
    }

    #[test]
    fn the_body_of_a_trigger_is_part_of_it() {
        let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n UPDATE a SET x = CASE WHEN 1 THEN 2 \
                       END; DELETE FROM b;\nEND";
        let script = format!("{trigger};\nSELECT 1;");
        assert_eq!(split(&script), [(1, trigger), (4, "SELECT 1")]);
    }

    #[test]
    fn an_open_string_or_comment_reaches_to_the_end() {
        assert_eq!(split("SELECT 'a; b"), [(1, "SELECT 'a; b")]);
        assert_eq!(split("SELECT 1; /* b; "), [(1, "SELECT 1")]);
    }

    #[test]
    fn blank_statements_are_none() {
        assert_eq!(split(" ;; -- x\n ; "), []);
    }
}
