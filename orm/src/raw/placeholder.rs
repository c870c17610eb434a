//! Placeholders of hand-written SQL: found outside of literals, quoted names and comments, and written
//! as the dialect does.

use std::fmt::Write;

use testudo_sql::{Dialect, Value};

use crate::{Error, Result};

/// A value, and its name if it has one.
pub(super) type Bound = (Option<&'static str>, Value);

/// A part of a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece<'s> {
    /// As it stands.
    Text(&'s str),
    /// `?`
    Next,
    /// `:name`
    Named(&'s str),
}

/// The statement with the dialect's placeholders, and the values in their order.
pub(super) fn fill<'b>(
    sql: &str,
    binds: &'b [Bound],
    dialect: Dialect,
) -> Result<(String, Vec<&'b Value>)> {
    let (mut text, mut values) = (String::with_capacity(sql.len() + 8), Vec::new());
    let mut next = binds.iter().filter(|(name, _)| name.is_none());
    let mut unused: Vec<&str> = binds.iter().filter_map(|(name, _)| *name).collect();
    for piece in pieces(sql, dialect) {
        let value = match piece {
            Piece::Text(part) => {
                text.push_str(part);
                continue;
            }
            Piece::Next => next
                .next()
                .ok_or_else(|| count_differs(sql, binds, dialect))?,
            Piece::Named(wanted) => {
                unused.retain(|name| *name != wanted);
                let mut found = binds.iter().filter(|(name, _)| *name == Some(wanted));
                match (found.next(), found.next()) {
                    (Some(value), None) => value,
                    (None, _) => {
                        return Err(Error::misuse(format!(
                            "no value is bound as `{wanted}` in `{sql}`; call `bind_as(\"{wanted}\", ..)`"
                        )));
                    }
                    (Some(_), Some(_)) => {
                        return Err(Error::misuse(format!(
                            "several values are bound as `{wanted}` in `{sql}`; bind one"
                        )));
                    }
                }
            }
        };
        values.push(&value.1);
        match dialect {
            // Writing to a `String` does not fail.
            Dialect::Postgres => write!(text, "${}", values.len()).unwrap_or_default(),
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => text.push('?'),
        }
    }
    if next.next().is_some() {
        return Err(count_differs(sql, binds, dialect));
    }
    if let Some(name) = unused.first() {
        return Err(Error::misuse(format!(
            "a value is bound as `{name}`, and `:{name}` is not in `{sql}`"
        )));
    }
    Ok((text, values))
}

fn count_differs(sql: &str, binds: &[Bound], dialect: Dialect) -> Error {
    let wanted = pieces(sql, dialect)
        .filter(|piece| *piece == Piece::Next)
        .count();
    let given = binds.iter().filter(|(name, _)| name.is_none()).count();
    Error::misuse(format!(
        "the number of values bound is {given}, and the number of placeholders `?` is {wanted} in `{sql}`"
    ))
}

fn pieces(sql: &str, dialect: Dialect) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &sql[at..];
        if rest.is_empty() {
            return None;
        }
        let (piece, length) = match placeholder(sql, at, dialect) {
            Some(found) => found,
            None => {
                let length = text(sql, at, dialect);
                (Piece::Text(&rest[..length]), length)
            }
        };
        at += length;
        Some(piece)
    })
}

/// The placeholder at a position, if there is one, and its length.
fn placeholder(sql: &str, at: usize, dialect: Dialect) -> Option<(Piece<'_>, usize)> {
    let rest = &sql[at..];
    if rest.starts_with("??") && dialect == Dialect::Postgres {
        return Some((Piece::Text("?"), 2));
    }
    if rest.starts_with('?') {
        return Some((Piece::Next, 1));
    }
    let name = rest.strip_prefix(':')?;
    // Not `a::text`, and not `list[1:n]`.
    let before = sql[..at].chars().next_back();
    if before.is_some_and(|c| c == ':' || is_word(c)) || !name.starts_with(is_word_start) {
        return None;
    }
    let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
    Some((Piece::Named(name), 1 + name.len()))
}

/// The length of the text from a position up to where a placeholder may stand.
fn text(sql: &str, at: usize, dialect: Dialect) -> usize {
    let mut end = at;
    while end < sql.len() {
        if end > at && placeholder(sql, end, dialect).is_some() {
            break;
        }
        end += token(sql, end, dialect);
    }
    end - at
}

/// The length of the literal, quoted name, comment or character at a position. What is not closed goes
/// on to the end.
fn token(sql: &str, at: usize, dialect: Dialect) -> usize {
    let rest = &sql[at..];
    let is_mysql = match dialect {
        Dialect::Sqlite | Dialect::Postgres => false,
        Dialect::MySql | Dialect::MariaDb => true,
    };
    let is_postgres = dialect == Dialect::Postgres;
    let line = || rest.find('\n').unwrap_or(rest.len());
    let Some(first) = rest.chars().next() else {
        return 0;
    };
    match first {
        '\'' => quoted(
            rest,
            '\'',
            is_mysql || (is_postgres && is_escape_string(&sql[..at])),
        ),
        '"' => quoted(rest, '"', is_mysql),
        '`' if !is_postgres => quoted(rest, '`', false),
        '[' if dialect == Dialect::Sqlite => rest.find(']').map_or(rest.len(), |end| end + 1),
        '$' if is_postgres && !sql[..at].ends_with(is_word) => dollar_quoted(rest),
        '#' if is_mysql => line(),
        // MySQL takes `--1` for minus minus one.
        '-' if rest.starts_with("--")
            && (!is_mysql || !rest[2..].starts_with(|c: char| !c.is_whitespace())) =>
        {
            line()
        }
        '/' if rest.starts_with("/*") => comment(rest, is_postgres),
        other => other.len_utf8(),
    }
}

/// The length of what is in quotes; a quote within is doubled, or follows a backslash where that escapes.
fn quoted(rest: &str, quote: char, backslash: bool) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslash {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    rest.len()
}

/// Whether a literal that begins behind this text is one of Postgres's `E'..'`.
fn is_escape_string(before: &str) -> bool {
    let word = before.strip_suffix(['e', 'E']);
    word.is_some_and(|before| !before.ends_with(is_word))
}

/// The length of `$tag$ .. $tag$`, or of the dollar sign alone.
fn dollar_quoted(rest: &str) -> usize {
    let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
    let is_tag = |tag: &&str| {
        let name = &tag[1..tag.len() - 1];
        name.chars().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let Some(tag) = tag.filter(is_tag) else {
        return 1;
    };
    rest[tag.len()..]
        .find(tag)
        .map_or(rest.len(), |end| end + 2 * tag.len())
}

/// The length of a comment, in which others may be nested.
fn comment(rest: &str, nested: bool) -> usize {
    let (mut depth, mut at) = (1, 2);
    while depth > 0 {
        let Some(next) = rest[at..].find(['*', '/']) else {
            return rest.len();
        };
        at += next;
        let here = &rest[at..];
        if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else if here.starts_with("/*") && nested {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    at
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(sql: &'static str, dialect: Dialect) -> String {
        let one = || (None, Value::I64(1));
        let wanted = pieces(sql, dialect).filter(|piece| *piece == Piece::Next);
        let binds: Vec<Bound> = wanted.map(|_| one()).collect();
        fill(sql, &binds, dialect).unwrap().0
    }

    #[test]
    fn a_question_mark_becomes_the_placeholder_of_the_dialect() {
        let sql = "SELECT ?, ? FROM t WHERE a = ?";
        assert_eq!(
            filled(sql, Dialect::Postgres),
            "SELECT $1, $2 FROM t WHERE a = $3"
        );
        assert_eq!(filled(sql, Dialect::Sqlite), sql);
    }

    #[test]
    fn what_is_quoted_or_a_comment_is_left_alone_on_every_dialect() {
        for dialect in Dialect::ALL {
            for text in [
                "'a?'",
                "'it''s ?'",
                "\"a?\"",
                "\"a\"\"?\"",
                "-- ?\n",
                "/* ? */",
            ] {
                let sql: &'static str = format!("SELECT {text}, ?").leak();
                let expected = match dialect {
                    Dialect::Postgres => format!("SELECT {text}, $1"),
                    _ => sql.to_owned(),
                };
                assert_eq!(filled(sql, dialect), expected, "{dialect}");
            }
        }
    }

    #[test]
    fn each_dialect_has_quotes_of_its_own() {
        let count = |sql, dialect| pieces(sql, dialect).filter(|p| *p == Piece::Next).count();
        assert_eq!(count(r"'\' || ?", Dialect::Sqlite), 1);
        assert_eq!(count(r"'\' || ?'", Dialect::MySql), 0);
        assert_eq!(count(r"E'\' || ?'", Dialect::Postgres), 0);
        assert_eq!(count(r"'\' || ?", Dialect::Postgres), 1);
        assert_eq!(count("`a?` + ?", Dialect::MySql), 1);
        assert_eq!(count("[a?] + ?", Dialect::Sqlite), 1);
        assert_eq!(count("a[?]", Dialect::Postgres), 1);
        assert_eq!(count("$$ ? $$, $a$ ? $$ ? $a$, ?", Dialect::Postgres), 1);
        assert_eq!(count("/* /* ? */ ? */ ?", Dialect::Postgres), 1);
        assert_eq!(count("/* /* ? */ ?", Dialect::Sqlite), 1);
        assert_eq!(count("# ?\n ?", Dialect::MariaDb), 1);
        assert_eq!(count("--?", Dialect::MySql), 1);
        assert_eq!(count("--?", Dialect::Postgres), 0);
        assert_eq!(filled("a ?? 'b'", Dialect::Postgres), "a ? 'b'");
    }

    #[test]
    fn a_name_is_neither_a_cast_nor_a_slice() {
        let names = |sql| {
            let name = |piece| match piece {
                Piece::Named(name) => Some(name),
                Piece::Text(_) | Piece::Next => None,
            };
            pieces(sql, Dialect::Postgres)
                .filter_map(name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names("a::text = :a AND b[1:n] = :b_1 AND c = ':c'"),
            ["a", "b_1"]
        );
    }

    #[test]
    fn what_is_not_closed_goes_on_to_the_end() {
        for sql in ["'?", "\"?", "/* ?", "-- ?"] {
            assert_eq!(filled(sql, Dialect::Sqlite), sql);
        }
    }

    #[test]
    fn values_and_placeholders_have_to_match() {
        let error = |sql, binds: &[Bound]| {
            fill(sql, binds, Dialect::Sqlite)
                .map(|_| ())
                .unwrap_err()
                .to_string()
        };
        let (one, named) = ((None, Value::I64(1)), (Some("a"), Value::I64(1)));
        assert_eq!(
            error("SELECT ?, ?", std::slice::from_ref(&one)),
            "the number of values bound is 1, and the number of placeholders `?` is 2 in `SELECT ?, ?`"
        );
        assert_eq!(
            error("SELECT 1", &[one]),
            "the number of values bound is 1, and the number of placeholders `?` is 0 in `SELECT 1`"
        );
        assert_eq!(
            error("SELECT :b", std::slice::from_ref(&named)),
            "no value is bound as `b` in `SELECT :b`; call `bind_as(\"b\", ..)`"
        );
        assert_eq!(
            error("SELECT 1", std::slice::from_ref(&named)),
            "a value is bound as `a`, and `:a` is not in `SELECT 1`"
        );
        assert_eq!(
            error("SELECT :a", &[named.clone(), named]),
            "several values are bound as `a` in `SELECT :a`; bind one"
        );
    }
}
