//! Columns as values of user code: `Order::status`, `Order::user().username`.

use std::marker::PhantomData;

use testudo_sql::schema::{self as meta, Path};
use testudo_sql::{ColumnRef, Expr};

use crate::Model;

/// A column of type `T`, reached from the model `M` of the query.
pub struct Column<M, T> {
    reference: ColumnRef,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M, T> Copy for Column<M, T> {}

impl<M: Model, T> Column<M, T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(path: &'static Path, column: &'static meta::Column) -> Self {
        Column {
            reference: ColumnRef { path, column },
            types: PhantomData,
        }
    }

    /// The column without its type, for the query compiler.
    #[must_use]
    pub const fn reference(self) -> ColumnRef {
        self.reference
    }

    /// The same column, which may be NULL because a relation on the way to it may lead nowhere.
    #[must_use]
    pub const fn optional(self) -> Column<M, Option<T>> {
        Column {
            reference: self.reference,
            types: PhantomData,
        }
    }

    /// The column as an untyped expression.
    #[must_use]
    pub const fn into_expr(self) -> Expr {
        Expr::Column(self.reference)
    }
}

impl<M, T> std::fmt::Debug for Column<M, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}.{}",
            self.reference.path.table.model, self.reference.column.field
        )
    }
}
