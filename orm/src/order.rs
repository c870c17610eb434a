//! The order of a query set.

use std::marker::PhantomData;

use testudo_sql::{Direction, Expr, OrderBy};

/// One term of an order: `Order::created_at.desc()`.
#[derive(Debug)]
pub struct Ordering<M> {
    term: OrderBy,
    model: PhantomData<fn() -> M>,
}

impl<M> Ordering<M> {
    pub(crate) fn new(expr: Expr, direction: Direction) -> Self {
        Ordering {
            term: OrderBy::new(expr, direction),
            model: PhantomData,
        }
    }

    /// NULLs before everything else.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        Ordering {
            term: self.term.nulls_first(),
            model: PhantomData,
        }
    }

    /// NULLs after everything else.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        Ordering {
            term: self.term.nulls_last(),
            model: PhantomData,
        }
    }
}

/// One term of an order or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of `{M}`",
    note = "order by `column.asc()` or `column.desc()`, or a tuple of them"
)]
pub trait IntoOrdering<M> {
    /// The terms in their order.
    fn into_ordering(self) -> Vec<OrderBy>;
}

impl<M> IntoOrdering<M> for Ordering<M> {
    fn into_ordering(self) -> Vec<OrderBy> {
        vec![self.term]
    }
}

impl<M> IntoOrdering<M> for Vec<Ordering<M>> {
    fn into_ordering(self) -> Vec<OrderBy> {
        self.into_iter().map(|ordering| ordering.term).collect()
    }
}

macro_rules! tuples {
    ($($tuple:tt)+) => { crate::tuples::append_tuples!(IntoOrdering::into_ordering -> OrderBy; $($tuple)+); };
}
crate::tuples::for_each_tuple!(tuples);
