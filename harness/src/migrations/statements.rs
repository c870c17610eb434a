//! Where the statements of a SQL script start and end.
//!
//! A database runs a script whole and does not say which statement it refused. This splits the text
//! to find that out afterwards; nothing is ever run because of what it says.

mod body;
mod token;

use testudo_sql::Dialect;

use body::Body;
use token::Token;

/// One statement of a script, without the blank lines and comments before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement<'s> {
    /// The line that it starts on, from 1.
    pub(crate) line: usize,
    pub(crate) text: &'s str,
}

/// Splits a script at the semicolons that end statements: not those in strings, quoted names,
/// comments or the body of a trigger or routine.
pub(crate) fn statements(script: &str, dialect: Dialect) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut body = Body::new(dialect);
    let mut start = None;
    let mut at = 0;
    while at < script.len() {
        let (length, token) = token::first(&script[at..], dialect);
        if token == Token::Semicolon && !body.is_open() {
            if let Some(start) = start.take() {
                found.push(statement(script, start, at));
            }
            body = Body::new(dialect);
        } else if token != Token::Blank {
            start.get_or_insert(at);
            body.see(&script[at..at + length]);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Vec<(usize, &str)> {
        split_in(Dialect::Sqlite, script)
    }

    fn split_in(dialect: Dialect, script: &str) -> Vec<(usize, &str)> {
        statements(script, dialect)
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

    /// The statements of a script that ends with `SELECT 1`.
    fn count(dialect: Dialect, script: &str) -> usize {
        let found = split_in(dialect, script);
        assert_eq!(
            found.last().map(|(_, text)| *text),
            Some("SELECT 1"),
            "{found:?}"
        );
        found.len()
    }

    #[test]
    fn dollar_quotes_and_escapes_of_postgres_hold_semicolons() {
        let script = "CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN a; $$b;$$ END; $body$ LANGUAGE plpgsql;
            CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f();
            SELECT E'it\\'s; one', 'a\\', \"x;y\", ARRAY['[;'], $1; /* a /* nested; */ one; */ DO $$ x; $$; SELECT 1;";
        assert_eq!(count(Dialect::Postgres, script), 5);
    }

    #[test]
    fn bodies_of_postgres_without_quotes_are_part_of_their_statement() {
        let script = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC
              INSERT INTO t VALUES (CASE WHEN a = 1 THEN 2 END); SELECT a; END;
            CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v);
            BEGIN; COMMIT; SELECT 1";
        assert_eq!(count(Dialect::Postgres, script), 5);
    }

    #[test]
    fn strings_and_comments_of_mysql_are_its_own() {
        let script = "INSERT INTO a VALUES ('it\\'s; one', \"x\\\";y\", `a;b`); # a; comment
            SELECT 5--3; -- another; one
            /*!40101 SET NAMES utf8mb4 */; SELECT 1";
        assert_eq!(count(Dialect::MySql, script), 4);
    }

    #[test]
    fn bodies_of_mysql_are_part_of_their_statement() {
        let script = "CREATE DEFINER = `root`@`%` PROCEDURE p(n INT) BEGIN
              DECLARE done INT DEFAULT 0;
              again: LOOP SET done = CASE n WHEN 1 THEN 2 ELSE 3 END; LEAVE again; END LOOP again;
              IF n > 1 THEN SELECT IF(n, 1, 2); ELSE BEGIN END; END IF;
              CASE n WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE;
            END;
            CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1;
            CREATE TABLE event (begin_at DATE);
            SELECT 1";
        assert_eq!(count(Dialect::MySql, script), 4);
    }
}
