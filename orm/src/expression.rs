//! Typed expressions in a query: columns, values and what is made of them.

mod aggregate;
mod arithmetic;
mod case;
mod cast;
mod date;
mod function;
mod json;
mod literal;
mod nullable;
mod own;
mod text;
mod window;

use std::marker::PhantomData;

use testudo_sql::Expr;

pub use self::aggregate::{avg, count, count_distinct, max, min, sum};
pub use self::arithmetic::{Minuend, Number, Summand, modulo};
pub use self::case::{Case, StartedCase, case};
pub use self::cast::CastInto;
pub use self::date::{Dated, Moment, Timed};
pub use self::function::{
    abs, ceil, coalesce, floor, greatest, least, now, nullif, power, random, round, round_to, sqrt,
};
pub use self::json::JsonSteps;
pub use self::nullable::{Fits, NullWith};
pub use self::text::{
    Text, concat, left, length, lower, ltrim, replace, right, rtrim, substr, trim, upper,
};
pub use self::window::{
    Window, WindowFunction, cume_dist, dense_rank, first_value, lag, last_value, lead, nth_value,
    ntile, percent_rank, rank, row_number, window,
};
use crate::operand::Operand;
use crate::{Column, FieldType, Model};

/// An expression of type `T` in a query on the model `M`. `K` tells an aggregate, which takes
/// `distinct`, `filter` and `over`, from the others.
pub struct Expression<M, T, K = Scalar> {
    expr: Expr,
    types: PhantomData<Types<M, T, K>>,
}

/// Said of an expression, and not in it.
type Types<M, T, K> = fn() -> (M, T, K);

/// The kind of an expression that is no aggregate.
#[derive(Debug, Clone, Copy)]
pub enum Scalar {}

/// The kind of an expression that is an aggregate.
#[derive(Debug, Clone, Copy)]
pub enum Aggregated {}

impl<M, T, K> Expression<M, T, K> {
    /// A typed expression from an untyped one of the query compiler.
    #[must_use]
    pub fn from_expr(expr: Expr) -> Self {
        Expression {
            expr,
            types: PhantomData,
        }
    }

    /// The untyped expression.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// What stands on the right of an operator, as an expression.
    pub(crate) fn of_operand(operand: Operand) -> Self {
        Self::from_expr(operand.into_expr())
    }
}

impl<M, T, K> Clone for Expression<M, T, K> {
    fn clone(&self) -> Self {
        Self::from_expr(self.expr.clone())
    }
}

impl<M, T, K> std::fmt::Debug for Expression<M, T, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.expr).finish()
    }
}

/// What a function can be of: a column, an expression or a plain value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no expression of the model `{M}`",
    label = "expected a column, an expression or a value",
    note = "a column of another model is reached by a relation: `Order::user().username`"
)]
pub trait IntoExpression<M>: Sized {
    /// The type of its values.
    type Type: FieldType;

    /// The same as an expression.
    fn into_expression(self) -> Expression<M, Self::Type>;
}

impl<M: Model, T: FieldType> IntoExpression<M> for Column<M, T> {
    type Type = T;

    fn into_expression(self) -> Expression<M, T> {
        Expression::from_expr(self.into_expr())
    }
}

impl<M: Model, T: FieldType, K> IntoExpression<M> for Expression<M, T, K> {
    type Type = T;

    fn into_expression(self) -> Expression<M, T> {
        Expression::from_expr(self.into_expr())
    }
}

/// The untyped form of what a function is of.
fn expr<M>(of: impl IntoExpression<M>) -> Expr {
    of.into_expression().into_expr()
}

/// Writes methods once for columns and for expressions; `self.into_expr()` is what they are of. The
/// types are all of a trait, or counted out where two sets of methods share a name.
macro_rules! on_columns_and_expressions {
    (<$ty:ident: $bound:path> { $($methods:tt)* }) => {
        impl<M: Model, $ty: $bound> Column<M, $ty> { $($methods)* }
        impl<M: Model, $ty: $bound, K> Expression<M, $ty, K> { $($methods)* }
    };
    ([$ty:ty $(, $more:ty)*] { $($methods:tt)* }) => {
        impl<M: Model> Column<M, $ty> { $($methods)* }
        impl<M: Model, K> Expression<M, $ty, K> { $($methods)* }
        $crate::expression::on_columns_and_expressions!([$($more),*] { $($methods)* });
    };
    ([] { $($methods:tt)* }) => {};
}

pub(crate) use on_columns_and_expressions;
