//! Columns set to values: `Order::status.set(OrderStatus::Shipped)`.

use std::marker::PhantomData;

use testudo_sql::Assignment;
use testudo_sql::schema::Column as ColumnMeta;

use crate::operand::IntoOperand;
use crate::{Column, FieldType, Model};

/// A column set to a value or expression.
#[derive(Debug, Clone)]
#[must_use = "an assignment does nothing until a query set is updated by it"]
pub struct Assign<M> {
    assignment: Assignment,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, T: FieldType> Column<M, T> {
    /// The column set to a value, or to an expression of the row's own columns.
    pub fn set(self, value: impl IntoOperand<M, T>) -> Assign<M> {
        let expr = value.into_operand().into_expr();
        let assignment = Assignment::Column(self.reference().column, expr);
        Assign {
            assignment,
            model: PhantomData,
        }
    }
}

/// One assignment or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an assignment to columns of `{M}`",
    note = "write `column.set(value)`, or a tuple of such"
)]
pub trait IntoAssignments<M> {
    /// The assignments in their order.
    fn into_assignments(self) -> Vec<Assignment>;
}

impl<M> IntoAssignments<M> for Assign<M> {
    fn into_assignments(self) -> Vec<Assignment> {
        vec![self.assignment]
    }
}

macro_rules! assignment_tuples {
    ($($tuple:tt)+) => {
        crate::tuples::append_tuples!(IntoAssignments::into_assignments -> Assignment; $($tuple)+);
    };
}
crate::tuples::for_each_tuple!(assignment_tuples);

/// One column of a model or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of `{M}`",
    note = "name columns by their constants: `Invoice::paid`, or a tuple of such"
)]
pub trait IntoColumns<M> {
    /// The columns in their order.
    fn into_columns(self) -> Vec<&'static ColumnMeta>;
}

impl<M: Model, T> IntoColumns<M> for Column<M, T> {
    fn into_columns(self) -> Vec<&'static ColumnMeta> {
        vec![self.reference().column]
    }
}

macro_rules! column_tuples {
    ($($tuple:tt)+) => {
        crate::tuples::append_tuples!(IntoColumns::into_columns -> &'static ColumnMeta; $($tuple)+);
    };
}
crate::tuples::for_each_tuple!(column_tuples);
