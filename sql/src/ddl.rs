//! Statements that define a schema: tables, indexes, and all that a set of models needs.
//!
//! A statement is plain data, built from a model ([`CreateTable::of_model`]) or by hand from names
//! known at run time. [`create_schema`] puts the tables of several models in order.
//!
//! Text on MySQL and MariaDB is created with a binary collation, so that `=` and unique constraints
//! tell `a` from `A` and from `a ` as SQLite and Postgres do. In a schema made elsewhere, `=` follows
//! the collation of its columns.

mod column_type;
mod default;
mod drop_table;
mod foreign_key;
mod index;
mod literal;
mod names;
mod schema;
mod table;

pub use crate::ddl::default::Default;
pub use crate::ddl::drop_table::DropTable;
pub use crate::ddl::foreign_key::ForeignKey;
pub use crate::ddl::index::{CreateIndex, DropIndex};
pub use crate::ddl::schema::{create_schema, drop_schema};
pub use crate::ddl::table::{Check, ColumnDefinition, CreateTable, Unique};
