//! What may stand on the right of an operator: a value of the column's type, a column, an expression.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use testudo_sql::{Expr, Value};
use uuid::Uuid;

use crate::custom_type::OwnOperand;
use crate::expression::Expression;
use crate::{Column, FieldType, Model};

/// A value or expression that fits a column of type `T` in a query on the model `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a column of type `{T}` of the model `{M}`",
    label = "expected a value for `{T}`, or a column or expression of `{M}`",
    note = "a column of another model is reached by a relation: `Order::user().username`"
)]
pub trait IntoOperand<M, T> {
    /// The type that the operand has by itself: without `Option` where it is never NULL.
    type Given: FieldType;

    /// The operand, untyped.
    fn into_operand(self) -> Operand;
}

/// The right side of an operator.
#[derive(Debug, Clone)]
pub enum Operand {
    /// A bind.
    Value(Value),
    /// A column or expression of the same query.
    Expr(Expr),
}

impl<M: Model, T, U> IntoOperand<M, T> for Column<M, U>
where
    T: FieldType,
    U: FieldType<Base = T::Base>,
{
    type Given = U;

    fn into_operand(self) -> Operand {
        Operand::Expr(self.into_expr())
    }
}

impl<M: Model, T, U, K> IntoOperand<M, T> for Expression<M, U, K>
where
    T: FieldType,
    U: FieldType<Base = T::Base>,
{
    type Given = U;

    fn into_operand(self) -> Operand {
        Operand::Expr(self.into_expr())
    }
}

impl<M, T: OwnOperand> IntoOperand<M, T> for T {
    type Given = T;

    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value())
    }
}

impl<M, T: OwnOperand> IntoOperand<M, Option<T>> for T {
    type Given = T;

    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value())
    }
}

impl<M, T: OwnOperand> IntoOperand<M, Option<T>> for Option<T> {
    type Given = Option<T>;

    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value())
    }
}

impl<M, T: OwnOperand> IntoOperand<M, T> for &T {
    type Given = T;

    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value())
    }
}

/// Lets values of the types in brackets stand for columns of the type before them, and of its `Option`.
macro_rules! operands {
    ($($column:ty: [$($source:ty => $value:expr),+ $(,)?];)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl<M> IntoOperand<M, $column> for $source {
            type Given = $column;

            fn into_operand(self) -> Operand {
                let value: fn($source) -> Value = $value;
                Operand::Value(value(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> IntoOperand<M, Option<$column>> for $source {
            type Given = $column;

            fn into_operand(self) -> Operand {
                let value: fn($source) -> Value = $value;
                Operand::Value(value(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> IntoOperand<M, Option<$column>>
            for Option<$source>
        {
            type Given = Option<$column>;

            fn into_operand(self) -> Operand {
                let value: fn($source) -> Value = $value;
                Operand::Value(self.map_or(Value::Null, value))
            }
        }
    )+)*};
}

operands! {
    bool: [bool => |v| v.to_value()];
    i16: [i16 => |v| v.to_value()];
    i32: [i32 => |v| v.to_value()];
    i64: [i64 => |v| v.to_value()];
    f32: [f32 => |v| v.to_value()];
    f64: [f64 => |v| v.to_value()];
    String: [&str => |v| v.into(), String => |v| v.into(), &String => |v| v.as_str().into()];
    Vec<u8>: [&[u8] => |v| v.into(), Vec<u8> => |v| v.into()];
    Decimal: [
        Decimal => |v| v.to_value(),
        i32 => |v| Decimal::from(v).to_value(),
        i64 => |v| Decimal::from(v).to_value(),
    ];
    Uuid: [Uuid => |v| v.to_value()];
    DateTime<Utc>: [DateTime<Utc> => |v| v.to_value()];
    NaiveDateTime: [NaiveDateTime => |v| v.to_value()];
    NaiveDate: [NaiveDate => |v| v.to_value()];
    NaiveTime: [NaiveTime => |v| v.to_value()];
    serde_json::Value: [serde_json::Value => |v| v.into()];
    std::time::Duration: [std::time::Duration => |v| v.to_value()];
}
