//! Conditions on a model, combined by `&`, `|` and `!`.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use testudo_sql::Expr;

/// A condition on rows of the model `M`: what Django and Tortoise call a `Q`.
///
/// Conditions on the same to-many relation that `&` joins directly must hold for one and the same
/// related row, and `|` keeps such conditions together: `(tag.eq("a") | tag.eq("b")) & weight.gt(3)`. A
/// condition on something else between them, a negation, or another call of
/// [`filter`](crate::QuerySet::filter) separates them: each may then hold for another related row.
#[must_use = "a condition does nothing until a query set is filtered by it"]
pub struct Filter<M> {
    expr: Expr,
    model: PhantomData<fn() -> M>,
}

impl<M> Filter<M> {
    /// A condition from an untyped expression of the query compiler.
    pub fn from_expr(expr: Expr) -> Self {
        Filter {
            expr,
            model: PhantomData,
        }
    }

    /// The untyped expression.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.expr
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Filter::from_expr(self.expr.clone())
    }
}

impl<M> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.expr).finish()
    }
}

impl<M> BitAnd for Filter<M> {
    type Output = Filter<M>;

    fn bitand(self, other: Self) -> Self {
        Filter::from_expr(self.expr.and(other.expr))
    }
}

impl<M> BitOr for Filter<M> {
    type Output = Filter<M>;

    fn bitor(self, other: Self) -> Self {
        Filter::from_expr(self.expr.or(other.expr))
    }
}

impl<M> Not for Filter<M> {
    type Output = Filter<M>;

    fn not(self) -> Self {
        Filter::from_expr(self.expr.negate())
    }
}
