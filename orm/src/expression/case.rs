//! `CASE WHEN`: a value for each condition.

use std::marker::PhantomData;

use testudo_sql::{self as sql, Expr};

use super::{Expression, IntoExpression, NullWith, expr};
use crate::operand::IntoOperand;
use crate::{FieldType, Filter, Model};

/// A value that depends on conditions: `case().when(condition, value).otherwise(value)`.
///
/// The first condition that holds decides. The type is that of the first value; it becomes an `Option`
/// if one of the values may be NULL.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::sql::Dialect;
/// # #[derive(Model, Debug)]
/// # #[model(table = "orders")]
/// # pub struct Order { #[field(primary_key)] id: i64, amount: i64 }
/// let size = case()
///     .when(Order::amount.gt(1_000), "large")
///     .when(Order::amount.gt(100), "middle")
///     .otherwise("small");
/// let sizes = Order::all().values((Order::id, size));
/// assert_eq!(
///     sizes.sql(Dialect::Sqlite)?,
///     r#"SELECT "orders"."id", CASE WHEN "orders"."amount" > ? THEN ? WHEN "orders"."amount" > ? THEN ? ELSE ? END FROM "orders""#,
/// );
/// # Ok::<(), testudo_orm::Error>(())
/// ```
pub fn case() -> StartedCase {
    StartedCase
}

/// A `CASE` without any branch.
#[must_use = "a case is no expression before it has a `when` and ends by `otherwise` or `end`"]
#[derive(Debug, Clone, Copy)]
pub struct StartedCase;

impl StartedCase {
    /// The value where the condition holds.
    pub fn when<M: Model, E: IntoExpression<M>>(
        self,
        condition: Filter<M>,
        value: E,
    ) -> Case<M, E::Type> {
        Case {
            case: sql::Case {
                branches: vec![(condition.into_expr(), expr(value))],
                otherwise: None,
            },
            types: PhantomData,
        }
    }
}

/// A `CASE` with at least one branch, of values of type `T`.
#[must_use = "a case is no expression before it ends by `otherwise` or `end`"]
#[derive(Debug, Clone)]
pub struct Case<M, T> {
    case: sql::Case,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M: Model, T: FieldType> Case<M, T> {
    /// The value where the condition holds and none before it.
    pub fn when<R>(
        mut self,
        condition: Filter<M>,
        value: R,
    ) -> Case<M, <T as NullWith<R::Given>>::Output>
    where
        R: IntoOperand<M, T>,
        T: NullWith<R::Given>,
    {
        let value = value.into_operand().into_expr();
        self.case.branches.push((condition.into_expr(), value));
        Case {
            case: self.case,
            types: PhantomData,
        }
    }

    /// The value where no condition holds.
    pub fn otherwise<R>(mut self, value: R) -> Expression<M, <T as NullWith<R::Given>>::Output>
    where
        R: IntoOperand<M, T>,
        T: NullWith<R::Given>,
    {
        self.case.otherwise = Some(value.into_operand().into_expr());
        Expression::from_expr(Expr::Case(Box::new(self.case)))
    }

    /// NULL where no condition holds.
    pub fn end(self) -> Expression<M, Option<T::Base>>
    where
        Option<T::Base>: FieldType,
    {
        Expression::from_expr(Expr::Case(Box::new(self.case)))
    }
}
