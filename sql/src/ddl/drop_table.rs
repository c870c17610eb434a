//! DROP TABLE.

use crate::{Dialect, Ident};

/// A DROP TABLE statement.
#[derive(Debug, Clone)]
pub struct DropTable {
    /// The table.
    pub name: Ident,
    /// `IF EXISTS`.
    pub if_exists: bool,
}

impl DropTable {
    /// The statement's text.
    #[must_use]
    pub fn compile(&self, dialect: Dialect) -> String {
        let mut out = String::from("DROP TABLE ");
        if self.if_exists {
            out.push_str("IF EXISTS ");
        }
        self.name.write_to(&mut out, dialect.quote_style());
        out
    }
}
