//! Operators: numbers calculated, times moved, texts joined.

use std::ops::{Add, Div, Mul, Rem, Sub};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::{ArithmeticOp, Expr, Function};

use super::{Expression, IntoExpression, NullWith, expr};
use crate::operand::IntoOperand;
use crate::{Column, FieldType, Model};

/// A type that can be added, subtracted, multiplied, divided, summed and averaged.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    note = "arithmetic, `sum` and `avg` need a column of integers, floats or decimals"
)]
pub trait Number: FieldType {
    /// The type of a sum: `None` over no rows.
    type Sum: FieldType;
    /// The type of a mean: `None` over no rows.
    type Mean: FieldType;
}

macro_rules! numbers {
    ($($ty:ty: $sum:ty, $mean:ty;)*) => {$(
        impl Number for $ty {
            type Sum = Option<$sum>;
            type Mean = Option<$mean>;
        }
        impl Number for Option<$ty> {
            type Sum = Option<$sum>;
            type Mean = Option<$mean>;
        }
    )*};
}

numbers! {
    i16: i64, f64;
    i32: i64, f64;
    i64: i64, f64;
    f32: f64, f64;
    f64: f64, f64;
    Decimal: Decimal, Decimal;
}

/// A type that has a `+`: numbers, times and a [`Duration`], texts.
#[diagnostic::on_unimplemented(
    message = "nothing can be added to `{Self}`",
    note = "`+` is for numbers, for texts, and for times and a `Duration`"
)]
pub trait Summand: FieldType {
    /// What is added.
    type Step: FieldType;

    /// The sum, untyped.
    #[doc(hidden)]
    fn plus(left: Expr, right: Expr) -> Expr;
}

/// A type that has a `-`: numbers, times and a [`Duration`].
#[diagnostic::on_unimplemented(
    message = "nothing can be subtracted from `{Self}`",
    note = "`-` is for numbers, and for times and a `Duration`"
)]
pub trait Minuend: Summand {
    /// The difference, untyped.
    #[doc(hidden)]
    fn minus(left: Expr, right: Expr) -> Expr;
}

impl<T: Number> Summand for T {
    type Step = T;

    fn plus(left: Expr, right: Expr) -> Expr {
        Expr::arithmetic(left, ArithmeticOp::Add, right)
    }
}

impl<T: Number> Minuend for T {
    fn minus(left: Expr, right: Expr) -> Expr {
        Expr::arithmetic(left, ArithmeticOp::Sub, right)
    }
}

macro_rules! times {
    ($($ty:ty),*) => {$(
        impl Summand for $ty {
            type Step = Duration;

            fn plus(left: Expr, right: Expr) -> Expr {
                Expr::call(Function::AddTime, vec![left, right])
            }
        }

        impl Minuend for $ty {
            fn minus(left: Expr, right: Expr) -> Expr {
                Expr::call(Function::SubTime, vec![left, right])
            }
        }
    )*};
}

times!(
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    NaiveDateTime,
    Option<NaiveDateTime>
);

macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl Summand for $ty {
            type Step = String;

            fn plus(left: Expr, right: Expr) -> Expr {
                joined(left, right)
            }
        }
    )*};
}

texts!(String, Option<String>);

/// Texts joined; a chain is one call.
pub(super) fn joined(left: Expr, right: Expr) -> Expr {
    match left {
        Expr::Function(mut call) if call.function == Function::Concat => {
            call.args.push(right);
            Expr::Function(call)
        }
        left => Expr::call(Function::Concat, vec![left, right]),
    }
}

/// The type of an operand by itself.
type Given<M, R, T> = <R as IntoOperand<M, T>>::Given;

macro_rules! operators {
    ($($trait:ident $method:ident: $bound:ident, $operand:ty, |$left:ident, $right:ident| $made:expr;)*) => {$(
        impl<M: Model, T, R> $trait<R> for Column<M, T>
        where
            T: $bound + NullWith<Given<M, R, $operand>>,
            R: IntoOperand<M, $operand>,
        {
            type Output = Expression<M, <T as NullWith<Given<M, R, $operand>>>::Output>;

            fn $method(self, right: R) -> Self::Output {
                let ($left, $right) = (self.into_expr(), right.into_operand().into_expr());
                Expression::from_expr($made)
            }
        }

        impl<M: Model, T, K, R> $trait<R> for Expression<M, T, K>
        where
            T: $bound + NullWith<Given<M, R, $operand>>,
            R: IntoOperand<M, $operand>,
        {
            type Output = Expression<M, <T as NullWith<Given<M, R, $operand>>>::Output>;

            fn $method(self, right: R) -> Self::Output {
                let ($left, $right) = (self.into_expr(), right.into_operand().into_expr());
                Expression::from_expr($made)
            }
        }
    )*};
}

operators! {
    Add add: Summand, T::Step, |left, right| T::plus(left, right);
    Sub sub: Minuend, T::Step, |left, right| T::minus(left, right);
    Mul mul: Number, T, |left, right| Expr::arithmetic(left, ArithmeticOp::Mul, right);
    Div div: Number, T, |left, right| Expr::arithmetic(left, ArithmeticOp::Div, right);
    Rem rem: Number, T, |left, right| Expr::arithmetic(left, ArithmeticOp::Rem, right);
}

/// The rest of a division, as `%`: of integers the same on every backend, with the sign of the first.
pub fn modulo<M, E, R>(of: E, by: R) -> Expression<M, <E::Type as NullWith<R::Given>>::Output>
where
    M: Model,
    E: IntoExpression<M>,
    R: IntoOperand<M, E::Type>,
    E::Type: Number + NullWith<R::Given>,
{
    let by = by.into_operand().into_expr();
    Expression::from_expr(Expr::arithmetic(expr(of), ArithmeticOp::Rem, by))
}
