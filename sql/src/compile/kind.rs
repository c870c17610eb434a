//! What kind of value an expression is, as far as its columns and binds tell.

use crate::compile::writer::MAX_DEPTH;
use crate::expr::Gives;
use crate::schema::ColumnType;
use crate::{
    Aggregate, Arithmetic, ArithmeticOp, ColumnRef, DatePart, Expr, Function, FunctionCall,
    JsonType, Projection, Value,
};

/// A kind of value, where dialects treat it in a way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Integer,
    Single,
    Double,
    Decimal,
    Text,
    /// A point in time, in UTC.
    Instant,
    /// A date and a time of day without a zone.
    Naive,
    Date,
    Json,
    Other,
}

/// Whether the quotient is an integer to Postgres and SQLite. MySQL would give it a fraction.
pub(super) fn is_integer_quotient(arithmetic: &Arithmetic) -> bool {
    arithmetic.op == ArithmeticOp::Div
        && kind(&arithmetic.left) == Some(Kind::Integer)
        && kind(&arithmetic.right) == Some(Kind::Integer)
}

/// Whether SQLite needs a cast to divide these as decimals: it keeps a whole decimal as an INTEGER,
/// and the quotient of two of those is truncated, for 10.00 but not for 10.10.
///
/// A quotient of decimals is a REAL already; a cast for each of a chain would also use up the depth
/// that SQLite allows.
pub(super) fn needs_cast(arithmetic: &Arithmetic) -> bool {
    is_decimal_quotient(arithmetic)
        && !matches!(&arithmetic.left, Expr::Arithmetic(left) if is_decimal_quotient(left))
}

fn is_decimal_quotient(arithmetic: &Arithmetic) -> bool {
    arithmetic.op == ArithmeticOp::Div
        && [&arithmetic.left, &arithmetic.right]
            .into_iter()
            .any(|side| kind(side) == Some(Kind::Decimal))
}

/// The kind of an expression, if it can be told.
pub(super) fn kind(expr: &Expr) -> Option<Kind> {
    looked_at(expr, MAX_DEPTH)
}

/// The kind of a column.
pub(super) fn kind_of_column(column: &ColumnRef) -> Kind {
    match column.column.ty {
        ColumnType::Bool => Kind::Bool,
        ColumnType::SmallInt | ColumnType::Int | ColumnType::BigInt | ColumnType::Duration => {
            Kind::Integer
        }
        ColumnType::Real => Kind::Single,
        ColumnType::Double => Kind::Double,
        ColumnType::Decimal { .. } => Kind::Decimal,
        ColumnType::VarChar(_) | ColumnType::Text => Kind::Text,
        ColumnType::DateTime => Kind::Instant,
        ColumnType::NaiveDateTime => Kind::Naive,
        ColumnType::Date => Kind::Date,
        ColumnType::Json => Kind::Json,
        ColumnType::Bytes | ColumnType::Uuid | ColumnType::Time => Kind::Other,
    }
}

fn kind_of_value(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Kind::Bool,
        Value::I16(_) | Value::I32(_) | Value::I64(_) => Kind::Integer,
        Value::F32(_) => Kind::Single,
        Value::F64(_) => Kind::Double,
        Value::Text(_) => Kind::Text,
        Value::Decimal(_) => Kind::Decimal,
        Value::DateTime(_) => Kind::Instant,
        Value::NaiveDateTime(_) => Kind::Naive,
        Value::Date(_) => Kind::Date,
        Value::Json(_) => Kind::Json,
        Value::Bytes(_) | Value::Uuid(_) | Value::Time(_) | Value::Array(_) => Kind::Other,
    })
}

/// Deeper than `look` the statement is refused anyway.
fn looked_at(expr: &Expr, look: usize) -> Option<Kind> {
    let look = look.checked_sub(1)?;
    let inner = |expr: &Expr| looked_at(expr, look);
    match expr {
        Expr::Value(value) => kind_of_value(value),
        Expr::Column(column) | Expr::Outer(column) | Expr::Excluded(column) => {
            Some(kind_of_column(column))
        }
        Expr::Aggregate(function, column) => given(*function, kind_of_column(column)),
        Expr::Arithmetic(arithmetic) => {
            common([inner(&arithmetic.left), inner(&arithmetic.right)].into_iter())
        }
        Expr::DatePart(DatePart::Date, _) => Some(Kind::Date),
        Expr::DatePart(..) => Some(Kind::Integer),
        Expr::Function(call) => kind_of_call(call, inner),
        Expr::Window(over) => kind_of_call(&over.call, inner),
        Expr::Case(case) => {
            let results = case.branches.iter().map(|(_, result)| result);
            common(results.chain(&case.otherwise).filter(is_given).map(inner))
        }
        Expr::Json(json) => Some(match json.ty {
            JsonType::Json => Kind::Json,
            JsonType::Text => Kind::Text,
            JsonType::Integer => Kind::Integer,
            JsonType::Double => Kind::Double,
            JsonType::Bool => Kind::Bool,
        }),
        Expr::Subquery(select) => match &select.projection {
            Projection::Items(items) => items.first().and_then(|item| inner(&item.expr)),
            Projection::Model(_) | Projection::One => None,
        },
        Expr::Name(_) | Expr::Row(_) => None,
        Expr::Compare { .. }
        | Expr::ColumnIn { .. }
        | Expr::Comparison(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::In(_)
        | Expr::Between(_)
        | Expr::Like(_)
        | Expr::Regex(_)
        | Expr::JsonContains(_)
        | Expr::Exists(_)
        | Expr::Any(_) => Some(Kind::Bool),
    }
}

fn is_given(expr: &&Expr) -> bool {
    !matches!(expr, Expr::Value(Value::Null))
}

fn kind_of_call(call: &FunctionCall, inner: impl Fn(&Expr) -> Option<Kind>) -> Option<Kind> {
    let args = || common(call.args.iter().filter(is_given).map(&inner));
    match call.function.facts().gives {
        Gives::Integer => Some(Kind::Integer),
        Gives::Double => Some(Kind::Double),
        Gives::Text => Some(Kind::Text),
        Gives::Instant => Some(Kind::Instant),
        // The others are not values of the same kind: digits, a duration.
        Gives::Argument
            if matches!(
                call.function,
                Function::Round | Function::AddTime | Function::SubTime
            ) =>
        {
            call.args.first().and_then(inner)
        }
        Gives::Argument => args(),
        Gives::Sum => args().map(summed_up),
        Gives::Mean => args().map(mean),
        Gives::Unknown => None,
    }
}

fn given(aggregate: Aggregate, of: Kind) -> Option<Kind> {
    Some(match aggregate {
        Aggregate::Count => Kind::Integer,
        Aggregate::Sum => summed_up(of),
        Aggregate::Avg => mean(of),
        Aggregate::Min | Aggregate::Max => of,
    })
}

fn summed_up(of: Kind) -> Kind {
    match of {
        Kind::Single => Kind::Double,
        of => of,
    }
}

fn mean(of: Kind) -> Kind {
    match of {
        Kind::Decimal => Kind::Decimal,
        _ => Kind::Double,
    }
}

/// What operands make together: one decimal makes all of it decimal, and only integers make an
/// integer.
fn common(mut kinds: impl Iterator<Item = Option<Kind>>) -> Option<Kind> {
    let first = kinds.next()?;
    kinds.fold(first, |a, b| match (a, b) {
        (Some(Kind::Decimal), _) | (_, Some(Kind::Decimal)) => Some(Kind::Decimal),
        (Some(Kind::Integer), Some(Kind::Integer)) => Some(Kind::Integer),
        (Some(Kind::Integer), other) | (other, Some(Kind::Integer)) => match other {
            Some(Kind::Single | Kind::Double) => Some(Kind::Double),
            _ => None,
        },
        (Some(Kind::Single), Some(Kind::Single)) => Some(Kind::Single),
        (Some(Kind::Single | Kind::Double), Some(Kind::Single | Kind::Double)) => {
            Some(Kind::Double)
        }
        (Some(a), _) => Some(a),
        (None, b) => b,
    })
}
