//! Where the code that a derive writes finds the ORM.

use proc_macro_crate::{FoundCrate, crate_name};
use quote::format_ident;
use syn::Path;

use crate::attributes::Attributes;
use crate::diagnostics::Diagnostics;

/// The path that `crate = ..` names, or else the one by which the crate knows the ORM.
pub(crate) fn of(attributes: &Attributes, diagnostics: &mut Diagnostics) -> Option<Path> {
    let Some(entry) = attributes.get("crate") else {
        return orm().map_err(|error| diagnostics.add(error)).ok();
    };
    let path = entry.path().cloned();
    if path.is_none() {
        let help = "write `crate = ::testudo_orm`";
        diagnostics.error(&entry.name, "`crate` needs a path", help);
    }
    path
}

/// The path of `testudo_orm`, which a crate may know under another name or by way of `testudo`.
pub(crate) fn orm() -> syn::Result<Path> {
    find(&[("testudo-orm", None), ("testudo", Some("orm"))]).ok_or_else(|| {
        missing(
            "this crate depends on neither `testudo` nor `testudo-orm`\n\n\
             help: add one of them to Cargo.toml, or name the crate by #[model(crate = path)]",
        )
    })
}

/// The path of `testudo_mocks`.
pub(crate) fn mocks() -> syn::Result<Path> {
    find(&[("testudo-mocks", None), ("testudo", Some("mocks"))]).ok_or_else(|| {
        missing(
            "this crate does not depend on `testudo-mocks`\n\n\
             help: `cargo add testudo-mocks`, and `cargo add --dev mockall` for the mock",
        )
    })
}

fn missing(message: &str) -> syn::Error {
    syn::Error::new(proc_macro2::Span::call_site(), message)
}

/// The path of the first of some packages that the crate depends on, or of a module in it.
fn find(packages: &[(&str, Option<&str>)]) -> Option<Path> {
    for &(package, inside) in packages {
        let Ok(found) = crate_name(package) else {
            continue;
        };
        let name = match found {
            // Each of the two packages knows itself by its own name.
            FoundCrate::Itself => package.replace('-', "_"),
            FoundCrate::Name(name) => name,
        };
        let name = format_ident!("{name}");
        return Some(match inside {
            None => syn::parse_quote!(::#name),
            Some(module) => {
                let module = format_ident!("{module}");
                syn::parse_quote!(::#name::#module)
            }
        });
    }
    None
}
