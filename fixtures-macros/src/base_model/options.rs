//! `#[base_model(mock = ..)]`: when the mock is compiled.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, MetaNameValue, Token};

use crate::diagnostics::Diagnostics;

/// What the attribute says.
pub(super) struct Options {
    pub(super) mock: Mock,
}

/// When the mock is compiled.
pub(super) enum Mock {
    /// In the tests of the crate itself.
    Test,
    /// In its tests, and with a feature of the crate, for the tests of others.
    Feature(String),
    Always,
    Never,
}

const KNOWN: &str = "write `mock = test` (the default), `mock = always`, `mock = never`, or `mock = \"feature\"` with a feature of the crate";

impl Options {
    pub(super) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Options {
        let mut options = Options { mock: Mock::Test };
        let entries = Punctuated::<MetaNameValue, Token![,]>::parse_terminated.parse2(tokens);
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                diagnostics.add(syn::Error::new(
                    error.span(),
                    format!("{error}\n\nhelp: {KNOWN}"),
                ));
                return options;
            }
        };
        for entry in entries {
            let mock = entry
                .path
                .is_ident("mock")
                .then(|| mock(&entry.value))
                .flatten();
            match mock {
                Some(mock) => options.mock = mock,
                None => diagnostics.error(&entry, "unknown option of `#[base_model]`", KNOWN),
            }
        }
        options
    }
}

fn mock(value: &Expr) -> Option<Mock> {
    match value {
        Expr::Path(path) if path.path.is_ident("test") => Some(Mock::Test),
        Expr::Path(path) if path.path.is_ident("always") => Some(Mock::Always),
        Expr::Path(path) if path.path.is_ident("never") => Some(Mock::Never),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(feature) => Some(Mock::Feature(feature.value())),
            _ => None,
        },
        _ => None,
    }
}

impl Mock {
    /// The condition to compile it on; `None` where there is to be no mock.
    pub(super) fn condition(&self) -> Option<TokenStream> {
        match self {
            Mock::Test => Some(quote!(#[cfg(test)])),
            Mock::Feature(feature) => Some(quote!(#[cfg(any(test, feature = #feature))])),
            Mock::Always => Some(quote!()),
            Mock::Never => None,
        }
    }
}
