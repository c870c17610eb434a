//! Aggregates: of the rows of a query, or, where a query looks at one row at a time, of the rows
//! related to it.
//!
//! An aggregate over a relation to many rows that stands in a condition, or beside columns in a query
//! without groups, is a subquery of its own: `(SELECT COUNT(..) FROM orders WHERE orders.user_id =
//! users.id)`. So it neither multiplies the rows of the query nor those of another aggregate.

use crate::compile::kind::{Kind, kind, kind_of_column};
use crate::compile::writer::Writer;
use crate::schema::Path;
use crate::{
    Aggregate, ColumnRef, Dialect, Error, Expr, Function, FunctionCall, Projection, Select,
};

impl<'q> Writer<'q> {
    /// An aggregate of a column.
    pub(super) fn aggregate(
        &mut self,
        aggregate: Aggregate,
        column: &'q ColumnRef,
    ) -> Result<(), Error> {
        let function = Function::from(aggregate);
        if !self.looks_at_one_row() {
            return self.aggregate_of_column(function, column);
        }
        let path = column.path.crosses_many().then_some(column.path);
        let path = path.ok_or_else(|| self.no_rows_to_aggregate(function))?;
        self.related_rows(
            path,
            |writer| writer.aggregate_of_column(function, column),
            None,
        )
    }

    /// An aggregate in its general form.
    pub(super) fn aggregate_call(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        if !self.looks_at_one_row() {
            return self.aggregate_here(call);
        }
        let path = self.related_path(call)?;
        let filter = call.filter.as_ref();
        self.related_rows(path, |writer| writer.aggregate_of(call), filter)
    }

    /// An aggregate of the rows of this query, with its filter.
    pub(super) fn aggregate_here(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        let Some(filter) = &call.filter else {
            return self.aggregate_of(call);
        };
        if self.dialect.has_filter() {
            self.aggregate_of(call)?;
            self.push(" FILTER (WHERE ");
            self.loose(filter)?;
            self.sql.push(')');
            return Ok(());
        }
        // FILTER for a dialect without it: aggregates pass over NULL.
        let argument = match call.args.as_slice() {
            [] => None,
            [argument] => Some(argument),
            _ => {
                return Err(self.unsupported(
                    "FILTER on an aggregate of several arguments",
                    "put a CASE into the arguments",
                ));
            }
        };
        self.apply(
            call.function,
            call.distinct,
            argument.and_then(kind),
            |writer| {
                writer.push("CASE WHEN ");
                writer.loose(filter)?;
                writer.push(" THEN ");
                match argument {
                    None => writer.push("1"),
                    Some(argument) => writer.loose(argument)?,
                }
                writer.push(" END");
                Ok(())
            },
        )
    }

    /// An aggregate without its filter.
    fn aggregate_of(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        let argument = call.args.first().and_then(kind);
        self.apply(call.function, call.distinct, argument, |writer| {
            if call.function == Function::Count && call.args.is_empty() {
                writer.sql.push('*');
            }
            writer.list(&call.args)
        })
    }

    fn aggregate_of_column(&mut self, function: Function, column: &ColumnRef) -> Result<(), Error> {
        let argument = Some(kind_of_column(column));
        self.apply(function, false, argument, |writer| writer.column(column))
    }

    /// The aggregate's name and its argument, in each dialect's spelling.
    fn apply(
        &mut self,
        function: Function,
        distinct: bool,
        of: Option<Kind>,
        argument: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.push(match (self.dialect, function, of) {
            // Postgres knows no MIN and MAX of booleans by these names.
            (Dialect::Postgres, Function::Min, Some(Kind::Bool)) => "BOOL_AND",
            (Dialect::Postgres, Function::Max, Some(Kind::Bool)) => "BOOL_OR",
            _ => function.facts().name,
        });
        // Where the server's own type has too few digits for what is summed up.
        let double = match (self.dialect, function, of) {
            (Dialect::Postgres, Function::Sum, Some(Kind::Single)) => Some(" AS DOUBLE PRECISION)"),
            (Dialect::MySql | Dialect::MariaDb, Function::Avg, Some(Kind::Integer)) => {
                Some(" AS DOUBLE)")
            }
            _ => None,
        };
        self.push(match (distinct, double.is_some()) {
            (false, false) => "(",
            (false, true) => "(CAST(",
            (true, false) => "(DISTINCT ",
            (true, true) => "(DISTINCT CAST(",
        });
        argument(self)?;
        self.push(double.unwrap_or_default());
        self.sql.push(')');
        Ok(())
    }

    /// Whether a condition on one row is written, or the query returns a row for each row of its model:
    /// there, an aggregate is one of related rows.
    fn looks_at_one_row(&self) -> bool {
        self.scope.rows.is_none_or(returns_rows)
    }

    /// The relation that an aggregate is over.
    fn related_path(&self, call: &FunctionCall) -> Result<&'static Path, Error> {
        let mut paths = Vec::new();
        for arg in &call.args {
            to_many_paths(arg, &mut paths);
        }
        let longest = paths
            .iter()
            .copied()
            .find(|path| paths.iter().all(|other| path.starts_with(other)));
        match longest {
            Some(path) => Ok(path),
            None if paths.is_empty() => Err(self.no_rows_to_aggregate(call.function)),
            None => Err(self.malformed(format!(
                "{} is of columns of two relations to many rows; aggregate over one of them",
                call.function.facts().name
            ))),
        }
    }

    fn no_rows_to_aggregate(&self, function: Function) -> Error {
        self.malformed(format!(
            "{} stands where one row is looked at: in a condition, or beside columns without GROUP BY; \
             aggregate over a relation to many rows, group the query, or write it over a window",
            function.facts().name
        ))
    }
}

/// Whether a query returns a row for each row of its model, and not one for all or for each group.
fn returns_rows(select: &Select) -> bool {
    let clauses = select.clauses();
    clauses.group_by.is_empty()
        && clauses.having.is_none()
        && match &select.projection {
            Projection::Model(_) => true,
            Projection::Items(items) => items.iter().any(|item| reads_row(&item.expr)),
            Projection::One => false,
        }
}

/// Whether an expression reads a column outside any aggregate.
fn reads_row(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Compare { .. } | Expr::ColumnIn { .. } | Expr::Name(_) => true,
        Expr::Aggregate(..) => false,
        Expr::Function(call) if !call.is_of_one_row() => false,
        operands => {
            let mut reads = false;
            operands.for_each_operand(&mut |operand| reads = reads || reads_row(operand));
            reads
        }
    }
}

/// The relations to many rows that an expression's own columns are reached by.
fn to_many_paths(expr: &Expr, paths: &mut Vec<&'static Path>) {
    match expr {
        Expr::Column(column) | Expr::Compare { column, .. } | Expr::ColumnIn { column, .. } => {
            if column.path.crosses_many() && !paths.contains(&column.path) {
                paths.push(column.path);
            }
        }
        operands => operands.for_each_operand(&mut |operand| to_many_paths(operand, paths)),
    }
}
