//! The tokens of a script: only as many kinds as it takes to find the ends of statements.

use testudo_sql::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// White space or a comment.
    Blank,
    Semicolon,
    /// A word, a string, a quoted name, or one other character.
    Other,
}

/// The bytes of the token that the text starts with, at least one character, and its kind.
pub(super) fn first(text: &str, dialect: Dialect) -> (usize, Token) {
    if let Some(length) = comment(text, dialect) {
        return (length, Token::Blank);
    }
    let first = text.chars().next().unwrap_or(' ');
    match first {
        ';' => (1, Token::Semicolon),
        _ if first.is_whitespace() => (first.len_utf8(), Token::Blank),
        _ => (length(text, first, dialect), Token::Other),
    }
}

fn comment(text: &str, dialect: Dialect) -> Option<usize> {
    let line = || text.find('\n').map_or(text.len(), |end| end + 1);
    let of_mysql = is_mysql(dialect);
    if let Some(rest) = text.strip_prefix("--") {
        // MySQL reads `5--3` as 5 minus -3.
        let is_comment = !of_mysql || !rest.starts_with(|c: char| !c.is_whitespace());
        return is_comment.then(line);
    }
    if text.starts_with('#') && of_mysql {
        return Some(line());
    }
    // What stands in `/*! .. */` is run.
    if !text.starts_with("/*")
        || (of_mysql && (text.starts_with("/*!") || text.starts_with("/*M!")))
    {
        return None;
    }
    Some(block_comment(text, dialect == Dialect::Postgres))
}

fn block_comment(text: &str, nests: bool) -> usize {
    let (mut depth, mut at) = (1, 2);
    while let Some(found) = text[at..].find(['*', '/']) {
        at += found;
        if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else if nests && text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    text.len()
}

fn length(text: &str, first: char, dialect: Dialect) -> usize {
    let of_mysql = is_mysql(dialect);
    match first {
        '\'' | '"' => string(text, first, of_mysql),
        '`' if dialect != Dialect::Postgres => string(text, first, false),
        '[' if dialect == Dialect::Sqlite => after(text, 1, "]"),
        '/' if text.starts_with("/*") => after(text, 2, "*/"),
        'e' | 'E' if dialect == Dialect::Postgres && text[1..].starts_with('\'') => {
            1 + string(&text[1..], '\'', true)
        }
        '$' if dialect == Dialect::Postgres => match dollar_quote(text) {
            Some(quote) => after(text, quote.len(), quote),
            None => 1,
        },
        _ if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        _ => first.len_utf8(),
    }
}

/// A string; a doubled quote in it looks like two strings, which comes to the same.
fn string(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return at + 1;
        }
        if escapes && c == '\\' {
            chars.next();
        }
    }
    text.len()
}

/// `$$` or `$tag$`.
fn dollar_quote(text: &str) -> Option<&str> {
    let end = text[1..].find('$')?;
    let tag = &text[1..=end];
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit())
        && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_tag.then(|| &text[..end + 2])
}

fn after(text: &str, opening: usize, end: &str) -> usize {
    text[opening..]
        .find(end)
        .map_or(text.len(), |found| opening + found + end.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_mysql(dialect: Dialect) -> bool {
    match dialect {
        Dialect::MySql | Dialect::MariaDb => true,
        Dialect::Sqlite | Dialect::Postgres => false,
    }
}
