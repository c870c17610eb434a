//! `#[scopes]`: methods of query sets, written like methods of a type of one's own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, ItemImpl, Visibility};

use crate::diagnostics::Diagnostics;

/// The trait and its implementation.
pub(crate) fn expand(visibility: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let vis = syn::parse2(visibility.clone()).unwrap_or_else(|_| {
        let help = "write #[scopes] or, to use them in other modules, #[scopes(pub)]";
        let message = "`#[scopes]` takes the visibility of the trait";
        diagnostics.error(&visibility, message, help);
        Visibility::Inherited
    });
    let code = match syn::parse2::<ItemImpl>(item) {
        Ok(item) => scopes(&vis, &item, &mut diagnostics),
        Err(error) => {
            diagnostics.add(error);
            None
        }
    };
    let mistakes = diagnostics
        .finish()
        .err()
        .map(syn::Error::into_compile_error);
    quote!(#mistakes #code)
}

fn scopes(vis: &Visibility, item: &ItemImpl, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
    let name = item
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.get_ident().cloned());
    let Some(name) = name else {
        let message = "the trait for these scopes needs a name";
        let help = "write `impl OrderScopes for QuerySet<Order> { .. }`";
        diagnostics.error(&item.self_ty, message, help);
        return None;
    };
    let mut declarations = Vec::new();
    for member in &item.items {
        let ImplItem::Fn(function) = member else {
            diagnostics.error(member, "scopes are functions", "move it out of this block");
            continue;
        };
        if !matches!(function.vis, Visibility::Inherited) {
            let help = "remove it; all scopes are as visible as the trait: #[scopes(pub)]";
            diagnostics.error(&function.vis, "a scope has no visibility of its own", help);
        }
        if function.sig.receiver().is_none() {
            let message = "a scope goes on from a query set";
            let help = "take `self` first: `fn paid(self) -> Self`";
            diagnostics.error(&function.sig, message, help);
        }
        let docs = function.attrs.iter().filter(|a| a.path().is_ident("doc"));
        let mut signature = function.sig.clone();
        for input in &mut signature.inputs {
            // A declaration takes no `mut self` and no patterns.
            match input {
                syn::FnArg::Receiver(receiver) => {
                    receiver.mutability = None;
                }
                syn::FnArg::Typed(typed) => {
                    if let syn::Pat::Ident(pattern) = &mut *typed.pat {
                        pattern.mutability = None;
                    }
                }
            }
        }
        declarations.push(quote!(#(#docs)* #[must_use] #signature;));
    }
    let ty = &item.self_ty;
    let title = format!("Scopes of `{}`.", quote!(#ty).to_string().replace(' ', ""));
    let mut implementation = item.clone();
    for member in &mut implementation.items {
        if let ImplItem::Fn(function) = member {
            function.vis = Visibility::Inherited;
        }
    }
    let name = &name;
    Some(quote! {
        #[doc = #title]
        #vis trait #name: ::core::marker::Sized {
            #(#declarations)*
        }

        #implementation
    })
}
