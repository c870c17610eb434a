//! What a test file needs, in one line: `use testudo::prelude::*;`.

pub use crate::orm::prelude::*;
pub use crate::{Backend, Isolation, SqlitePool, TestContext, orm_test, test_context};
