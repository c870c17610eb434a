//! Rows of expressions, `(a, b)`, and IN for them: how rows are found by a composite key.

use crate::compile::expr::Binding;
use crate::compile::in_set::width;
use crate::compile::writer::Writer;
use crate::{Dialect, Error, Expr, In, InSet, Value};

impl<'q> Writer<'q> {
    pub(super) fn row(&mut self, parts: &'q [Expr]) -> Result<(), Error> {
        self.check_row(parts)?;
        self.sql.push('(');
        self.list(parts)?;
        self.sql.push(')');
        Ok(())
    }

    fn check_row(&self, parts: &[Expr]) -> Result<(), Error> {
        if parts.len() < 2 {
            return Err(self.malformed("a row has one expression or none; write the expression"));
        }
        Ok(())
    }

    pub(super) fn row_in_set(
        &mut self,
        parts: &'q [Expr],
        set: &'q In,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        self.check_row(parts)?;
        let complement = negated
            && match &set.set {
                InSet::Values(_) => self.nullable(&set.expr),
                InSet::Array(_) | InSet::Select(_) => true,
            };
        self.open(Binding::Comparison, place);
        match &set.set {
            InSet::Values(values) => self.row_in_values(parts, values, negated, complement)?,
            InSet::Array(_) => {
                return Err(
                    self.malformed("a row is looked for in an array; give the rows' values")
                );
            }
            InSet::Select(select) if width(select) != parts.len() => {
                return Err(self.malformed(
                    "a subquery behind IN must select as many columns as the row before it has",
                ));
            }
            InSet::Select(select) => {
                self.row_in_head(parts, negated, complement)?;
                self.in_select(select)?;
                self.in_tail(complement);
            }
        }
        self.close(Binding::Comparison, place);
        Ok(())
    }

    fn row_in_values(
        &mut self,
        parts: &'q [Expr],
        values: &'q [Value],
        negated: bool,
        complement: bool,
    ) -> Result<(), Error> {
        if !values.len().is_multiple_of(parts.len()) {
            return Err(self.malformed("the values behind IN do not make whole rows"));
        }
        let mut rows = values
            .chunks_exact(parts.len())
            .filter(|row| !row.iter().any(Value::is_null))
            .peekable();
        if rows.peek().is_none() {
            self.push(if negated { "1 = 1" } else { "1 = 0" });
            return Ok(());
        }
        let list = match self.dialect {
            // The only list of rows that it knows.
            Dialect::Sqlite => "(VALUES ",
            Dialect::MySql | Dialect::MariaDb => "(",
            // It would nest one condition in another for each row of a list, until its stack ends.
            Dialect::Postgres => return self.row_in_alternatives(parts, rows, negated, complement),
        };
        self.row_in_head(parts, negated, complement)?;
        self.push(list);
        self.binds.reserve(values.len());
        for (i, row) in rows.enumerate() {
            self.push(if i > 0 { ", (" } else { "(" });
            for (j, value) in row.iter().enumerate() {
                if j > 0 {
                    self.push(", ");
                }
                self.bind(value);
            }
            self.sql.push(')');
        }
        self.sql.push(')');
        self.in_tail(complement);
        Ok(())
    }

    /// `(a = ? AND b = ? OR a = ? AND b = ?)`
    fn row_in_alternatives(
        &mut self,
        parts: &'q [Expr],
        rows: impl Iterator<Item = &'q [Value]>,
        negated: bool,
        complement: bool,
    ) -> Result<(), Error> {
        self.push(if negated && !complement { "NOT (" } else { "(" });
        for (i, row) in rows.enumerate() {
            if i > 0 {
                self.push(" OR ");
            }
            for (j, (part, value)) in parts.iter().zip(row).enumerate() {
                if j > 0 {
                    self.push(" AND ");
                }
                self.expr(part, Binding::Sum)?;
                self.push(" = ");
                self.bind(value);
            }
        }
        self.in_tail(complement);
        if !complement {
            self.sql.push(')');
        }
        Ok(())
    }

    fn row_in_head(
        &mut self,
        parts: &'q [Expr],
        negated: bool,
        complement: bool,
    ) -> Result<(), Error> {
        if complement {
            self.sql.push('(');
        }
        self.row(parts)?;
        self.push(if negated && !complement {
            " NOT IN "
        } else {
            " IN "
        });
        Ok(())
    }
}
