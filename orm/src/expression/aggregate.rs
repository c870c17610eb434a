//! Aggregates: one value of many rows.

use testudo_sql::{Aggregate, Expr, FunctionCall};

use super::{Aggregated, Expression, IntoExpression, Number, Window, expr};
use crate::quantify::{of_one_row, to_many_steps};
use crate::{FieldType, Filter, Model};

/// The number of rows in which the value is not NULL.
pub fn count<M: Model>(of: impl IntoExpression<M>) -> Expression<M, i64, Aggregated> {
    aggregate(Aggregate::Count, of)
}

/// The number of different values: `count(..).distinct()`.
pub fn count_distinct<M: Model>(of: impl IntoExpression<M>) -> Expression<M, i64, Aggregated> {
    count(of).distinct()
}

/// The sum; `None` over no rows.
pub fn sum<M: Model, E>(of: E) -> Expression<M, <E::Type as Number>::Sum, Aggregated>
where
    E: IntoExpression<M>,
    E::Type: Number,
{
    aggregate(Aggregate::Sum, of)
}

/// The mean; `None` over no rows.
pub fn avg<M: Model, E>(of: E) -> Expression<M, <E::Type as Number>::Mean, Aggregated>
where
    E: IntoExpression<M>,
    E::Type: Number,
{
    aggregate(Aggregate::Avg, of)
}

/// The smallest value; `None` over no rows.
pub fn min<M: Model, E>(of: E) -> Expression<M, Option<<E::Type as FieldType>::Base>, Aggregated>
where
    E: IntoExpression<M>,
    Option<<E::Type as FieldType>::Base>: FieldType,
{
    aggregate(Aggregate::Min, of)
}

/// The largest value; `None` over no rows.
pub fn max<M: Model, E>(of: E) -> Expression<M, Option<<E::Type as FieldType>::Base>, Aggregated>
where
    E: IntoExpression<M>,
    Option<<E::Type as FieldType>::Base>: FieldType,
{
    aggregate(Aggregate::Max, of)
}

fn aggregate<M: Model, T>(
    function: Aggregate,
    of: impl IntoExpression<M>,
) -> Expression<M, T, Aggregated> {
    Expression::from_expr(Expr::aggregate(function, expr(of)))
}

impl<M: Model, T> Expression<M, T, Aggregated> {
    /// Of equal values only one counts.
    #[must_use]
    pub fn distinct(self) -> Self {
        self.map(|mut call| {
            call.distinct = true;
            Expr::Function(Box::new(call))
        })
    }

    /// Only rows that satisfy the condition count; several such conditions are joined by `&`. What it
    /// says of the relation that the aggregate is over, it says of the row that is counted.
    #[must_use]
    pub fn filter(self, condition: Filter<M>) -> Self {
        self.map(|mut call| {
            let steps = to_many_steps(&call.args);
            let condition = of_one_row(condition.into_expr(), &steps);
            call.filter = Some(match call.filter.take() {
                Some(before) => before.and(condition),
                None => condition,
            });
            Expr::Function(Box::new(call))
        })
    }

    /// The aggregate over a window of rows, beside each row.
    #[must_use]
    pub fn over(self, window: Window<M>) -> Expression<M, T> {
        self.map(|call| window.over(call))
    }

    fn map<K>(self, change: impl FnOnce(FunctionCall) -> Expr) -> Expression<M, T, K> {
        // An aggregate is a call, whichever form it has.
        Expression::from_expr(match self.into_expr().into_call() {
            Ok(call) => change(call),
            Err(other) => other,
        })
    }
}
