//! WITH: queries by a name, that the statement behind them reads.

use crate::compile::writer::Writer;
use crate::{Cte, Error};

impl<'q> Writer<'q> {
    pub(super) fn with(&mut self, ctes: &'q [Cte]) -> Result<(), Error> {
        if ctes.is_empty() {
            return Ok(());
        }
        let recursive = ctes.iter().any(|cte| cte.recursive);
        self.push(if recursive {
            "WITH RECURSIVE "
        } else {
            "WITH "
        });
        for (i, cte) in ctes.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.ctes.push(cte.name.as_str());
            self.ident(&cte.name);
            if !cte.columns.is_empty() {
                self.push(" (");
                self.idents(&cte.columns);
                self.push(")");
            }
            self.push(" AS ");
            self.descend()?;
            self.subquery(&cte.select)?;
            self.ascend();
        }
        self.push(" ");
        Ok(())
    }

    /// A table of this name is read: a query of WITH of the same name would be read in its place.
    pub(super) fn note_hidden(&mut self, table: &'static str) {
        if self.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(table)) {
            self.hidden = Some(table);
        }
    }
}
