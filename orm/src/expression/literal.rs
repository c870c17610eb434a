//! Plain values as expressions.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::Expr;
use uuid::Uuid;

use super::{Expression, IntoExpression};
use crate::Model;
use crate::custom_type::OwnOperand;
use crate::operand::{IntoOperand, Operand};

macro_rules! literals {
    ($($source:ty => $ty:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: Model> IntoExpression<M> for $source {
            type Type = $ty;

            fn into_expression(self) -> Expression<M, $ty> {
                Expression::from_expr(IntoOperand::<M, $ty>::into_operand(self).into_expr())
            }
        }
    )*};
}

literals! {
    bool => bool, i16 => i16, i32 => i32, i64 => i64, f32 => f32, f64 => f64, &str => String,
    String => String, &String => String, &[u8] => Vec<u8>, Vec<u8> => Vec<u8>, Decimal => Decimal,
    Uuid => Uuid, DateTime<Utc> => DateTime<Utc>, NaiveDateTime => NaiveDateTime,
    NaiveDate => NaiveDate, NaiveTime => NaiveTime, serde_json::Value => serde_json::Value,
    std::time::Duration => std::time::Duration,
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: OwnOperand> IntoExpression<M> for T {
    type Type = T;

    fn into_expression(self) -> Expression<M, T> {
        Expression::from_expr(Expr::Value(self.to_value()))
    }
}

impl Operand {
    /// The operand, untyped.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        match self {
            Operand::Value(value) => Expr::Value(value),
            Operand::Expr(expr) => expr,
        }
    }
}
