//! Writes the function with its body in a transaction.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ReturnType, parse_quote};

use super::parse::{Atomic, Options};

/// The function: outside it looks as before, inside its handle is the transaction.
pub(super) fn expand(atomic: Atomic) -> TokenStream {
    let Atomic {
        mut function,
        handle,
        options,
        root,
    } = atomic;
    let ReturnType::Type(_, returned) = &function.sig.output else {
        return quote!(#function);
    };
    let options = builder(&options, &quote!(#root));
    let body = &function.block;
    let transaction = Ident::new("__transaction", Span::mixed_site());
    let returns = Ident::new("__returned", Span::mixed_site());
    // Errors about what the body returns belong to the type that it should have.
    let expected = quote_spanned! {returned.span()=>
        // Never runs: the first `return` says what the others, `?` and the last expression are made to be.
        #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        if false {
            let #returns: #returned = loop {};
            return #returns;
        }
    };
    function.block = parse_quote!({
        #root::Db::transaction_with(#handle, #options, async |#transaction: #root::Db| {
            #expected
            let #handle: &#root::Db = &#transaction;
            #body
        })
        .await
    });
    quote!(#function)
}

fn builder(options: &Options, root: &TokenStream) -> TokenStream {
    let isolation = options
        .isolation
        .as_ref()
        .map(|level| quote!(.isolation(#root::IsolationLevel::#level)));
    let read_only = options.read_only.then(|| quote!(.read_only()));
    let retries = options
        .retries
        .as_ref()
        .map(|retries| quote!(.retries(#retries)));
    quote!(#root::TransactionOptions::new() #isolation #read_only #retries)
}
