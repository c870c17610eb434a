//! Typed expressions: arithmetic on columns (`F` in Django and Tortoise), aggregates, parts of dates.

use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Rem, Sub};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::schema::Path;
use testudo_sql::{Aggregate, ArithmeticOp, DatePart, Expr, Function, FunctionCall};

use crate::operand::{IntoOperand, Operand};
use crate::{Column, FieldType, Model};

/// An expression of type `T` in a query on the model `M`.
pub struct Expression<M, T> {
    expr: Expr,
    /// Where its column is, for a condition on a to-many relation.
    path: Option<&'static Path>,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Expression<M, T> {
    /// A typed expression from an untyped one of the query compiler.
    #[must_use]
    pub fn from_expr(expr: Expr) -> Self {
        Expression {
            expr,
            path: None,
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
        let path = operand.path();
        Self::at(path, operand.into_expr())
    }

    pub(crate) fn path(&self) -> Option<&'static Path> {
        self.path
    }

    fn at(path: Option<&'static Path>, expr: Expr) -> Self {
        Expression {
            expr,
            path,
            types: PhantomData,
        }
    }
}

impl<M, T> Clone for Expression<M, T> {
    fn clone(&self) -> Self {
        Self::at(self.path, self.expr.clone())
    }
}

impl<M, T> std::fmt::Debug for Expression<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.expr).finish()
    }
}

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

/// A type with a calendar date in it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no calendar date",
    note = "parts of a date are taken from DateTime<Utc>, NaiveDateTime and NaiveDate"
)]
pub trait Dated: FieldType {}

impl Dated for DateTime<Utc> {}
impl Dated for NaiveDateTime {}
impl Dated for NaiveDate {}
impl<T: Dated + FieldType<Base = T>> Dated for Option<T> {}

/// Of the paths of two operands the one that leads to many rows, if one does.
fn to_many(left: Option<&'static Path>, right: Option<&'static Path>) -> Option<&'static Path> {
    match left {
        Some(path) if path.crosses_many() => left,
        _ => right.or(left),
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $op:ident;)*) => {$(
        impl<M: Model, T: Number, R: IntoOperand<M, T>> $trait<R> for Column<M, T> {
            type Output = Expression<M, T>;

            fn $method(self, right: R) -> Expression<M, T> {
                let right = right.into_operand();
                let path = to_many(Some(self.reference().path), right.path());
                let right = right.into_expr();
                Expression::at(path, Expr::arithmetic(self.expr(), ArithmeticOp::$op, right))
            }
        }

        impl<M: Model, T: Number, R: IntoOperand<M, T>> $trait<R> for Expression<M, T> {
            type Output = Expression<M, T>;

            fn $method(self, right: R) -> Expression<M, T> {
                let right = right.into_operand();
                let path = to_many(self.path, right.path());
                let right = right.into_expr();
                Expression::at(path, Expr::arithmetic(self.expr, ArithmeticOp::$op, right))
            }
        }
    )*};
}

arithmetic! {
    Add add Add;
    Sub sub Sub;
    Mul mul Mul;
    Div div Div;
    Rem rem Rem;
}

macro_rules! date_parts {
    ($($(#[$doc:meta])* $name:ident $part:ident -> $ty:ty;)*) => {
        impl<M: Model, T: Dated> Column<M, T> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(self) -> Expression<M, $ty> {
                let part = Expr::DatePart(DatePart::$part, Box::new(self.expr()));
                Expression::at(Some(self.reference().path), part)
            }
        )*}
    };
}

date_parts! {
    /// The calendar date, in UTC.
    date Date -> NaiveDate;
    /// The year.
    year Year -> i64;
    /// The quarter, 1 to 4.
    quarter Quarter -> i64;
    /// The month, 1 to 12.
    month Month -> i64;
    /// The day of the month, 1 to 31.
    day Day -> i64;
    /// The hour, 0 to 23, in UTC.
    hour Hour -> i64;
    /// The minute, 0 to 59.
    minute Minute -> i64;
    /// The whole second, 0 to 59.
    second Second -> i64;
}

/// The number of rows in which the column is not NULL.
#[must_use]
pub fn count<M: Model, T>(column: Column<M, T>) -> Expression<M, i64> {
    aggregate(Aggregate::Count, column)
}

/// The number of different values of the column.
#[must_use]
pub fn count_distinct<M: Model, T>(column: Column<M, T>) -> Expression<M, i64> {
    Expression::from_expr(Expr::Function(Box::new(FunctionCall {
        function: Function::Count,
        args: vec![column.expr()],
        distinct: true,
        filter: None,
    })))
}

/// The sum of the column; `None` over no rows.
#[must_use]
pub fn sum<M: Model, T: Number>(column: Column<M, T>) -> Expression<M, T::Sum> {
    aggregate(Aggregate::Sum, column)
}

/// The mean of the column; `None` over no rows.
#[must_use]
pub fn avg<M: Model, T: Number>(column: Column<M, T>) -> Expression<M, T::Mean> {
    aggregate(Aggregate::Avg, column)
}

/// The smallest value of the column; `None` over no rows.
#[must_use]
pub fn min<M: Model, T: FieldType>(column: Column<M, T>) -> Expression<M, Option<T::Base>>
where
    T::Base: FieldType<Base = T::Base>,
{
    aggregate(Aggregate::Min, column)
}

/// The largest value of the column; `None` over no rows.
#[must_use]
pub fn max<M: Model, T: FieldType>(column: Column<M, T>) -> Expression<M, Option<T::Base>>
where
    T::Base: FieldType<Base = T::Base>,
{
    aggregate(Aggregate::Max, column)
}

fn aggregate<M: Model, T, U>(function: Aggregate, column: Column<M, T>) -> Expression<M, U> {
    Expression::from_expr(Expr::Aggregate(function, column.reference()))
}
