//! The procedural macros of Testudo. Use them through `testudo` and `testudo-orm`, which document
//! them where they belong.

mod diagnostics;
mod orm_test;

use proc_macro::TokenStream;

/// Makes a test out of an `async fn` that takes a database. See `testudo::orm_test`.
#[proc_macro_attribute]
pub fn orm_test(options: TokenStream, item: TokenStream) -> TokenStream {
    orm_test::orm_test(options.into(), item.into()).into()
}
