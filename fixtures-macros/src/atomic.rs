//! `#[atomic]`: an async fn whose body is a transaction.

mod expand;
mod parse;

use proc_macro2::TokenStream;

/// The function, or every mistake in what was written.
pub(crate) fn atomic(options: TokenStream, item: TokenStream) -> TokenStream {
    match parse::parse(options, item.clone()) {
        Ok(atomic) => expand::expand(atomic),
        // The function stays, so that its own mistakes show and its callers find it.
        Err(error) => {
            let error = error.into_compile_error();
            quote::quote!(#error #item)
        }
    }
}
