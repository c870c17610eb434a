//! DELETE.

use crate::{Expr, Source};

/// A DELETE statement.
#[derive(Debug, Clone)]
pub struct Delete {
    /// The table; a subquery is an error.
    pub target: Source,
    /// WHERE. Conditions on related tables become subqueries.
    pub filter: Option<Expr>,
    /// Columns to return (SQLite, Postgres, MariaDB).
    pub returning: Vec<Expr>,
}
