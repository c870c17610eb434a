//! What a package says about all of its tests: `[package.metadata.testudo]` in its Cargo.toml.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;
use toml_edit::{DocumentMut, Item, TableLike};

use super::backends::{self, Backend};
use crate::diagnostics::{Diagnostics, suggestion};

/// Where the settings stand.
const TABLE: &str = "package.metadata.testudo";
/// The settings there are.
const SETTINGS: &[&str] = &["backends"];

/// The backends of tests that name none, if the package says which.
pub(super) fn backends(
    is_built: fn(Backend) -> bool,
    mistakes: &mut Diagnostics,
) -> Option<Vec<(Ident, Backend)>> {
    let names = match of_this_package()? {
        Ok(names) => names?,
        Err(problem) => {
            mistakes.add(syn::Error::new(Span::call_site(), problem));
            return None;
        }
    };
    let names = names
        .iter()
        .map(|name| Ident::new(name, Span::call_site()))
        .collect();
    Some(backends::chosen(names, is_built, mistakes))
}

/// Makes the compiler look at Cargo.toml when it decides whether the crate is up to date: cargo itself
/// does not for the sake of `package.metadata`.
pub(super) fn watched() -> Option<TokenStream> {
    path()?.is_file().then(|| {
        quote! {
            const _: &[u8] = ::core::include_bytes!(
                ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")
            );
        }
    })
}

fn path() -> Option<PathBuf> {
    let dir = std::env::var_os("CARGO_MANIFEST_DIR")?;
    Some(PathBuf::from(dir).join("Cargo.toml"))
}

/// The names of backends, or what is wrong about them.
type Names = Result<Option<Vec<String>>, String>;

/// What the manifest of the package says that is being compiled, if it has one. It is read once for all
/// tests, and again when it has changed: an editor keeps this process for days.
fn of_this_package() -> Option<Names> {
    static KNOWN: Mutex<Option<HashMap<PathBuf, (SystemTime, Names)>>> = Mutex::new(None);

    let path = path()?;
    let changed = fs::metadata(&path).and_then(|file| file.modified()).ok()?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some((then, names)) = known.get(&path)
        && *then == changed
    {
        return Some(names.clone());
    }
    let names = read(&fs::read_to_string(&path).ok()?);
    known.insert(path, (changed, names.clone()));
    Some(names)
}

fn read(manifest: &str) -> Names {
    // A manifest that is no TOML is what cargo complains about.
    let Ok(manifest) = manifest.parse::<DocumentMut>() else {
        return Ok(None);
    };
    let table = ["package", "metadata", "testudo"]
        .into_iter()
        .try_fold(manifest.as_item(), |item, key| item.get(key));
    let Some(table) = table else {
        return Ok(None);
    };
    let table: &dyn TableLike = table
        .as_table_like()
        .ok_or_else(|| format!("in Cargo.toml, `{TABLE}` is a table\n\nhelp: write `[{TABLE}]`"))?;
    for (key, _) in table.iter() {
        if !SETTINGS.contains(&key) {
            return Err(format!(
                "in Cargo.toml, `{key}` is no setting of `{TABLE}`\n\nhelp: {}",
                suggestion(key, SETTINGS)
            ));
        }
    }
    table.get("backends").map(names).transpose()
}

fn names(item: &Item) -> Result<Vec<String>, String> {
    let wrong_form = || {
        format!(
            "in Cargo.toml, `{TABLE}.backends` is a list of names\n\nhelp: write `backends = [\"sqlite\", \
             \"postgres\"]`"
        )
    };
    let mut names = Vec::new();
    for value in item.as_array().ok_or_else(wrong_form)? {
        let name = value.as_str().ok_or_else(wrong_form)?;
        if Backend::named(name).is_none() {
            return Err(format!(
                "in Cargo.toml, `{TABLE}.backends` names `{name}`, which is no backend\n\nhelp: {}",
                suggestion(name, &Backend::names())
            ));
        }
        names.push(name.to_owned());
    }
    if names.is_empty() {
        return Err(wrong_form());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_settings_leaves_everything_as_it_is() {
        assert_eq!(read("[package]\nname = \"shop\"\n"), Ok(None));
        assert_eq!(read("[package.metadata.testudo]\n"), Ok(None));
        assert_eq!(read("this is = no TOML ="), Ok(None));
    }

    #[test]
    fn a_package_names_the_backends_of_its_tests() {
        let names = read("[package.metadata.testudo]\nbackends = [\"sqlite\", \"mariadb\"]\n");
        assert_eq!(
            names,
            Ok(Some(vec!["sqlite".to_owned(), "mariadb".to_owned()]))
        );
    }

    #[test]
    fn a_mistake_says_where_it_is_and_what_was_meant() {
        for (text, problem) in [
            (
                "backends = [\"postgers\"]",
                "in Cargo.toml, `package.metadata.testudo.backends` names `postgers`, which is no backend\n\n\
                 help: did you mean `postgres`?",
            ),
            (
                "backend = [\"sqlite\"]",
                "in Cargo.toml, `backend` is no setting of `package.metadata.testudo`\n\n\
                 help: did you mean `backends`?",
            ),
            (
                "backends = \"sqlite\"",
                "in Cargo.toml, `package.metadata.testudo.backends` is a list of names\n\n\
                 help: write `backends = [\"sqlite\", \"postgres\"]`",
            ),
        ] {
            let manifest = format!("[package.metadata.testudo]\n{text}\n");
            assert_eq!(read(&manifest), Err(problem.to_owned()));
        }
        let problem = read("[package]\nmetadata.testudo = 1\n").expect_err("no table");
        assert!(problem.contains("is a table"), "{problem}");
    }
}
