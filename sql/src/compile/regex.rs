//! Regular expressions, in the language of each server.

use crate::compile::expr::Binding;
use crate::compile::writer::Writer;
use crate::{Dialect, Error, Regex};

impl<'q> Writer<'q> {
    pub(super) fn regex(&mut self, regex: &'q Regex, place: Binding) -> Result<(), Error> {
        let insensitive = regex.case_insensitive;
        // Whether case counts is said each time: otherwise the collation would decide.
        let (operator, end) = match (self.dialect, insensitive) {
            (Dialect::MySql, insensitive) => {
                self.push("REGEXP_LIKE(");
                self.loose(&regex.expr)?;
                self.push(", ");
                self.bind(&regex.pattern);
                self.push(if insensitive { ", 'i')" } else { ", 'c')" });
                return Ok(());
            }
            (Dialect::Sqlite, false) => (" REGEXP ", ""),
            (Dialect::Sqlite, true) => (" REGEXP ('(?i)' || ", ")"),
            (Dialect::Postgres, false) => (" ~ ", ""),
            (Dialect::Postgres, true) => (" ~* ", ""),
            (Dialect::MariaDb, false) => (" REGEXP CONCAT('(?-i)', ", ")"),
            (Dialect::MariaDb, true) => (" REGEXP CONCAT('(?i)', ", ")"),
        };
        self.open(Binding::Comparison, place);
        match self.dialect {
            Dialect::Postgres => self.with_letters(&regex.expr)?,
            Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => {
                self.expr(&regex.expr, Binding::Sum)?;
            }
        }
        self.push(operator);
        self.bind(&regex.pattern);
        self.push(end);
        self.close(Binding::Comparison, place);
        Ok(())
    }
}
