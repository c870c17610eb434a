//! INSERT.

use crate::schema::{Column, Table};
use crate::{Assignment, Expr, Ident, Value};

/// An INSERT statement of one or many rows.
#[derive(Debug, Clone)]
pub struct Insert {
    /// Where the rows go.
    pub target: InsertTarget,
    /// The values, row after row; their number is a multiple of the target's width.
    pub values: Vec<Value>,
    /// What to do about a row that is there already.
    pub on_conflict: Option<OnConflict>,
    /// Columns to return (SQLite, Postgres, MariaDB).
    pub returning: Vec<Expr>,
}

/// A table and the columns that are filled.
#[derive(Debug, Clone)]
pub enum InsertTarget {
    /// All columns of a model: the head of the statement is finished text.
    Model(&'static Table),
    /// All but those that the server generates: finished text too.
    ModelGenerated(&'static Table),
    /// Some columns of a model.
    Columns(&'static Table, Vec<&'static Column>),
    /// A table and columns by name.
    Named {
        /// The table.
        table: Ident,
        /// The columns.
        columns: Vec<Ident>,
    },
}

/// What to do about a row that is there already.
#[derive(Debug, Clone)]
pub enum OnConflict {
    /// Leave it as it is. An empty target means any unique constraint.
    DoNothing {
        /// The unique columns.
        target: Vec<Ident>,
    },
    /// Change it (an upsert). MySQL and MariaDB take any unique constraint and ignore the target.
    Update {
        /// The unique columns.
        target: Vec<Ident>,
        /// Columns that take the value of the row that was to be inserted.
        overwrite: Vec<Ident>,
        /// Columns that take an expression.
        assignments: Vec<Assignment>,
    },
}
