//! Functions in each dialect's spelling.

mod template;

use self::template::Spelling;
use crate::compile::expr::Binding;
use crate::compile::kind::{Kind, kind};
use crate::compile::writer::Writer;
use crate::expr::FunctionKind;
use crate::{CastType, DateUnit, Dialect, Error, Expr, Function, FunctionCall, Value};

impl FunctionCall {
    /// Whether this makes a value of one row: no aggregate, and none that only the server knows.
    pub(super) fn is_of_one_row(&self) -> bool {
        matches!(self.function.facts().kind, FunctionKind::Scalar)
    }
}

impl<'q> Writer<'q> {
    pub(super) fn function(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        self.check_call(call)?;
        match call.function.facts().kind {
            FunctionKind::Scalar => self.scalar(call.function, &call.args),
            FunctionKind::Aggregate => self.aggregate_call(call),
            FunctionKind::Any => self.aggregate_here(call),
            FunctionKind::Window => Err(self.malformed(format!(
                "{} looks at a window of rows; say which by OVER",
                call.function.facts().name
            ))),
        }
    }

    fn scalar(&mut self, function: Function, args: &'q [Expr]) -> Result<(), Error> {
        match function {
            Function::Concat => return self.concat(args),
            Function::Greatest | Function::Least => return self.extreme(function, args),
            Function::Now => {
                let text = self.dialect.now();
                self.push(text);
                return Ok(());
            }
            Function::Cast(to) => return self.cast(to, args),
            Function::Truncate(unit) => return self.truncate(unit, args),
            Function::AddTime | Function::SubTime => return self.shift(function, args),
            _ => {}
        }
        match template::spelling(function, args.len(), self.dialect) {
            Spelling::Same => {
                self.push(function.facts().name);
                self.sql.push('(');
                self.list(args)?;
                self.sql.push(')');
                Ok(())
            }
            Spelling::Template(text) => self.template(text, args),
            Spelling::None(construct, instead) => Err(self.unsupported(construct, instead)),
        }
    }

    /// A text with arguments in it: `{0}` is the first, `{0!}` the same where an operator stands beside
    /// it, `{*}` all of them.
    pub(super) fn template(
        &mut self,
        mut text: &'static str,
        args: &'q [Expr],
    ) -> Result<(), Error> {
        while let Some((before, rest)) = text.split_once('{') {
            self.push(before);
            let (slot, after) = rest.split_once('}').unwrap_or((rest, ""));
            let position = |slot: &str| slot.bytes().next().map_or(0, |n| usize::from(n - b'0'));
            match slot.strip_suffix('!') {
                _ if slot == "*" => self.list(args)?,
                Some(slot) => self.expr(&args[position(slot)], Binding::Atom)?,
                None => self.loose(&args[position(slot)])?,
            }
            text = after;
        }
        self.push(text);
        Ok(())
    }

    /// Behind a text that no column gives a collation.
    pub(super) fn by_code_points(&mut self) {
        if let Some(collation) = self.dialect.code_point_collation() {
            self.push(" COLLATE ");
            self.push(collation);
        }
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
                    // Of two binds Postgres would not know that they are texts.
                    let unknown = i == 0 && self.dialect == Dialect::Postgres;
                    match arg {
                        Expr::Value(value) if unknown => self.cast_bind(value, "TEXT"),
                        arg => self.expr(arg, Binding::Atom)?,
                    }
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

    fn cast_bind(&mut self, value: &'q Value, ty: &str) {
        self.push("CAST(");
        self.bind(value);
        self.push(" AS ");
        self.push(ty);
        self.sql.push(')');
    }

    /// The largest or smallest of the arguments, NULL if one of them is, which Postgres passes over.
    fn extreme(&mut self, function: Function, args: &'q [Expr]) -> Result<(), Error> {
        let name = match (self.dialect, function) {
            (Dialect::Sqlite, Function::Greatest) => "MAX",
            (Dialect::Sqlite, Function::Least) => "MIN",
            (Dialect::Sqlite | Dialect::Postgres | Dialect::MySql | Dialect::MariaDb, function) => {
                function.facts().name
            }
        };
        let mut nullable = Vec::new();
        if self.dialect == Dialect::Postgres {
            nullable.extend(args.iter().filter(|arg| self.nullable(arg)));
        }
        for (i, arg) in nullable.iter().enumerate() {
            self.push(if i == 0 { "CASE WHEN " } else { " AND " });
            self.is_null(arg, true, Binding::And)?;
        }
        self.push(if nullable.is_empty() { "" } else { " THEN " });
        self.push(name);
        self.sql.push('(');
        self.list(args)?;
        self.push(if nullable.is_empty() { ")" } else { ") END" });
        Ok(())
    }

    fn cast(&mut self, to: CastType, args: &'q [Expr]) -> Result<(), Error> {
        let fraction = matches!(
            args.first().and_then(kind),
            Some(Kind::Single | Kind::Double | Kind::Decimal)
        );
        self.template(template::cast(to, fraction, self.dialect), args)?;
        if to == CastType::Text {
            self.by_code_points();
        }
        Ok(())
    }

    fn truncate(&mut self, unit: DateUnit, args: &'q [Expr]) -> Result<(), Error> {
        let instant = args.first().and_then(kind) == Some(Kind::Instant);
        self.push(match (self.dialect, instant) {
            (Dialect::Sqlite, _) => "(",
            (Dialect::Postgres, true) => "(DATE_TRUNC(",
            (Dialect::Postgres, false) => "DATE_TRUNC(",
            (Dialect::MySql | Dialect::MariaDb, _) => "CAST(",
        });
        self.template(template::truncate(unit, instant, self.dialect), args)?;
        self.push(match (self.dialect, instant) {
            (Dialect::Sqlite, true) => " || '.000000+00:00')",
            (Dialect::Sqlite, false) => " || '.000000')",
            (Dialect::Postgres, true) => ") AT TIME ZONE 'UTC')",
            (Dialect::Postgres, false) => ")",
            (Dialect::MySql | Dialect::MariaDb, _) => " AS DATETIME(6))",
        });
        Ok(())
    }

    /// A time and a number of microseconds.
    fn shift(&mut self, function: Function, args: &'q [Expr]) -> Result<(), Error> {
        let later = function == Function::AddTime;
        self.template(template::shift(later, self.dialect), args)?;
        if self.dialect == Dialect::Sqlite {
            let instant = args.first().and_then(kind) == Some(Kind::Instant);
            self.push(if instant { " || '+00:00')" } else { ")" });
        }
        Ok(())
    }

    pub(super) fn check_call(&self, call: &FunctionCall) -> Result<(), Error> {
        let facts = call.function.facts();
        let (name, args, (least, most)) = (facts.name, call.args.len(), facts.args);
        if !(least..=most).contains(&args) {
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
        let aggregate = matches!(facts.kind, FunctionKind::Aggregate | FunctionKind::Any);
        if (call.distinct || call.filter.is_some()) && !aggregate {
            return Err(self.malformed(format!(
                "{name} is no aggregate, so it takes neither DISTINCT nor FILTER"
            )));
        }
        Ok(())
    }
}
