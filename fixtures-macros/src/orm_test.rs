//! `#[orm_test]`: from an async fn to tests that libtest knows.

mod backends;
mod capabilities;
mod expand;
mod failures;
mod manifest;
mod parse;
mod signature;

use proc_macro2::TokenStream;

/// The tests, or every mistake in what was written.
pub(crate) fn orm_test(options: TokenStream, item: TokenStream) -> TokenStream {
    match parse::parse(options, item.clone(), backends::of_this_build) {
        Ok(test) => expand::expand(&test),
        // The function stays, so that its own mistakes show and its imports count as used.
        Err(error) => {
            let error = error.into_compile_error();
            let item = expand::kept(item);
            quote::quote!(#error #item)
        }
    }
}
