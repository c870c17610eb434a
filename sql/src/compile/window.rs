//! Window functions.

use crate::compile::writer::Writer;
use crate::expr::FunctionKind;
use crate::{
    Dialect, Error, Frame, FrameBound, FrameUnit, Function, FunctionCall, Window, WindowCall,
};

impl<'q> Writer<'q> {
    pub(super) fn window(&mut self, over: &'q WindowCall) -> Result<(), Error> {
        let WindowCall { call, window } = over;
        self.check_call(call)?;
        let name = call.function.facts().name;
        if self.scope.rows.is_none() {
            return Err(self.malformed(format!(
                "{name} over a window stands in a condition, which is tested before there are windows; \
                 select it in a subquery and put the condition around that"
            )));
        }
        if call.distinct {
            return Err(self.malformed(format!(
                "{name} over a window takes no DISTINCT; no server has it"
            )));
        }
        match call.function.facts().kind {
            FunctionKind::Aggregate | FunctionKind::Any => self.aggregate_here(call)?,
            FunctionKind::Window => self.window_function(call)?,
            FunctionKind::Scalar => {
                return Err(self.malformed(format!(
                    "{name} looks at one row; OVER belongs to aggregates and window functions"
                )));
            }
        }
        self.over(window)
    }

    /// The number that some take is part of the statement: MySQL and MariaDB want it constant.
    fn window_function(&mut self, call: &'q FunctionCall) -> Result<(), Error> {
        self.push(call.function.facts().name);
        self.sql.push('(');
        self.list(&call.args)?;
        match call.function {
            Function::Ntile(number) => self.number(number as usize),
            Function::Lag(number) | Function::Lead(number) | Function::NthValue(number) => {
                self.push(", ");
                self.number(number as usize);
            }
            _ => {}
        }
        self.sql.push(')');
        Ok(())
    }

    fn over(&mut self, window: &'q Window) -> Result<(), Error> {
        self.push(" OVER (");
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.list(&window.partition_by)?;
        }
        let order = match window.partition_by.is_empty() {
            true => "ORDER BY ",
            false => " ORDER BY ",
        };
        self.order_by(order, &window.order_by)?;
        if let Some(frame) = window.frame {
            if !window.partition_by.is_empty() || !window.order_by.is_empty() {
                self.sql.push(' ');
            }
            self.frame(frame)?;
        }
        self.sql.push(')');
        Ok(())
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Error> {
        let Frame { unit, start, end } = frame;
        if position(start) > position(end) {
            return Err(self.malformed("the frame of a window ends before it begins"));
        }
        self.push(match (unit, self.dialect) {
            (FrameUnit::Rows, _) => "ROWS BETWEEN ",
            (FrameUnit::Range, _) => "RANGE BETWEEN ",
            (FrameUnit::Groups, Dialect::Sqlite | Dialect::Postgres) => "GROUPS BETWEEN ",
            (FrameUnit::Groups, Dialect::MySql | Dialect::MariaDb) => {
                return Err(self.unsupported(
                    "frames of groups of rows",
                    "count rows, or the distance in the order",
                ));
            }
        });
        self.bound(start);
        self.push(" AND ");
        self.bound(end);
        Ok(())
    }

    fn bound(&mut self, bound: FrameBound) {
        let (number, words) = match bound {
            FrameBound::UnboundedPreceding => (None, "UNBOUNDED PRECEDING"),
            FrameBound::Preceding(n) => (Some(n), " PRECEDING"),
            FrameBound::CurrentRow => (None, "CURRENT ROW"),
            FrameBound::Following(n) => (Some(n), " FOLLOWING"),
            FrameBound::UnboundedFollowing => (None, "UNBOUNDED FOLLOWING"),
        };
        if let Some(number) = number {
            self.number(usize::try_from(number).unwrap_or(usize::MAX));
        }
        self.push(words);
    }
}

/// Where a bound lies, seen from the row.
fn position(bound: FrameBound) -> i128 {
    match bound {
        FrameBound::UnboundedPreceding => i128::MIN,
        FrameBound::Preceding(n) => -i128::from(n),
        FrameBound::CurrentRow => 0,
        FrameBound::Following(n) => i128::from(n),
        FrameBound::UnboundedFollowing => i128::MAX,
    }
}
