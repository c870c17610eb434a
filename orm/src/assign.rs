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
pub trait IntoAssignments<M>: Sized {
    /// Appends the assignments in their order.
    fn append_to(self, assignments: &mut Assignments<M>);

    /// The assignments in their order.
    fn into_assignments(self) -> Assignments<M> {
        let mut assignments = Assignments {
            list: Vec::with_capacity(1),
            foreign: None,
            model: PhantomData,
        };
        self.append_to(&mut assignments);
        assignments
    }
}

/// Assignments as the compiler takes them.
#[derive(Debug, Clone)]
pub struct Assignments<M> {
    list: Vec<Assignment>,
    /// The first column among them that is not the model's own.
    foreign: Option<ColumnRef>,
    model: PhantomData<fn() -> M>,
}

impl<M> IntoAssignments<M> for Assign<M> {
    fn append_to(self, assignments: &mut Assignments<M>) {
        if self.column.path.hop.is_some() {
            assignments.foreign.get_or_insert(self.column);
        }
        let assignment = Assignment::Column(self.column.column, self.expr);
        assignments.list.push(assignment);
    }
}

impl<M> IntoAssignments<M> for Vec<Assign<M>> {
    fn append_to(self, assignments: &mut Assignments<M>) {
        for assign in self {
            assign.append_to(assignments);
        }
    }
}

macro_rules! assignment_tuples {
    ($([$($name:ident)+])+) => {$(
        impl<M, $($name: IntoAssignments<M>),+> IntoAssignments<M> for ($($name,)+) {
            fn append_to(self, assignments: &mut Assignments<M>) {
                #[expect(non_snake_case, reason = "a member is named after its type parameter")]
                let ($($name,)+) = self;
                $($name.append_to(assignments);)+
            }
        }
    )+};
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
pub(crate) fn assignments<M: Model>(assignments: Assignments<M>) -> Result<Vec<Assignment>> {
    if let Some(foreign) = assignments.foreign {
        own_column_of::<M>(foreign, "set")?;
    }
    Ok(assignments.list)
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
