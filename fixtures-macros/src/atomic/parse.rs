//! What a user wrote, checked: every mistake at its span, all at once.

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Expr, ExprLit, FnArg, Ident, ImplItemFn, Lit, LitInt, Meta, Pat, PatType, Path, ReturnType,
    Token, Type,
};

use crate::crate_root;
use crate::diagnostics::{Diagnostics, suggestion};

const OPTIONS: &[&str] = &["isolation", "read_only", "retries", "crate"];

/// The levels as they are written, and as the ORM calls them.
const LEVELS: [(&str, &str); 4] = [
    ("read uncommitted", "ReadUncommitted"),
    ("read committed", "ReadCommitted"),
    ("repeatable read", "RepeatableRead"),
    ("serializable", "Serializable"),
];

/// A function whose body is a transaction.
pub(super) struct Atomic {
    /// A method, or a function: the two are written alike.
    pub(super) function: ImplItemFn,
    /// The parameter that is the handle.
    pub(super) handle: Ident,
    pub(super) options: Options,
    /// Where the ORM is.
    pub(super) root: Path,
}

/// What stands in the parentheses.
#[derive(Default)]
pub(super) struct Options {
    /// The variant of `IsolationLevel`.
    pub(super) isolation: Option<Ident>,
    pub(super) read_only: bool,
    pub(super) retries: Option<LitInt>,
    root: Option<Path>,
}

pub(super) fn parse(options: TokenStream, item: TokenStream) -> syn::Result<Atomic> {
    let mut mistakes = Diagnostics::new();
    let written = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(options) {
        Ok(written) => written,
        Err(error) => {
            mistakes.add(error);
            Punctuated::new()
        }
    };
    let mut options = read_options(&written, &mut mistakes);
    let function: Option<ImplItemFn> = match syn::parse2(item) {
        Ok(function) => Some(function),
        Err(_) => {
            let text = "`#[atomic]` is for functions and methods with a body\n\n\
                        help: write it on an `async fn` that takes a `&Db`";
            mistakes.add(syn::Error::new(proc_macro2::Span::call_site(), text));
            None
        }
    };
    let handle = function
        .as_ref()
        .and_then(|function| check(function, &mut mistakes));
    let root = match options.root.take() {
        Some(root) => Some(root),
        None => crate_root::orm().map_err(|error| mistakes.add(error)).ok(),
    };
    mistakes.finish()?;
    match (function, handle, root) {
        (Some(function), Some(handle), Some(root)) => Ok(Atomic {
            function,
            handle,
            options,
            root,
        }),
        // Whatever is missing was complained about.
        _ => Err(syn::Error::new(
            proc_macro2::Span::call_site(),
            "`#[atomic]` is for an `async fn` that takes a `&Db`",
        )),
    }
}

/// Looks at the signature, and finds the handle.
fn check(function: &ImplItemFn, mistakes: &mut Diagnostics) -> Option<Ident> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        mistakes.error(
            signature.fn_token,
            "`#[atomic]` is for async functions",
            "write `async fn`",
        );
    }
    if matches!(signature.output, ReturnType::Default) {
        mistakes.error(
            &signature.ident,
            "an atomic function returns a `Result`, because its transaction may be refused",
            "write `-> Result<(), E>` with an `E` that is made from `testudo_orm::Error`",
        );
    }
    let parameters = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    });
    let handles: Vec<(&PatType, bool)> = parameters
        .filter_map(|parameter| Some((parameter, is_reference_to_db(&parameter.ty)?)))
        .collect();
    match handles.as_slice() {
        [] => {
            mistakes.error(
                &signature.ident,
                "an atomic function takes the database, and this one has no `&Db`",
                "add a parameter `db: &Db`",
            );
            None
        }
        [(parameter, true)] => name(parameter, mistakes),
        [(parameter, false)] => {
            let help = "write `&Db`: in the body, the name stands for the transaction";
            mistakes.error(
                &parameter.ty,
                "an atomic function borrows the database",
                help,
            );
            None
        }
        [_, others @ ..] => {
            for (other, _) in others {
                mistakes.error(
                    other,
                    "a second database: a transaction is of one",
                    "use `db.transaction(async |tx| ..)` in the body, on each of them",
                );
            }
            None
        }
    }
}

/// Whether a type is `&Db`; `None` if there is no `Db` in it at all.
fn is_reference_to_db(ty: &Type) -> Option<bool> {
    match ty {
        Type::Reference(reference) => is_reference_to_db(&reference.elem).map(|nested| {
            !nested && reference.mutability.is_none() && matches!(*reference.elem, Type::Path(_))
        }),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            (last.ident == "Db" && last.arguments.is_none()).then_some(false)
        }
        Type::Paren(paren) => is_reference_to_db(&paren.elem),
        Type::Group(group) => is_reference_to_db(&group.elem),
        _ => None,
    }
}

fn name(parameter: &PatType, mistakes: &mut Diagnostics) -> Option<Ident> {
    match &*parameter.pat {
        Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
            Some(name.ident.clone())
        }
        pattern => {
            mistakes.error(
                pattern,
                "the database has no name, so that the body could not use its transaction",
                "write `db: &Db`",
            );
            None
        }
    }
}

fn read_options(written: &Punctuated<Meta, Token![,]>, mistakes: &mut Diagnostics) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<String> = Vec::new();
    for meta in written {
        let name = meta.path().get_ident().map(ToString::to_string);
        let name = name.unwrap_or_default();
        if seen.contains(&name) {
            let message = format!("`{name}` is given twice");
            mistakes.error(meta, message, "keep one of them");
            continue;
        }
        match (name.as_str(), meta) {
            ("isolation", meta) => options.isolation = level(meta, mistakes),
            ("read_only", Meta::Path(_)) => options.read_only = true,
            ("read_only", meta) => {
                mistakes.error(meta, "`read_only` takes no value", "write `read_only`");
            }
            ("retries", meta) => options.retries = number(meta, mistakes),
            ("crate", meta) => match value(meta) {
                Some(Expr::Path(path)) => options.root = Some(path.path.clone()),
                _ => mistakes.error(
                    meta,
                    "`crate` needs a path",
                    "write `crate = ::testudo_orm`",
                ),
            },
            _ => mistakes.error(
                meta.path(),
                format!("`{name}` is no option of `#[atomic]`"),
                suggestion(&name, OPTIONS),
            ),
        }
        seen.push(name);
    }
    options
}

fn level(meta: &Meta, mistakes: &mut Diagnostics) -> Option<Ident> {
    let known = LEVELS.map(|(level, _)| level);
    let Some(Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    })) = value(meta)
    else {
        let help = "write `isolation = \"serializable\"`";
        mistakes.error(meta, "`isolation` needs a level", help);
        return None;
    };
    let level = text.value().to_lowercase().replace('_', " ");
    match LEVELS.iter().find(|(known, _)| *known == level) {
        Some((_, variant)) => Some(Ident::new(variant, text.span())),
        None => {
            let message = format!("\"{}\" is no isolation level", text.value());
            mistakes.error(text, message, suggestion(&level, &known));
            None
        }
    }
}

fn number(meta: &Meta, mistakes: &mut Diagnostics) -> Option<LitInt> {
    if let Some(Expr::Lit(ExprLit {
        lit: Lit::Int(number),
        ..
    })) = value(meta)
        && number.base10_parse::<u32>().is_ok()
    {
        return Some(number.clone());
    }
    mistakes.error(
        meta,
        "`retries` needs a whole number",
        "write `retries = 3`",
    );
    None
}

fn value(meta: &Meta) -> Option<&Expr> {
    match meta {
        Meta::NameValue(pair) => Some(&pair.value),
        Meta::Path(_) | Meta::List(_) => None,
    }
}
