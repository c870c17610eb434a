//! The function that is made a test: its attributes, its parameters.

use syn::{Attribute, FnArg, Ident, ItemFn, Type};

use crate::diagnostics::{Diagnostics, listed, suggestion};

const PARAMETERS: &[&str] = &["TestContext", "Db", "SqlitePool", "PgPool", "MySqlPool"];

pub(super) fn check_attributes(attributes: &[Attribute], mistakes: &mut Diagnostics) {
    for attribute in attributes {
        let Some(last) = attribute.path().segments.last() else {
            continue;
        };
        if last.ident == "test" {
            mistakes.error(
                attribute,
                "`#[orm_test]` makes the test itself",
                "remove this attribute, or it would run twice",
            );
        } else if last.ident == "rstest" {
            mistakes.error(
                attribute,
                "`#[rstest]` has to come first",
                "put it above, write `#[testudo::test(..)]` for `#[orm_test(..)]`, and `#[ignore]` \
                 before the parameters that testudo passes",
            );
        }
    }
}

/// The types of the parameters.
pub(super) fn check(function: &ItemFn, mistakes: &mut Diagnostics) -> Vec<Type> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        mistakes.error(
            signature.fn_token,
            "an `#[orm_test]` is an `async fn`",
            format!("write `async fn {}`", signature.ident),
        );
    }
    if !signature.generics.params.is_empty() {
        mistakes.error(
            &signature.generics,
            "an `#[orm_test]` cannot be generic",
            "nobody calls it with types: write the types out",
        );
    }
    let mut parameters = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => mistakes.error(
                receiver,
                "an `#[orm_test]` has no `self`",
                format!("it takes {}", listed(PARAMETERS)),
            ),
            FnArg::Typed(typed) => {
                check_parameter(&typed.ty, mistakes);
                parameters.push((*typed.ty).clone());
            }
        }
    }
    parameters
}

/// Types that are known to be wrong by their name; the compiler judges the others, because they may
/// be aliases.
fn check_parameter(ty: &Type, mistakes: &mut Diagnostics) {
    if let Type::Reference(reference) = ty {
        let Some(name) = last_name(&reference.elem) else {
            return;
        };
        mistakes.error(
            ty,
            "an `#[orm_test]` takes its parameters by value",
            format!("write `{name}`"),
        );
        return;
    }
    let Some(name) = last_name(ty) else { return };
    let text = name.to_string();
    if !PARAMETERS.contains(&text.as_str()) {
        let help = suggestion(&text, PARAMETERS);
        if help.starts_with("did you mean") {
            mistakes.error(
                ty,
                format!("`{text}` is no parameter that `#[orm_test]` can pass"),
                help,
            );
        }
    }
}

pub(super) fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}
