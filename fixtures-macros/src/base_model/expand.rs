//! Writes the trait, its mock, and the macro that knows its accessors.

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{ItemImpl, ItemTrait, Path};

use super::{Base, Method, Options, lifetime};
use crate::crate_root;
use crate::diagnostics::Diagnostics;

pub(super) fn base(item: &ItemTrait, base: &Base, options: &Options) -> TokenStream {
    let root = match crate_root::mocks() {
        Ok(root) => root,
        Err(error) => return error.into_compile_error(),
    };
    let mut item = item.clone();
    // A service hands a model to other threads and across `.await`.
    item.supertraits
        .push(syn::parse_quote!(::core::marker::Send));
    item.supertraits
        .push(syn::parse_quote!(::core::marker::Sync));
    let async_trait = async_trait(base.has_async, &root);
    let mock = options
        .mock
        .condition()
        .map(|condition| mock(base, &root, &condition));
    let callback = callback(base, &root);
    quote! {
        #async_trait
        #item
        #mock
        #callback
    }
}

fn async_trait(needed: bool, root: &Path) -> Option<TokenStream> {
    needed.then(|| quote!(#[#root::__private::async_trait]))
}

/// `MockBaseInvoice`, made by mockall. Methods with a body keep it: they are the pure part, and run on
/// what the mock answers.
fn mock(base: &Base, root: &Path, condition: &TokenStream) -> TokenStream {
    let Base { vis, ident, .. } = base;
    let methods = base.accessors.iter().chain(&base.behaviours).map(|method| {
        let Method {
            attributes,
            signature,
        } = method;
        let signature = lifetime::named(signature);
        let attributes = attributes
            .iter()
            .filter(|attribute| !attribute.path().is_ident("doc"));
        quote!(#(#attributes)* #signature;)
    });
    let async_trait = async_trait(base.has_async, root);
    let mock = format_ident!("Mock{ident}");
    quote! {
        #condition
        ::mockall::mock! {
            #vis #ident {}

            #async_trait
            impl #ident for #ident {
                #(#methods)*
            }
        }

        #condition
        #[automatically_derived]
        impl ::core::fmt::Debug for #mock {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(::core::stringify!(#mock))
            }
        }

        #condition
        #[automatically_derived]
        impl #root::Verify for #mock {
            fn verify(&mut self) {
                self.checkpoint();
            }
        }
    }
}

/// A macro of the trait's own name, so that whoever can name the trait can call it.
fn callback(base: &Base, root: &Path) -> TokenStream {
    let Base { vis, ident, .. } = base;
    let accessors = signatures(&base.accessors);
    let (has_async, questions) = (base.has_async, &base.questions);
    let name = format_ident!("__base_{ident}");
    // A macro without `#[macro_export]` is seen no further than its crate.
    let vis = match vis {
        syn::Visibility::Public(_) => quote!(pub(crate)),
        narrower => quote!(#narrower),
    };
    quote! {
        #[allow(unused_macros)]
        macro_rules! #name {
            // Of `assert_alike!`.
            (@differences $base:path, $one:expr, $other:expr) => {{
                let (one, other): (&dyn $base, &dyn $base) = ($one, $other);
                let differences = [
                    #(#root::Difference::between(::core::stringify!(#questions), one.#questions(), other.#questions())),*
                ];
                ::std::iter::Iterator::collect::<::std::vec::Vec<_>>(
                    ::std::iter::Iterator::flatten(::std::iter::IntoIterator::into_iter(differences))
                )
            }};
            ($($given:tt)*) => {
                #root::__private::complete_base! {
                    { root: #root, has_async: #has_async, accessors: { #accessors } }
                    $($given)*
                }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        #vis use #name as #ident;
    }
}

fn signatures(methods: &[Method]) -> TokenStream {
    let signatures = methods.iter().map(|method| &method.signature);
    // A lone `$` cannot occur in a signature, so that the tokens are safe within `macro_rules!`.
    debug_assert!(methods.iter().all(|method| {
        let signature = &method.signature;
        quote!(#signature)
            .into_iter()
            .all(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == '$'))
    }));
    quote!(#(#signatures;)*)
}

/// `#[base_model] impl BaseInvoice for Invoice { .. }`: the accessors that the block lacks are added.
pub(super) fn implementation(
    options: &TokenStream,
    item: &ItemImpl,
    diagnostics: &mut Diagnostics,
) -> Option<TokenStream> {
    if !options.is_empty() {
        let help = "options belong to the trait";
        diagnostics.error(
            options,
            "`#[base_model]` on an `impl` takes no options",
            help,
        );
    }
    let Some((path, _)) = &item.trait_ else {
        let help = "write `impl BaseInvoice for Invoice { .. }`";
        diagnostics.error(&item.self_ty, "this `impl` is of no trait", help);
        return None;
    };
    Some(quote!(#path! { #item }))
}
