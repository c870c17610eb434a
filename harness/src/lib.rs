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
pub mod fixtures;
mod isolation;
mod migrations;
mod nearest;
mod plan;
mod run;
mod runtime;
mod settings;
mod site;

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
pub use testudo_fixtures_macros::orm_test;
/// `#[orm_test]` under the name that other test macros look for.
///
/// rstest passes its cases to the attribute below it whose name is `test`:
///
/// ```ignore
/// #[rstest]
/// #[case("alice")]
/// #[testudo::test(migrations = "migrations")]
/// async fn registers(#[case] name: &str, #[ignore] ctx: TestContext) { ... }
/// ```
pub use testudo_fixtures_macros::orm_test as test;

/// What the expansion of `#[orm_test]` names. It changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use testudo_orm::schema::tables_of;

    pub use crate::backend::Backend;
    pub use crate::isolation::{Isolation, Parameter};
    pub use crate::run::{Options, Outcome, run};
    pub use crate::runtime::RuntimeKind;
    pub use crate::site::{Site, site};
}
