//! The schema that models describe, as statements for each dialect.

use testudo_sql::schema::Table;

use crate::Model;

/// The tables of a model: its own and those of its many-to-many relations.
#[must_use]
pub fn tables_of<M: Model>() -> Vec<&'static Table> {
    std::iter::once(M::TABLE)
        .chain(M::JOIN_TABLES.iter().copied())
        .collect()
}
