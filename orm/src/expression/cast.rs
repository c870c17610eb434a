//! Values as other types, where every backend agrees on how they look there.

use rust_decimal::Decimal;
use testudo_sql::{CastType, Expr, Function};

use super::{Expression, NullWith, on_columns_and_expressions};
use crate::{Column, FieldType, Model};

/// A type whose values can be cast to the type `C` alike on every backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cast to `{C}` alike on every backend",
    note = "integers are cast to i64, f64 and String, other numbers to i64 and f64, text to i64 and f64"
)]
pub trait CastInto<C>: FieldType {
    /// What the server casts to.
    #[doc(hidden)]
    const TO: CastType;
}

macro_rules! casts {
    ($($from:ty => $($to:ty: $cast:ident),+;)*) => {$($(
        impl CastInto<$to> for $from {
            const TO: CastType = CastType::$cast;
        }
        impl CastInto<$to> for Option<$from> {
            const TO: CastType = CastType::$cast;
        }
    )+)*};
}

casts! {
    i16 => i64: Integer, f64: Double, String: Text;
    i32 => i64: Integer, f64: Double, String: Text;
    i64 => i64: Integer, f64: Double, String: Text;
    f32 => i64: Integer, f64: Double;
    f64 => i64: Integer, f64: Double;
    Decimal => i64: Integer, f64: Double;
    String => i64: Integer, f64: Double, String: Text;
}

on_columns_and_expressions!(<T: FieldType> {
    /// The value as another type: `Order::total.cast::<i64>()`. A fraction is cut off; text that is no
    /// number is an error on Postgres, and what it begins with, or 0, on the others.
    #[must_use]
    pub fn cast<C>(self) -> Expression<M, <C as NullWith<T>>::Output>
    where
        C: NullWith<T>,
        T: CastInto<C>,
    {
        Expression::from_expr(Expr::call(Function::Cast(T::TO), vec![self.into_expr()]))
    }
});
