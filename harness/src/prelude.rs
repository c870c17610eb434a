//! What a test file needs, in one line: `use testudo::prelude::*;`.

pub use crate::orm::Db;
pub use crate::{Backend, Isolation, TestContext, orm_test, test_context};
