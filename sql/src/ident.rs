//! Identifiers that are known at run time only.

use compact_str::CompactString;

use crate::QuoteStyle;

/// The name of a table, column, index or constraint, unquoted.
///
/// It is quoted and escaped when it is written, so any text is a valid name: `a"b`, `` a`b ``, `select`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(CompactString);

impl Ident {
    /// An identifier from its unquoted text.
    #[must_use]
    pub fn new(text: impl Into<CompactString>) -> Self {
        Ident(text.into())
    }

    /// The unquoted text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Appends the quoted, escaped name to `out`.
    pub fn write_to(&self, out: &mut String, style: QuoteStyle) {
        let quote = style.char();
        out.push(quote);
        for c in self.0.chars() {
            if c == quote {
                out.push(quote);
            }
            out.push(c);
        }
        out.push(quote);
    }
}

impl<T: Into<CompactString>> From<T> for Ident {
    fn from(text: T) -> Self {
        Ident(text.into())
    }
}
