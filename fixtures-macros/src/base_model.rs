//! `#[base_model]`: a trait that a model, a mock and the next version of the model all implement.
//!
//! `parse` sorts the methods of the trait and refuses what a mock cannot have; `expand` writes the trait, its
//! mock and a macro of the trait's own name. An `impl` block calls that macro, because it is
//! the only thing that knows the accessors; it hands them on to `complete`, which writes those that the block lacks.

mod complete;
mod expand;
mod lifetime;
mod options;
mod parse;

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Item, Signature, Visibility};

pub(crate) use self::complete::complete;
use self::options::Options;
use crate::diagnostics::Diagnostics;

/// The code for a trait, or for an `impl` of one.
pub(crate) fn base_model(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let code = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(item)) => {
            let options = Options::parse(options, &mut diagnostics);
            let base = parse::base(&item, &mut diagnostics);
            Some(expand::base(&item, &base, &options))
        }
        Ok(Item::Impl(item)) => expand::implementation(&options, &item, &mut diagnostics),
        _ => {
            let help =
                "put it above `trait BaseInvoice { .. }` or `impl BaseInvoice for Invoice { .. }`";
            diagnostics.error(
                item,
                "`#[base_model]` goes on a trait or an `impl` of one",
                help,
            );
            None
        }
    };
    let mistakes = diagnostics
        .finish()
        .err()
        .map(syn::Error::into_compile_error);
    quote::quote!(#mistakes #code)
}

/// A trait whose methods are sorted.
struct Base {
    vis: Visibility,
    ident: Ident,
    /// Methods that a field answers: `fn number(&self) -> &str;`.
    accessors: Vec<Method>,
    /// All other methods without a body.
    behaviours: Vec<Method>,
    /// What two implementations can be compared by: accessors, and methods with a body that ask no more.
    questions: Vec<Ident>,
    has_async: bool,
}

struct Method {
    attributes: Vec<Attribute>,
    signature: Signature,
}
