//! What a user wrote, checked: every mistake at its span, all at once.

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Expr, ExprLit, Ident, Item, ItemFn, Lit, LitStr, Meta, MetaList, MetaNameValue, Path, Token,
    Type,
};

use super::backends::{self, Backend};
use super::capabilities::{self, Capability};
use super::failures::{self, ExpectedFailure};
use super::manifest;
use super::signature::{self, last_name};
use crate::diagnostics::{Diagnostics, listed, suggestion};

const OPTIONS: &[&str] = &[
    "backends",
    "requires",
    "fails_on",
    "migrations",
    "models",
    "fixtures",
    "isolation",
    "runtime",
    "seed",
];
const ISOLATIONS: &[&str] = &["rollback", "clone", "fresh", "auto"];
const RUNTIMES: &[&str] = &["shared", "own"];

/// A test as it was written.
pub(super) struct OrmTest {
    pub(super) target: Target,
    /// Whether Cargo.toml had a say in the target.
    pub(super) follows_manifest: bool,
    pub(super) options: Options,
    pub(super) function: ItemFn,
    /// The types of the parameters, in their order.
    pub(super) parameters: Vec<Type>,
}

/// What a test runs on.
pub(super) enum Target {
    One(Backend),
    /// One test for each, in a module, with the name as it was written.
    Each(Vec<(Ident, Backend)>),
}

/// What stands in the parentheses.
#[derive(Default)]
pub(super) struct Options {
    backends: Option<Vec<(Ident, Backend)>>,
    pub(super) requires: Vec<(Ident, Capability)>,
    pub(super) fails_on: Vec<ExpectedFailure>,
    pub(super) migrations: Option<LitStr>,
    pub(super) models: Vec<Path>,
    pub(super) fixtures: Vec<LitStr>,
    pub(super) isolation: Option<LitStr>,
    pub(super) runtime: Option<LitStr>,
    pub(super) seed: Option<u64>,
}

impl Options {
    /// Complains about what cannot be on the backends of the test.
    fn check_backends(&self, target: &Target, mistakes: &mut Diagnostics) {
        let backends = match target {
            Target::One(backend) => vec![*backend],
            Target::Each(backends) => backends.iter().map(|(_, backend)| *backend).collect(),
        };
        // None is left of a list that is a mistake, which is reported.
        if !backends.is_empty() {
            capabilities::check(&self.requires, &backends, mistakes);
            failures::check(&self.fails_on, &backends, mistakes);
        }
    }

    /// A failure cannot be expected twice: nobody could say which of the two a panic is.
    fn check_should_panic(&self, function: &ItemFn, mistakes: &mut Diagnostics) {
        let attribute = function
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("should_panic"));
        if let Some(attribute) = attribute
            && !self.fails_on.is_empty()
        {
            mistakes.error(
                attribute,
                "`#[should_panic]` and `fails_on(..)` both say when this test fails",
                "keep one of them",
            );
        }
    }
}

/// `is_built` says which backends there are.
pub(super) fn parse(
    options: TokenStream,
    item: TokenStream,
    is_built: fn(Backend) -> bool,
) -> syn::Result<OrmTest> {
    let mut mistakes = Diagnostics::new();
    let written = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(options) {
        Ok(written) => written,
        Err(error) => {
            mistakes.add(error);
            Punctuated::new()
        }
    };
    let mut options = read_options(&written, is_built, &mut mistakes);
    let function = read_function(item, &mut mistakes);
    let mut parameters = Vec::new();
    if let Some(function) = &function {
        signature::check_attributes(&function.attrs, &mut mistakes);
        parameters = signature::check(function, &mut mistakes);
        options.check_should_panic(function, &mut mistakes);
    }
    let chosen = chosen(
        options.backends.take(),
        &parameters,
        is_built,
        &mut mistakes,
    );
    let follows_manifest = chosen.is_none();
    let target = chosen.unwrap_or_else(|| match manifest::backends(is_built, &mut mistakes) {
        Some(backends) => Target::Each(backends),
        None => Target::One(backends::first(is_built)),
    });
    options.check_backends(&target, &mut mistakes);
    mistakes.finish()?;
    match function {
        Some(function) => Ok(OrmTest {
            target,
            follows_manifest,
            options,
            function,
            parameters,
        }),
        None => Err(syn::Error::new(
            proc_macro2::Span::call_site(),
            "`#[orm_test]` is for functions",
        )),
    }
}

/// What the test itself says about its target.
fn chosen(
    backends: Option<Vec<(Ident, Backend)>>,
    parameters: &[Type],
    is_built: fn(Backend) -> bool,
    mistakes: &mut Diagnostics,
) -> Option<Target> {
    let named = parameters
        .iter()
        .filter_map(|ty| Some((last_name(ty)?, ty)));
    if let Some(backends) = backends {
        for (name, ty) in named {
            backends::check_pool(name, ty, &backends, mistakes);
        }
        return Some(Target::Each(backends));
    }
    backends::of_the_pools(named, is_built, mistakes).map(Target::One)
}

fn read_function(item: TokenStream, mistakes: &mut Diagnostics) -> Option<ItemFn> {
    match syn::parse2::<Item>(item) {
        Ok(Item::Fn(function)) => Some(function),
        Ok(other) => {
            mistakes.error(
                other,
                "an `#[orm_test]` is an `async fn`",
                "put it on a function",
            );
            None
        }
        Err(error) => {
            mistakes.add(error);
            None
        }
    }
}

fn read_options(
    written: &Punctuated<Meta, Token![,]>,
    is_built: fn(Backend) -> bool,
    mistakes: &mut Diagnostics,
) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<&Ident> = Vec::new();
    let mut schema_twice = None;
    for meta in written {
        let Some(name) = meta.path().get_ident() else {
            mistakes.error(
                meta.path(),
                "this is no option of `#[orm_test]`",
                known_options(),
            );
            continue;
        };
        if seen.contains(&name) {
            mistakes.error(name, format!("`{name}` is given twice"), "keep one of them");
            continue;
        }
        seen.push(name);
        match name.to_string().as_str() {
            "backends" => {
                let names = list(meta, "backends(sqlite)", mistakes);
                options.backends = Some(backends::chosen(names, is_built, mistakes));
            }
            "requires" => {
                let names = list(meta, "requires(returning)", mistakes);
                options.requires = capabilities::required(names, mistakes);
            }
            "fails_on" => {
                let pairs = list(meta, "fails_on(mysql = \"the reason\")", mistakes);
                options.fails_on = failures::expected(pairs, mistakes);
            }
            "migrations" => options.migrations = string(meta, "migrations = \"dir\"", mistakes),
            "models" => {
                options.models = list(meta, "models(User, Order)", mistakes);
            }
            "fixtures" => options.fixtures = list(meta, "fixtures(\"shop\")", mistakes),
            "isolation" => options.isolation = choice(meta, ISOLATIONS, mistakes),
            "runtime" => options.runtime = choice(meta, RUNTIMES, mistakes),
            "seed" => options.seed = seed(meta, mistakes),
            other => mistakes.error(
                name,
                format!("`{other}` is no option of `#[orm_test]`"),
                suggestion(other, OPTIONS),
            ),
        }
        if seen.iter().any(|seen| *seen == "models")
            && seen.iter().any(|seen| *seen == "migrations")
        {
            schema_twice.get_or_insert(meta);
        }
    }
    if let Some(meta) = schema_twice {
        mistakes.error(
            meta.path(),
            "`models` and `migrations` both make the tables",
            "`models(..)` generates the schema in place of migrations: keep one of them",
        );
    }
    options
}

fn known_options() -> String {
    format!("known are {}", listed(OPTIONS))
}

/// The items of `name(a, b)`, of which there is at least one.
fn list<T: syn::parse::Parse>(meta: &Meta, example: &str, mistakes: &mut Diagnostics) -> Vec<T> {
    let Meta::List(MetaList { tokens, .. }) = meta else {
        wrong_form(meta, example, mistakes);
        return Vec::new();
    };
    match Punctuated::<T, Token![,]>::parse_terminated.parse2(tokens.clone()) {
        Ok(items) if items.is_empty() => {
            wrong_form(meta, example, mistakes);
            Vec::new()
        }
        Ok(items) => items.into_iter().collect(),
        Err(_) => {
            wrong_form(meta, example, mistakes);
            Vec::new()
        }
    }
}

fn literal(meta: &Meta) -> Option<&Lit> {
    match meta {
        Meta::NameValue(MetaNameValue {
            value: Expr::Lit(ExprLit { lit, .. }),
            ..
        }) => Some(lit),
        _ => None,
    }
}

fn string(meta: &Meta, example: &str, mistakes: &mut Diagnostics) -> Option<LitStr> {
    match literal(meta) {
        Some(Lit::Str(text)) => Some(text.clone()),
        _ => {
            wrong_form(meta, example, mistakes);
            None
        }
    }
}

fn choice(meta: &Meta, known: &[&str], mistakes: &mut Diagnostics) -> Option<LitStr> {
    let name = meta.path().get_ident()?;
    let text = string(meta, &format!("{name} = \"{}\"", known[0]), mistakes)?;
    let value = text.value();
    if known.contains(&value.as_str()) {
        return Some(text);
    }
    mistakes.error(
        &text,
        format!("`{value}` is no {name}"),
        suggestion(&value, known),
    );
    None
}

fn seed(meta: &Meta, mistakes: &mut Diagnostics) -> Option<u64> {
    if let Some(Lit::Int(number)) = literal(meta)
        && matches!(number.suffix(), "" | "u64")
        && let Ok(seed) = number.base10_parse()
    {
        return Some(seed);
    }
    wrong_form(meta, "seed = 42", mistakes);
    None
}

fn wrong_form(meta: &Meta, example: &str, mistakes: &mut Diagnostics) {
    let name = meta
        .path()
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    mistakes.error(
        meta,
        format!("`{name}` is not written like this"),
        format!("write `{example}`"),
    );
}
