//! Text patterns, their wildcards escaped once when they are built.

use compact_str::CompactString;

use crate::{Expr, Value};

/// The escape character of every pattern: it means nothing to any server's string literals, as
/// the backslash does to MySQL's.
pub(crate) const ESCAPE: char = '!';

/// A text pattern whose wildcards are the compiler's, never the user's.
///
/// Escaping needs a text of its own, and a compiled statement borrows its binds, so both forms of
/// the text are kept: the literal one for dialects that search with a function.
#[derive(Debug, Clone)]
pub struct Like {
    /// What is tested.
    pub expr: Expr,
    /// Where the text must stand.
    pub kind: LikeKind,
    /// Whether upper and lower case are the same. SQLite knows the case of ASCII letters only.
    pub case_insensitive: bool,
    /// `NOT LIKE`: the complement, true for NULL too.
    pub negated: bool,
    pub(crate) text: Value,
    pub(crate) pattern: Value,
}

/// Where the text of a [`Like`] must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
    /// From beginning to end.
    Exact,
}

impl Like {
    /// Whether `text`, taken literally, stands in `expr` where `kind` says; case counts.
    #[must_use]
    pub fn new(expr: Expr, kind: LikeKind, text: impl Into<CompactString>) -> Like {
        let text = text.into();
        let pattern = Value::Text(pattern(kind, &text));
        let text = Value::Text(text);
        Like {
            expr,
            kind,
            case_insensitive: false,
            negated: false,
            text,
            pattern,
        }
    }

    /// The same without regard to upper and lower case.
    #[must_use]
    pub fn case_insensitive(mut self) -> Like {
        self.case_insensitive = true;
        self
    }
}

impl From<Like> for Expr {
    fn from(like: Like) -> Expr {
        Expr::Like(Box::new(like))
    }
}

fn pattern(kind: LikeKind, text: &str) -> CompactString {
    let mut pattern = CompactString::with_capacity(text.len() + 2);
    if matches!(kind, LikeKind::Contains | LikeKind::EndsWith) {
        pattern.push('%');
    }
    for c in text.chars() {
        if matches!(c, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(c);
    }
    if matches!(kind, LikeKind::Contains | LikeKind::StartsWith) {
        pattern.push('%');
    }
    pattern
}
