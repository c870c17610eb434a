//! Which expressions are integers, so that a division of them is one of integers on every dialect.

use crate::compile::writer::MAX_DEPTH;
use crate::schema::ColumnType;
use crate::{Aggregate, Arithmetic, ArithmeticOp, ColumnRef, DatePart, Expr, Function, Value};

/// Whether the quotient is an integer to Postgres and SQLite. MySQL would give it a fraction.
pub(super) fn is_integer_quotient(arithmetic: &Arithmetic) -> bool {
    arithmetic.op == ArithmeticOp::Div
        && is_integer(&arithmetic.left)
        && is_integer(&arithmetic.right)
}

/// Whether an expression is an integer, as far as its columns and binds tell.
pub(super) fn is_integer(expr: &Expr) -> bool {
    looked_at(expr, MAX_DEPTH)
}

/// Deeper than `look` the statement is refused anyway.
fn looked_at(expr: &Expr, look: usize) -> bool {
    let Some(look) = look.checked_sub(1) else {
        return false;
    };
    let inner = |expr: &Expr| looked_at(expr, look);
    match expr {
        Expr::Value(value) => matches!(value, Value::I16(_) | Value::I32(_) | Value::I64(_)),
        Expr::Column(column) | Expr::Outer(column) => is_integer_column(column),
        Expr::Aggregate(function, column) => match function {
            Aggregate::Count => true,
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => is_integer_column(column),
            Aggregate::Avg => false,
        },
        Expr::Arithmetic(arithmetic) => inner(&arithmetic.left) && inner(&arithmetic.right),
        Expr::DatePart(part, _) => *part != DatePart::Date,
        Expr::Function(call) => match call.function {
            Function::Count | Function::Length => true,
            Function::Sum | Function::Min | Function::Max | Function::Abs | Function::Coalesce => {
                call.args.iter().all(inner)
            }
            _ => false,
        },
        Expr::Case(case) => {
            case.branches.iter().all(|(_, result)| inner(result))
                && case.otherwise.as_ref().is_none_or(inner)
        }
        _ => false,
    }
}

pub(super) fn is_integer_column(column: &ColumnRef) -> bool {
    matches!(
        column.column.ty,
        ColumnType::SmallInt | ColumnType::Int | ColumnType::BigInt | ColumnType::Duration
    )
}
