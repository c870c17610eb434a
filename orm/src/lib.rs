//! Tortoise-style models on sqlx: models, query sets, relations, transactions and schema.

extern crate self as testudo_orm;

mod db;
mod driver;
mod error;
mod field;
mod row;
mod transaction;

pub use crate::db::Db;
pub use crate::error::{Error, IntegrityError, IntegrityKind, Result, ValidationError};
pub use crate::field::FieldType;
pub use crate::row::{Cell, CellError, Row};
