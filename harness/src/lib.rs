//! A test harness and fixture toolkit for applications built on an ORM or on plain sqlx: a real
//! database for each test, in milliseconds, gone when the test ends.

extern crate self as testudo;

#[cfg(not(feature = "sqlite"))]
compile_error!("testudo needs a backend: enable its feature `sqlite`");

mod backend;
mod builder;
mod context;
mod error;
mod failure;
mod isolation;
mod migrations;
mod nearest;
mod plan;
mod runtime;
mod settings;

pub mod prelude;

pub use testudo_orm as orm;
pub use testudo_sql as sql;

pub use crate::backend::Backend;
pub use crate::builder::{TestContextBuilder, test_context};
pub use crate::context::TestContext;
pub use crate::error::Error;
pub use crate::failure::{Failure, Result};
pub use crate::isolation::Isolation;
pub use crate::orm::Db;
