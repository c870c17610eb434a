//! IN: lists and subqueries, NULL in them, and the complement.

use crate::compile::expr::Binding;
use crate::compile::writer::Writer;
use crate::{ColumnRef, Dialect, Error, Expr, In, InSet, Projection, Select, Value};

/// What is looked for.
#[derive(Clone, Copy)]
enum Subject<'q> {
    Column(&'q ColumnRef),
    Expr(&'q Expr),
}

impl<'q> Writer<'q> {
    pub(super) fn in_set(
        &mut self,
        set: &'q In,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        match &set.set {
            InSet::Values(values) => {
                self.in_values(Subject::Expr(&set.expr), values, negated, place)
            }
            InSet::Select(select) => {
                self.one_column(select)?;
                let nullable =
                    negated && (self.nullable(&set.expr) || !self.never_null_select(select));
                self.open(Binding::Comparison, place);
                self.in_head(Subject::Expr(&set.expr), negated, nullable)?;
                self.in_select(select)?;
                self.in_tail(nullable);
                self.close(Binding::Comparison, place);
                Ok(())
            }
        }
    }

    pub(super) fn column_in(
        &mut self,
        column: &'q ColumnRef,
        values: &'q [Value],
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        self.in_values(Subject::Column(column), values, negated, place)
    }

    /// A list with NULL in it means IN the others or IS NULL.
    fn in_values(
        &mut self,
        subject: Subject<'q>,
        values: &'q [Value],
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        let nulls = values.iter().filter(|value| value.is_null()).count();
        if values.is_empty() {
            self.constant(negated, place);
            return Ok(());
        }
        if nulls == values.len() {
            return self.in_null(subject, negated, place);
        }
        let (word, operator) = match negated {
            false => (" OR ", Binding::Or),
            true => (" AND ", Binding::And),
        };
        let outer = if nulls > 0 {
            operator
        } else {
            Binding::Comparison
        };
        // With `AND x IS NOT NULL` beside it, a plain NOT IN is never unknown where it counts.
        let nullable = negated && nulls == 0 && self.subject_nullable(subject);
        self.open(outer, place);
        self.in_head(subject, negated, nullable)?;
        self.sql.push('(');
        self.binds.reserve(values.len());
        let mut first = true;
        for value in values.iter().filter(|value| !value.is_null()) {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        self.sql.push(')');
        self.in_tail(nullable);
        if nulls > 0 {
            self.push(word);
            self.in_null(subject, negated, Binding::Comparison)?;
        }
        self.close(outer, place);
        Ok(())
    }

    fn subject(&mut self, subject: Subject<'q>) -> Result<(), Error> {
        match subject {
            Subject::Column(column) => self.column(column),
            Subject::Expr(expr) => self.expr(expr, Binding::Sum),
        }
    }

    fn subject_nullable(&self, subject: Subject<'q>) -> bool {
        match subject {
            Subject::Column(column) => self.column_nullable(column),
            Subject::Expr(expr) => self.nullable(expr),
        }
    }

    fn in_null(&mut self, subject: Subject<'q>, not: bool, place: Binding) -> Result<(), Error> {
        self.open(Binding::Comparison, place);
        self.subject(subject)?;
        self.push(if not { " IS NOT NULL" } else { " IS NULL" });
        self.close(Binding::Comparison, place);
        Ok(())
    }

    fn in_head(
        &mut self,
        subject: Subject<'q>,
        negated: bool,
        nullable: bool,
    ) -> Result<(), Error> {
        if nullable {
            self.sql.push('(');
        }
        self.subject(subject)?;
        self.push(if negated && !nullable {
            " NOT IN "
        } else {
            " IN "
        });
        Ok(())
    }

    fn in_tail(&mut self, nullable: bool) {
        if nullable {
            self.push(") IS NOT TRUE");
        }
    }

    /// MySQL and MariaDB refuse LIMIT directly within IN.
    fn in_select(&mut self, select: &'q Select) -> Result<(), Error> {
        let limited = select.limit.limit.is_some() || select.limit.offset > 0;
        let wrapped = match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => false,
            Dialect::MySql | Dialect::MariaDb => limited,
        };
        if !wrapped {
            return self.subquery(select);
        }
        self.push("(SELECT * FROM ");
        self.subquery(select)?;
        let alias = self.new_alias();
        self.push(" AS ");
        self.alias(alias);
        self.sql.push(')');
        Ok(())
    }

    /// Refuses a subquery that yields anything but one column.
    pub(super) fn one_column(&self, select: &Select) -> Result<(), Error> {
        let columns = match &select.projection {
            Projection::Items(items) => items.len(),
            Projection::One => 1,
            Projection::Model(related) => match &select.source {
                crate::Source::Model(table) if related.is_empty() => table.columns.len(),
                _ => 2,
            },
        };
        if columns == 1 {
            return Ok(());
        }
        Err(self.malformed("a subquery used as a value or behind IN must select one column"))
    }
}
