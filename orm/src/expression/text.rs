//! Functions of text.

use testudo_sql::{Expr, Function};

use super::arithmetic::joined;
use super::{Expression, IntoExpression, NullWith, expr};
use crate::operand::IntoOperand;
use crate::{FieldType, Model};

/// A type that text lookups and functions work on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    note = "`contains`, `lower` and their kin need a `String` or an `Option<String>`"
)]
pub trait Text: FieldType {}

impl Text for String {}
impl Text for Option<String> {}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $function:ident($($arg:ident: $ty:ty),*);)*) => {$(
        $(#[$doc])*
        pub fn $name<M: Model, E>(
            text: E,
            $($arg: impl IntoOperand<M, $ty>),*
        ) -> Expression<M, E::Type>
        where
            E: IntoExpression<M>,
            E::Type: Text,
        {
            let args = vec![expr(text), $($arg.into_operand().into_expr()),*];
            Expression::from_expr(Expr::call(Function::$function, args))
        }
    )*};
}

texts! {
    /// The text in lower case.
    lower Lower();
    /// The text in upper case.
    upper Upper();
    /// The text without blanks at both ends.
    trim Trim();
    /// The text without blanks at its beginning.
    ltrim LTrim();
    /// The text without blanks at its end.
    rtrim RTrim();
    /// As many characters from a position on, which is counted from 1.
    substr Substr(from: i64, length: i64);
    /// The text with each occurrence of one text replaced by another; case counts.
    replace Replace(from: String, to: String);
    /// The first characters, as many as there are.
    left Left(length: i64);
    /// The last characters, as many as there are.
    right Right(length: i64);
}

/// The number of characters.
pub fn length<M, E>(text: E) -> Expression<M, <i64 as NullWith<E::Type>>::Output>
where
    M: Model,
    E: IntoExpression<M>,
    E::Type: Text,
    i64: NullWith<E::Type>,
{
    Expression::from_expr(Expr::call(Function::Length, vec![expr(text)]))
}

/// Two texts joined, as `+` does it; NULL if one of them is.
pub fn concat<M, E, R>(text: E, more: R) -> Expression<M, <E::Type as NullWith<R::Given>>::Output>
where
    M: Model,
    E: IntoExpression<M>,
    R: IntoOperand<M, String>,
    E::Type: Text + NullWith<R::Given>,
{
    Expression::from_expr(joined(expr(text), more.into_operand().into_expr()))
}
