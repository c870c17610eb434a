//! Methods of a model that are expressions of queries too: what `#[hybrid]` is made of.
//!
//! The attribute writes each method a second time for the columns of the model; the functions here
//! stand for what Rust and SQL say differently.

use std::marker::PhantomData;

use testudo_sql::{Case, Expr, Function};

use crate::operand::IntoOperand;
use crate::{Column, Expression, FieldType, Filter, Model, Number, Text};

/// A column or an expression.
pub trait Subject<M> {
    /// The type of its values.
    type Type: FieldType;

    /// The untyped expression.
    fn untyped(self) -> Expr;
}

impl<M: Model, T: FieldType> Subject<M> for Column<M, T> {
    type Type = T;

    fn untyped(self) -> Expr {
        Expr::Column(self.reference())
    }
}

impl<M: Model, T: FieldType, K> Subject<M> for Expression<M, T, K> {
    type Type = T;

    fn untyped(self) -> Expr {
        self.into_expr()
    }
}

/// What can stand where a condition is expected: a condition, or a column or expression that is true or
/// false.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither true nor false",
    label = "expected a condition on `{M}`",
    note = "compare it, as in `self.status == Status::Paid`"
)]
pub trait IntoCondition<M> {
    /// The condition.
    fn into_condition(self) -> Filter<M>;
}

impl<M: Model> IntoCondition<M> for Filter<M> {
    fn into_condition(self) -> Filter<M> {
        self
    }
}

impl<M: Model> IntoCondition<M> for Column<M, bool> {
    fn into_condition(self) -> Filter<M> {
        self.eq(true)
    }
}

impl<M: Model, K> IntoCondition<M> for Expression<M, bool, K> {
    fn into_condition(self) -> Filter<M> {
        self.eq(true)
    }
}

/// A property that is true or false.
pub fn condition<M: Model, C: IntoCondition<M>>(condition: C) -> Filter<M> {
    condition.into_condition()
}

/// A property of type `T`.
pub fn expression<M: Model, T: FieldType, V: IntoOperand<M, T>>(value: V) -> Expression<M, T> {
    Expression::of_operand(value.into_operand())
}

/// `if condition { then } else { otherwise }`.
pub fn choice<M, T, A, B>(condition: Filter<M>, then: A, otherwise: B) -> Expression<M, T>
where
    M: Model,
    T: FieldType,
    A: IntoOperand<M, T>,
    B: IntoOperand<M, T>,
{
    let case = Case {
        branches: vec![(condition.into_expr(), then.into_operand().into_expr())],
        otherwise: Some(otherwise.into_operand().into_expr()),
    };
    Expression::from_expr(Expr::Case(Box::new(case)))
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident: $bound:ident, $function:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name<M: Model, S: Subject<M>>(of: S) -> Expression<M, S::Type>
        where
            S::Type: $bound,
        {
            Expression::from_expr(Expr::call(Function::$function, vec![of.untyped()]))
        }
    )*};
}

functions! {
    /// `to_lowercase`.
    lower: Text, Lower;
    /// `to_uppercase`.
    upper: Text, Upper;
    /// `trim`.
    trim: Text, Trim;
    /// `abs`.
    abs: Number, Abs;
}

/// `unwrap_or`.
pub fn coalesce<M, T, S, V>(of: S, otherwise: V) -> Expression<M, T>
where
    M: Model,
    T: FieldType,
    S: Subject<M, Type = Option<T>>,
    V: IntoOperand<M, T>,
    Option<T>: FieldType,
{
    let args = vec![of.untyped(), otherwise.into_operand().into_expr()];
    Expression::from_expr(Expr::call(Function::Coalesce, args))
}

/// Text that is put together: `format!`.
pub struct Pieces<M> {
    pieces: Vec<Expr>,
    model: PhantomData<fn() -> M>,
}

/// No text yet.
pub fn text<M: Model>() -> Pieces<M> {
    Pieces {
        pieces: Vec::new(),
        model: PhantomData,
    }
}

impl<M: Model> Pieces<M> {
    /// This text, and then another.
    #[must_use]
    pub fn then(mut self, piece: impl IntoOperand<M, String>) -> Self {
        self.pieces.push(piece.into_operand().into_expr());
        self
    }

    /// All of it.
    #[must_use]
    pub fn end(self) -> Expression<M, String> {
        Expression::from_expr(Expr::call(Function::Concat, self.pieces))
    }
}
