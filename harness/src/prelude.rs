//! What a test file needs, in one line: `use testudo::prelude::*;`.

#[cfg(feature = "mysql")]
pub use crate::MySqlPool;
#[cfg(feature = "postgres")]
pub use crate::PgPool;
#[cfg(feature = "sqlite")]
pub use crate::SqlitePool;
pub use crate::orm::prelude::*;
pub use crate::{Backend, Isolation, TestContext, orm_test, test_context};
