//! UPDATE.

use crate::schema::Column;
use crate::{Expr, Ident, Source};

/// An UPDATE statement.
#[derive(Debug, Clone)]
pub struct Update {
    /// The table; a subquery is an error.
    pub target: Source,
    /// What is set.
    pub assignments: Vec<Assignment>,
    /// WHERE. Conditions on related tables become subqueries.
    pub filter: Option<Expr>,
    /// Columns to return (SQLite, Postgres).
    pub returning: Vec<Expr>,
}

/// A column set to an expression.
#[derive(Debug, Clone)]
pub enum Assignment {
    /// A column of a model.
    Column(&'static Column, Expr),
    /// A column by its name.
    Named(Ident, Expr),
}
