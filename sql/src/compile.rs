//! From a statement to SQL text and binds.

use crate::Value;

/// A statement ready to send.
#[derive(Debug)]
pub struct Compiled<'q> {
    /// The SQL text with the dialect's placeholders.
    pub sql: String,
    /// The binds in the order of the placeholders, borrowed from the statement.
    pub binds: Vec<&'q Value>,
}
