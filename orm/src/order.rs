//! The order of a query set.

use std::marker::PhantomData;

use testudo_sql::schema::ColumnType;
use testudo_sql::{Direction, Expr, OrderBy, Value};

use crate::FieldType;
use crate::row::{Cell, CellError};

/// One term of an order: `Order::created_at.desc()`.
#[derive(Debug)]
pub struct Ordering<M> {
    term: OrderBy,
    /// What is sorted by, so that a cursor can carry a value of it.
    ty: ColumnType,
    read: ReadValue,
    model: PhantomData<fn() -> M>,
}

/// Reads a value of a known type, as a bind.
pub(crate) type ReadValue = fn(Cell<'_>) -> Result<Value, CellError>;

impl<M> Ordering<M> {
    pub(crate) fn of<T: FieldType>(expr: Expr, direction: Direction) -> Self {
        Ordering {
            term: OrderBy::new(expr, direction),
            ty: T::COLUMN_TYPE,
            read: |cell| T::decode(cell).map(|value| value.to_value()),
            model: PhantomData,
        }
    }

    pub(crate) fn into_parts(self) -> (OrderBy, ColumnType, ReadValue) {
        (self.term, self.ty, self.read)
    }

    /// NULLs before everything else.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        Ordering {
            term: self.term.nulls_first(),
            ..self
        }
    }

    /// NULLs after everything else.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        Ordering {
            term: self.term.nulls_last(),
            ..self
        }
    }
}

/// One term of an order or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of `{M}`",
    note = "order by `column.asc()` or `column.desc()`, or a tuple of them"
)]
pub trait IntoOrdering<M>: Sized {
    /// The terms in their order, with what is known of each.
    fn into_terms(self) -> Vec<Ordering<M>>;

    /// The terms in their order.
    fn into_ordering(self) -> Vec<OrderBy> {
        let terms = self.into_terms();
        terms.into_iter().map(|ordering| ordering.term).collect()
    }
}

impl<M> IntoOrdering<M> for Ordering<M> {
    fn into_terms(self) -> Vec<Ordering<M>> {
        vec![self]
    }

    fn into_ordering(self) -> Vec<OrderBy> {
        vec![self.term]
    }
}

impl<M> IntoOrdering<M> for Vec<Ordering<M>> {
    fn into_terms(self) -> Vec<Ordering<M>> {
        self
    }
}

macro_rules! tuples {
    ($($tuple:tt)+) => { crate::tuples::append_tuples!(IntoOrdering::into_terms -> Ordering<M>; $($tuple)+); };
}
crate::tuples::for_each_tuple!(tuples);
