//! Which expressions are exact decimals, so that a division of them is no division of integers.

use crate::compile::writer::MAX_DEPTH;
use crate::schema::ColumnType;
use crate::{Aggregate, Arithmetic, ArithmeticOp, ColumnRef, Expr, Function, Projection, Value};

/// Whether SQLite needs a cast to divide these as decimals: it keeps a whole decimal as an INTEGER,
/// and the quotient of two of those is truncated, for 10.00 but not for 10.10.
///
/// A quotient of decimals is a REAL already; a cast for each of a chain would also use up the depth
/// that SQLite allows.
pub(super) fn needs_cast(arithmetic: &Arithmetic) -> bool {
    is_quotient(arithmetic)
        && !matches!(&arithmetic.left, Expr::Arithmetic(left) if is_quotient(left))
}

fn is_quotient(arithmetic: &Arithmetic) -> bool {
    arithmetic.op == ArithmeticOp::Div
        && (is_decimal(&arithmetic.left, MAX_DEPTH) || is_decimal(&arithmetic.right, MAX_DEPTH))
}

/// Deeper than `look` the statement is refused anyway.
fn is_decimal(expr: &Expr, look: usize) -> bool {
    let Some(look) = look.checked_sub(1) else {
        return false;
    };
    let inner = |expr: &Expr| is_decimal(expr, look);
    match expr {
        Expr::Value(value) => matches!(value, Value::Decimal(_)),
        Expr::Column(column) | Expr::Outer(column) => is_decimal_column(column),
        Expr::Aggregate(function, column) => {
            *function != Aggregate::Count && is_decimal_column(column)
        }
        Expr::Arithmetic(arithmetic) => inner(&arithmetic.left) || inner(&arithmetic.right),
        Expr::Function(call) => {
            let keeps_the_type = matches!(
                call.function,
                Function::Sum
                    | Function::Avg
                    | Function::Min
                    | Function::Max
                    | Function::Abs
                    | Function::Round
                    | Function::Coalesce
            );
            keeps_the_type && call.args.iter().any(inner)
        }
        Expr::Case(case) => {
            case.branches.iter().any(|(_, result)| inner(result))
                || case.otherwise.as_ref().is_some_and(inner)
        }
        Expr::Subquery(select) => match &select.projection {
            Projection::Items(items) => items.iter().any(|item| inner(&item.expr)),
            _ => false,
        },
        _ => false,
    }
}

fn is_decimal_column(column: &ColumnRef) -> bool {
    matches!(column.column.ty, ColumnType::Decimal { .. })
}
