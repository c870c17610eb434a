//! Functions and aggregates in each dialect's spelling.

use crate::compile::expr::Binding;
use crate::compile::integer::{is_integer, is_integer_column};
use crate::compile::writer::Writer;
use crate::schema::ColumnType;
use crate::{Aggregate, ColumnRef, Dialect, Error, Expr, Function, FunctionCall};

impl<'q> Writer<'q> {
    pub(super) fn function(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        self.check_call(call)?;
        match call.function {
            Function::Concat => self.concat(&call.args),
            Function::Round => self.round(&call.args),
            Function::Now => {
                let text = self.dialect.now();
                self.push(text);
                Ok(())
            }
            function => {
                let name = self.name_of(function);
                self.push(self.boolean_extreme(call).unwrap_or(name));
                self.sql.push('(');
                if call.distinct {
                    self.push("DISTINCT ");
                }
                let as_double = self.sums_up_as(call);
                if as_double.is_some() {
                    self.push("CAST(");
                }
                match &call.filter {
                    Some(filter) if !self.dialect.has_filter() => self.filtered(call, filter)?,
                    _ if function == Function::Count && call.args.is_empty() => self.push("*"),
                    _ => self.list(&call.args)?,
                }
                match function {
                    // Our columns' own collation knows the case of ASCII alone.
                    Function::Lower | Function::Upper if self.dialect == Dialect::Postgres => {
                        self.push(" COLLATE \"default\"");
                    }
                    _ => {}
                }
                if let Some(double) = as_double {
                    self.push(double);
                }
                self.sql.push(')');
                if let Some(filter) = &call.filter
                    && self.dialect.has_filter()
                {
                    self.push(" FILTER (WHERE ");
                    self.loose(filter)?;
                    self.sql.push(')');
                }
                Ok(())
            }
        }
    }

    /// An aggregate of a column.
    pub(super) fn aggregate(
        &mut self,
        aggregate: Aggregate,
        column: &ColumnRef,
    ) -> Result<(), Error> {
        let function = Function::from(aggregate);
        let name = self.name_of(function);
        self.push(
            self.extreme_of_booleans(function, || column.column.ty == ColumnType::Bool)
                .unwrap_or(name),
        );
        let single = || column.column.ty == ColumnType::Real;
        let as_double = self.as_double(function, single, || is_integer_column(column));
        self.push(if as_double.is_some() { "(CAST(" } else { "(" });
        self.column(column)?;
        self.push(as_double.unwrap_or_default());
        self.sql.push(')');
        Ok(())
    }

    /// The end of the cast of what is summed up, where the server's own type has too few digits.
    fn sums_up_as(&self, call: &FunctionCall) -> Option<&'static str> {
        let [arg] = call.args.as_slice() else {
            return None;
        };
        self.as_double(call.function, || is_single(arg), || is_integer(arg))
    }

    fn as_double(
        &self,
        function: Function,
        is_single: impl Fn() -> bool,
        is_integer: impl Fn() -> bool,
    ) -> Option<&'static str> {
        match (self.dialect, function) {
            (Dialect::Postgres, Function::Sum) if is_single() => Some(" AS DOUBLE PRECISION)"),
            (Dialect::MySql | Dialect::MariaDb, Function::Avg) if is_integer() => {
                Some(" AS DOUBLE)")
            }
            _ => None,
        }
    }

    /// MIN and MAX of booleans, which Postgres does not know by these names.
    fn boolean_extreme(&self, call: &FunctionCall) -> Option<&'static str> {
        self.extreme_of_booleans(call.function, || call.args.iter().all(is_bool))
    }

    fn extreme_of_booleans(
        &self,
        function: Function,
        booleans: impl Fn() -> bool,
    ) -> Option<&'static str> {
        match (self.dialect, function) {
            (Dialect::Postgres, Function::Min) if booleans() => Some("BOOL_AND"),
            (Dialect::Postgres, Function::Max) if booleans() => Some("BOOL_OR"),
            _ => None,
        }
    }

    /// FILTER for a dialect without it: aggregates pass over NULL.
    fn filtered(&mut self, call: &'q FunctionCall, filter: &'q Expr) -> Result<(), Error> {
        self.push("CASE WHEN ");
        self.loose(filter)?;
        self.push(" THEN ");
        match call.args.as_slice() {
            [] => self.push("1"),
            [arg] => self.loose(arg)?,
            _ => {
                return Err(self.unsupported(
                    "FILTER on an aggregate of several arguments",
                    "put a CASE into the arguments",
                ));
            }
        }
        self.push(" END");
        Ok(())
    }

    /// NULL if one of the texts is, as `||` has it and MySQL's CONCAT, but not that of Postgres.
    fn concat(&mut self, args: &'q [Expr]) -> Result<(), Error> {
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => {
                self.sql.push('(');
                for (i, arg) in args.iter().enumerate() {
                    if i > 0 {
                        self.push(" || ");
                    }
                    self.expr(arg, Binding::Atom)?;
                }
                self.sql.push(')');
                Ok(())
            }
            Dialect::MySql | Dialect::MariaDb => {
                self.push("CONCAT(");
                self.list(args)?;
                self.sql.push(')');
                Ok(())
            }
        }
    }

    /// With digits, Postgres rounds NUMERIC alone, and takes an INTEGER for them.
    fn round(&mut self, args: &'q [Expr]) -> Result<(), Error> {
        self.push("ROUND(");
        match (self.dialect, args) {
            (Dialect::Postgres, [number, digits]) => {
                self.push("CAST(");
                self.loose(number)?;
                self.push(" AS NUMERIC), CAST(");
                self.loose(digits)?;
                self.push(" AS INTEGER)");
            }
            (Dialect::Postgres | Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb, args) => {
                self.list(args)?;
            }
        }
        self.sql.push(')');
        Ok(())
    }

    fn name_of(&self, function: Function) -> &'static str {
        match function {
            Function::Count => "COUNT",
            Function::Sum => "SUM",
            Function::Avg => "AVG",
            Function::Min => "MIN",
            Function::Max => "MAX",
            Function::Lower => "LOWER",
            Function::Upper => "UPPER",
            Function::Trim => "TRIM",
            Function::Length => self.dialect.char_length(),
            Function::Coalesce => "COALESCE",
            Function::Abs => "ABS",
            Function::Random => self.dialect.random(),
            Function::Named(name) => name,
            // Written by functions of their own.
            Function::Concat => "CONCAT",
            Function::Round => "ROUND",
            Function::Now => "NOW",
        }
    }

    fn check_call(&self, call: &FunctionCall) -> Result<(), Error> {
        let (name, args) = (self.name_of(call.function), call.args.len());
        let fits = match call.function {
            Function::Count => args <= 1,
            Function::Sum | Function::Avg | Function::Min | Function::Max => args == 1,
            Function::Lower
            | Function::Upper
            | Function::Trim
            | Function::Length
            | Function::Abs => args == 1,
            Function::Round => args == 1 || args == 2,
            Function::Now | Function::Random => args == 0,
            Function::Concat => args >= 1,
            // SQLite wants two.
            Function::Coalesce => args >= 2,
            Function::Named(_) => true,
        };
        if !fits {
            return Err(self.malformed(format!("{name} does not take {args} arguments")));
        }
        if call.function == Function::Count && call.distinct && args == 0 {
            return Err(self.malformed("COUNT(DISTINCT *) is not SQL; name an expression"));
        }
        if let Function::Named(name) = call.function {
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            if name.is_empty() || !name.chars().all(word) {
                return Err(self.malformed(format!(
                    "`{name}` is not a function's name: letters, digits, `_` and `.` only"
                )));
            }
        }
        let aggregate = matches!(
            call.function,
            Function::Count
                | Function::Sum
                | Function::Avg
                | Function::Min
                | Function::Max
                | Function::Named(_)
        );
        if (call.distinct || call.filter.is_some()) && !aggregate {
            return Err(self.malformed(format!(
                "{name} is no aggregate, so it takes neither DISTINCT nor FILTER"
            )));
        }
        Ok(())
    }
}

fn is_single(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.column.ty == ColumnType::Real)
}

fn is_bool(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.column.ty == ColumnType::Bool)
}
