//! EXPLAIN: a statement that tells how the server goes about another.

use crate::{Compiled, Dialect, Error, Select};

/// What EXPLAIN tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explain {
    /// What the server would do. The statement does not run.
    Plan,
    /// What it did, and what each step took. The statement runs.
    Analyze,
}

impl Select {
    /// The statement that explains this one, as text and binds.
    ///
    /// # Errors
    ///
    /// When the dialect has no EXPLAIN ANALYZE (SQLite); otherwise as for [`Select::compile`].
    pub fn explain(&self, dialect: Dialect, explain: Explain) -> Result<Compiled<'_>, Error> {
        let head = match explain {
            Explain::Plan => dialect.explain(),
            Explain::Analyze => dialect.explain_analyze().ok_or_else(|| {
                let instead = "ask for the plan alone";
                Error::unsupported(dialect, "EXPLAIN ANALYZE", instead)
            })?,
        };
        let mut compiled = self.compile(dialect)?;
        compiled.sql.insert_str(0, head);
        Ok(compiled)
    }
}
