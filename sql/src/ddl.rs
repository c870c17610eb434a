//! Statements that define a schema.
