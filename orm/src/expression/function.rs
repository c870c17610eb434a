//! Functions of numbers, of several values, of nothing.

use chrono::{DateTime, Utc};
use testudo_sql::{Expr, Function};

use super::{Expression, IntoExpression, NullWith, Number, expr};
use crate::operand::IntoOperand;
use crate::{FieldType, Model};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident $function:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<M: Model, E>(number: E) -> Expression<M, E::Type>
        where
            E: IntoExpression<M>,
            E::Type: Number,
        {
            Expression::from_expr(Expr::call(Function::$function, vec![expr(number)]))
        }
    )*};
}

numbers! {
    /// The number without its sign.
    abs Abs;
    /// The nearest whole number.
    round Round;
}

macro_rules! fractions {
    ($($(#[$doc:meta])* $name:ident $function:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<M: Model, E>(number: E) -> Expression<M, E::Type>
        where
            E: IntoExpression<M>,
            E::Type: Fraction,
        {
            Expression::from_expr(Expr::call(Function::$function, vec![expr(number)]))
        }
    )*};
}

fractions! {
    /// The next whole number upwards.
    ceil Ceil;
    /// The next whole number downwards.
    floor Floor;
}

/// A number that may have digits behind the point.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no digits behind the point",
    note = "`ceil` and `floor` are of floats and decimals"
)]
pub trait Fraction: Number {}

impl Fraction for f32 {}
impl Fraction for f64 {}
impl Fraction for rust_decimal::Decimal {}
impl<T: Fraction + FieldType<Base = T>> Fraction for Option<T> where Option<T>: Number {}

/// The number with this many digits behind the point.
pub fn round_to<M: Model, E>(number: E, digits: u8) -> Expression<M, E::Type>
where
    E: IntoExpression<M>,
    E::Type: Number,
{
    let digits = Expr::Value(i64::from(digits).into());
    Expression::from_expr(Expr::call(Function::Round, vec![expr(number), digits]))
}

/// The number raised to a power. SQLite can do it only where it was compiled to.
pub fn power<M, E>(
    number: E,
    exponent: impl IntoExpression<M, Type: Number>,
) -> Expression<M, <f64 as NullWith<E::Type>>::Output>
where
    M: Model,
    E: IntoExpression<M>,
    E::Type: Number,
    f64: NullWith<E::Type>,
{
    let args = vec![expr(number), expr(exponent)];
    Expression::from_expr(Expr::call(Function::Power, args))
}

/// The square root of a number that is not negative. SQLite can do it only where it was compiled to.
pub fn sqrt<M, E>(number: E) -> Expression<M, <f64 as NullWith<E::Type>>::Output>
where
    M: Model,
    E: IntoExpression<M>,
    E::Type: Number,
    f64: NullWith<E::Type>,
{
    Expression::from_expr(Expr::call(Function::Sqrt, vec![expr(number)]))
}

/// The first value, or the second where the first is NULL. Three values: `coalesce(a, coalesce(b, c))`.
pub fn coalesce<M, E, R>(value: E, fallback: R) -> Expression<M, R::Given>
where
    M: Model,
    E: IntoExpression<M>,
    R: IntoOperand<M, E::Type>,
{
    let mut args = vec![expr(value)];
    match fallback.into_operand().into_expr() {
        Expr::Function(call) if call.function == Function::Coalesce => args.extend(call.args),
        fallback => args.push(fallback),
    }
    Expression::from_expr(Expr::call(Function::Coalesce, args))
}

/// NULL where both values are equal, else the first.
pub fn nullif<M, E>(
    value: E,
    other: impl IntoOperand<M, E::Type>,
) -> Expression<M, Option<<E::Type as FieldType>::Base>>
where
    M: Model,
    E: IntoExpression<M>,
    Option<<E::Type as FieldType>::Base>: FieldType,
{
    let args = vec![expr(value), other.into_operand().into_expr()];
    Expression::from_expr(Expr::call(Function::NullIf, args))
}

macro_rules! extremes {
    ($($(#[$doc:meta])* $name:ident $function:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<M, E, R>(
            value: E,
            other: R,
        ) -> Expression<M, <E::Type as NullWith<R::Given>>::Output>
        where
            M: Model,
            E: IntoExpression<M>,
            R: IntoOperand<M, E::Type>,
            E::Type: NullWith<R::Given>,
        {
            let args = vec![expr(value), other.into_operand().into_expr()];
            Expression::from_expr(Expr::call(Function::$function, args))
        }
    )*};
}

extremes! {
    /// The larger of two values of one row; NULL if one of them is.
    greatest Greatest;
    /// The smaller of two values of one row; NULL if one of them is.
    least Least;
}

/// The time of the statement.
#[must_use]
pub fn now<M: Model>() -> Expression<M, DateTime<Utc>> {
    Expression::from_expr(Expr::call(Function::Now, Vec::new()))
}

/// A random number of at least 0 and less than 1, another for each row.
#[must_use]
pub fn random<M: Model>() -> Expression<M, f64> {
    Expression::from_expr(Expr::call(Function::Random, Vec::new()))
}
