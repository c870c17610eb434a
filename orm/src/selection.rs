//! What a query returns when it does not return models: columns and expressions as typed tuples.

use testudo_sql::SelectItem;

use crate::expression::Expression;
use crate::row::RowReader;
use crate::{Column, FieldType, Model, Result};

/// A column, an expression or a tuple of them, and the Rust value that a row of it becomes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected from `{M}`",
    note = "select a column, an expression such as `count(Order::id)`, or a tuple of them"
)]
pub trait Selection<M>: Clone + Send + Sync {
    /// The value of one row.
    type Output: Send;

    /// What stands behind SELECT, appended to what stands there already.
    fn append_to(&self, items: &mut Vec<SelectItem>);

    /// What stands behind SELECT.
    fn items(&self) -> Vec<SelectItem> {
        let mut items = Vec::new();
        self.append_to(&mut items);
        items
    }

    /// Reads a row from left to right.
    ///
    /// # Errors
    /// When a value is not of the type that the selection promises.
    fn read(&self, reader: &mut RowReader<'_>) -> Result<Self::Output>;
}

impl<M: Model, T: FieldType> Selection<M> for Column<M, T> {
    type Output = T;

    fn append_to(&self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem {
            expr: self.into_expr(),
            alias: None,
        });
    }

    fn read(&self, reader: &mut RowReader<'_>) -> Result<T> {
        let reference = self.reference();
        reader.field(reference.path.table, reference.column)
    }
}

impl<M: Model, T: FieldType, K> Selection<M> for Expression<M, T, K> {
    type Output = T;

    fn append_to(&self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem {
            expr: self.clone().into_expr(),
            alias: None,
        });
    }

    fn read(&self, reader: &mut RowReader<'_>) -> Result<T> {
        reader.expression("an expression of `values` or `aggregate`")
    }
}

macro_rules! tuples {
    ($([$($name:ident)+])+) => {$(
        #[expect(non_snake_case, reason = "a member is named after its type parameter")]
        impl<M, $($name: Selection<M>),+> Selection<M> for ($($name,)+) {
            type Output = ($($name::Output,)+);

            fn append_to(&self, items: &mut Vec<SelectItem>) {
                let ($($name,)+) = self;
                $($name.append_to(items);)+
            }

            fn read(&self, reader: &mut RowReader<'_>) -> Result<Self::Output> {
                let ($($name,)+) = self;
                Ok(($($name.read(reader)?,)+))
            }
        }
    )+};
}
crate::tuples::for_each_tuple!(tuples);
