//! Expressions, parenthesised where precedence asks for it.

use crate::compile::kind::{Kind, is_integer_quotient, kind, needs_cast};
use crate::compile::writer::Writer;
use crate::{Arithmetic, ArithmeticOp, Case, Dialect, Error, Expr, Select};

/// How tightly an operator binds; an operand that binds less tightly than its place asks for is
/// put in parentheses. The order is the same on every dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Loose,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Atom,
}

/// SQLite refuses an expression of more than 1,000 levels and reads a chain of operators as one
/// level each; longer lists are written there in groups.
const SQLITE_CHAIN: usize = 500;

impl<'q> Writer<'q> {
    /// Writes an expression in a place that takes operators of at least this binding.
    pub(super) fn expr(&mut self, expr: &'q Expr, place: Binding) -> Result<(), Error> {
        match expr {
            Expr::Column(column) => self.column(column),
            Expr::Compare { column, op, value } => self.compare(column, *op, value, place),
            Expr::Value(value) => {
                self.bind(value);
                Ok(())
            }
            Expr::Name(name) => {
                if let Some(table) = &name.table {
                    self.ident(table);
                    self.sql.push('.');
                }
                self.ident(&name.name);
                Ok(())
            }
            Expr::ColumnIn {
                column,
                values,
                negated,
            } => self.column_in(column, values, *negated, place),
            Expr::Aggregate(function, column) => self.aggregate(*function, column),
            Expr::Outer(column) => self.outer_column(column),
            Expr::Excluded(column) => self.excluded(column),
            nested => {
                self.descend()?;
                self.nested(nested, place)?;
                self.ascend();
                Ok(())
            }
        }
    }

    fn nested(&mut self, expr: &'q Expr, place: Binding) -> Result<(), Error> {
        match expr {
            Expr::And(all) => self.chain(all, Binding::And, place),
            Expr::Or(all) => self.chain(all, Binding::Or, place),
            Expr::Not(inner) => self.not(inner, place),
            Expr::Row(parts) => self.row(parts),
            Expr::Comparison(comparison) => self.comparison(comparison, place),
            Expr::IsNull(inner) => self.is_null(inner, false, place),
            Expr::IsNotNull(inner) => self.is_null(inner, true, place),
            Expr::In(set) => self.in_set(set, set.negated, place),
            Expr::Between(between) => self.between(between, between.negated, place),
            Expr::Like(like) => self.like(like, like.negated, place),
            Expr::Arithmetic(arithmetic) => self.arithmetic(arithmetic, place),
            Expr::Function(call) => self.function(call),
            Expr::Window(over) => self.window(over),
            Expr::Regex(regex) => self.regex(regex, place),
            Expr::Json(json) => self.json(json),
            Expr::JsonContains(contains) => self.json_contains(contains),
            Expr::Case(case) => self.case(case),
            Expr::DatePart(part, inner) => self.date_part(*part, inner, place),
            Expr::Exists(select) => {
                self.exists();
                self.subquery(select)
            }
            Expr::Subquery(select) => {
                self.one_column(select)?;
                self.subquery(select)
            }
            Expr::Any(any) => self.any(any),
            // Leaves: `expr` has written them.
            Expr::Column(_)
            | Expr::Compare { .. }
            | Expr::ColumnIn { .. }
            | Expr::Aggregate(..)
            | Expr::Value(_)
            | Expr::Name(_)
            | Expr::Outer(_)
            | Expr::Excluded(_) => Ok(()),
        }
    }

    /// A function's argument, a list item, a branch: any expression stands there.
    pub(super) fn loose(&mut self, expr: &'q Expr) -> Result<(), Error> {
        self.expr(expr, Binding::Loose)
    }

    /// Expressions separated by commas.
    pub(super) fn list(&mut self, exprs: &'q [Expr]) -> Result<(), Error> {
        for (i, expr) in exprs.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.loose(expr)?;
        }
        Ok(())
    }

    /// Opens a parenthesis if the operator binds less tightly than the place asks for.
    pub(super) fn open(&mut self, operator: Binding, place: Binding) {
        if operator < place {
            self.sql.push('(');
        }
    }

    /// Closes what `open` opened.
    pub(super) fn close(&mut self, operator: Binding, place: Binding) {
        if operator < place {
            self.sql.push(')');
        }
    }

    fn chain(&mut self, all: &'q [Expr], operator: Binding, place: Binding) -> Result<(), Error> {
        let word = if operator == Binding::And {
            " AND "
        } else {
            " OR "
        };
        match all {
            [] => {
                self.constant(operator == Binding::And, place);
                Ok(())
            }
            [only] => self.expr(only, place),
            all if all.len() > SQLITE_CHAIN && self.dialect == Dialect::Sqlite => {
                self.open(operator, place);
                for (i, group) in all.chunks(SQLITE_CHAIN).enumerate() {
                    if i > 0 {
                        self.push(word);
                    }
                    self.chain(group, operator, Binding::Atom)?;
                }
                self.close(operator, place);
                Ok(())
            }
            all => {
                self.open(operator, place);
                for (i, expr) in all.iter().enumerate() {
                    if i > 0 {
                        self.push(word);
                    }
                    self.expr(expr, operator)?;
                }
                self.close(operator, place);
                Ok(())
            }
        }
    }

    /// A condition that is always true or always false, in words that every dialect knows.
    pub(super) fn constant(&mut self, truth: bool, place: Binding) {
        self.open(Binding::Comparison, place);
        self.push(if truth { "1 = 1" } else { "1 = 0" });
        self.close(Binding::Comparison, place);
    }

    fn arithmetic(&mut self, arithmetic: &'q Arithmetic, place: Binding) -> Result<(), Error> {
        let (symbol, operator, right) = match arithmetic.op {
            ArithmeticOp::Add => (" + ", Binding::Sum, Binding::Product),
            ArithmeticOp::Sub => (" - ", Binding::Sum, Binding::Product),
            ArithmeticOp::Mul => (" * ", Binding::Product, Binding::Atom),
            ArithmeticOp::Div => (" / ", Binding::Product, Binding::Atom),
            ArithmeticOp::Rem => (" % ", Binding::Product, Binding::Atom),
        };
        self.open(operator, place);
        if self.dialect == Dialect::Sqlite && needs_cast(arithmetic) {
            self.push("CAST(");
            self.loose(&arithmetic.left)?;
            self.push(" AS REAL)");
        } else {
            self.expr(&arithmetic.left, operator)?;
        }
        let whole = match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => false,
            Dialect::MySql | Dialect::MariaDb => is_integer_quotient(arithmetic),
        };
        self.push(if whole { " DIV " } else { symbol });
        self.expr(&arithmetic.right, right)?;
        self.close(operator, place);
        Ok(())
    }

    fn case(&mut self, case: &'q Case) -> Result<(), Error> {
        if case.branches.is_empty() {
            return Err(self.malformed("a CASE has no branch; give it at least one WHEN"));
        }
        let kind = kind_of_binds(case);
        // MySQL would sum up such integers as doubles.
        let as_integer = self.dialect == Dialect::MySql && kind == Some(Kind::Integer);
        self.push(if as_integer { "CAST(CASE" } else { "CASE" });
        for (condition, result) in &case.branches {
            self.push(" WHEN ");
            self.loose(condition)?;
            self.push(" THEN ");
            self.loose(result)?;
        }
        if let Some(otherwise) = &case.otherwise {
            self.push(" ELSE ");
            self.loose(otherwise)?;
        }
        self.push(if as_integer {
            " END AS SIGNED)"
        } else {
            " END"
        });
        if kind == Some(Kind::Text) {
            self.by_code_points();
        }
        Ok(())
    }

    /// A column of the query around the subquery that is being written.
    fn outer_column(&mut self, column: &crate::ColumnRef) -> Result<(), Error> {
        let mut at = self.query_depth();
        while at > 0 && self.scope_at(at).prefix.is_some() {
            at -= 1;
        }
        if at == 0 {
            return Err(self.malformed(format!(
                "the outer column `{}` is used outside a subquery; use the column itself",
                column.column.field
            )));
        }
        self.column_at(column, at - 1)
    }

    /// A subquery in parentheses.
    pub(super) fn subquery(&mut self, select: &'q Select) -> Result<(), Error> {
        self.sql.push('(');
        self.subselect(select)?;
        self.sql.push(')');
        Ok(())
    }
}

/// What the results of a CASE are, if all of them are binds, which no column tells servers the type of.
fn kind_of_binds(case: &Case) -> Option<Kind> {
    let results = case.branches.iter().map(|(_, result)| result);
    let mut results = results.chain(&case.otherwise);
    let binds = results.all(|result| matches!(result, Expr::Value(_)));
    binds.then(|| kind(&case.branches[0].1)).flatten()
}
