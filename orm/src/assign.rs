//! Columns set to values: `Order::status.set(OrderStatus::Shipped)`; lists of columns.

use std::marker::PhantomData;

use testudo_sql::schema::Column as ColumnMeta;
use testudo_sql::{Assignment, ColumnRef, Expr};

use crate::operand::IntoOperand;
use crate::{Column, Error, FieldType, Model, Result};

/// A column set to a value or expression.
#[derive(Debug, Clone)]
#[must_use = "an assignment does nothing until a query set is updated by it"]
pub struct Assign<M> {
    column: ColumnRef,
    expr: Expr,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, T: FieldType> Column<M, T> {
    /// The column set to a value, or to an expression of the row's own columns.
    pub fn set(self, value: impl IntoOperand<M, T>) -> Assign<M> {
        Assign {
            column: self.reference(),
            expr: value.into_operand().into_expr(),
            model: PhantomData,
        }
    }
}

impl<M> Assign<M> {
    /// A column that takes the value of the row that an upsert was to insert.
    pub(crate) fn excluded(column: ColumnRef) -> Self {
        Assign {
            column,
            expr: Expr::Excluded(column),
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
    fn into_assignments(self) -> Vec<Assign<M>>;
}

impl<M> IntoAssignments<M> for Assign<M> {
    fn into_assignments(self) -> Vec<Assign<M>> {
        vec![self]
    }
}

macro_rules! assignment_tuples {
    ($($tuple:tt)+) => {
        crate::tuples::append_tuples!(IntoAssignments::into_assignments -> Assign<M>; $($tuple)+);
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
    fn into_columns(self) -> Vec<ColumnRef>;
}

impl<M: Model, T> IntoColumns<M> for Column<M, T> {
    fn into_columns(self) -> Vec<ColumnRef> {
        vec![self.reference()]
    }
}

macro_rules! column_tuples {
    ($($tuple:tt)+) => {
        crate::tuples::append_tuples!(IntoColumns::into_columns -> ColumnRef; $($tuple)+);
    };
}
crate::tuples::for_each_tuple!(column_tuples);

/// The assignments for the compiler.
pub(crate) fn assignments<M: Model>(assigned: Vec<Assign<M>>) -> Result<Vec<Assignment>> {
    let assignment = |assign: Assign<M>| {
        let column = own_column_of::<M>(assign.column, "set")?;
        Ok(Assignment::Column(column, assign.expr))
    };
    assigned.into_iter().map(assignment).collect()
}

/// The positions of columns in the model's own table.
pub(crate) fn positions<M: Model>(columns: Vec<ColumnRef>, operation: &str) -> Result<Vec<usize>> {
    let own = |column| own_column_of::<M>(column, operation);
    let position = |column| own(column).map(|column| M::TABLE.position_of(column));
    columns.into_iter().map(position).collect()
}

/// A statement changes one table: a column over a relation would be one of another.
fn own_column_of<M: Model>(column: ColumnRef, operation: &str) -> Result<&'static ColumnMeta> {
    if column.path.hop.is_some() {
        let (other, field) = (column.path.table.model, column.column.field);
        return Err(Error::misuse(format!(
            "cannot {operation} `{other}.{field}` in a statement on `{model}`: it belongs to another \
             table; use a query set of `{other}`",
            model = M::TABLE.model,
        )));
    }
    Ok(column.column)
}
