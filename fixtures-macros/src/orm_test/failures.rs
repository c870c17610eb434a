//! The backends on which a test is expected to fail, each with the reason.

use syn::{Expr, ExprLit, Ident, Lit, LitStr, MetaNameValue};

use super::backends::Backend;
use crate::diagnostics::{Diagnostics, suggestion};

/// `mysql = "the reason"`.
#[derive(Debug)]
pub(super) struct ExpectedFailure {
    name: Ident,
    pub(super) backend: Backend,
    pub(super) reason: LitStr,
}

pub(super) fn expected(
    pairs: Vec<MetaNameValue>,
    mistakes: &mut Diagnostics,
) -> Vec<ExpectedFailure> {
    let mut expected: Vec<ExpectedFailure> = Vec::new();
    for pair in pairs {
        let text = match pair.path.get_ident() {
            Some(name) => name.to_string(),
            None => String::new(),
        };
        let (Some(name), Some(backend)) = (pair.path.get_ident(), Backend::named(&text)) else {
            mistakes.error(
                &pair.path,
                format!("`{text}` is no backend"),
                suggestion(&text, &Backend::names()),
            );
            continue;
        };
        let Expr::Lit(ExprLit {
            lit: Lit::Str(reason),
            ..
        }) = &pair.value
        else {
            mistakes.error(
                &pair.value,
                "the reason is a string",
                format!("write `{text} = \"why it fails there\"`"),
            );
            continue;
        };
        if reason.value().trim().is_empty() {
            mistakes.error(
                reason,
                "an expected failure needs its reason",
                format!("write `{text} = \"why it fails there\"`"),
            );
        } else if expected.iter().any(|known| known.backend == backend) {
            mistakes.error(name, format!("`{text}` is given twice"), "keep one of them");
        } else {
            expected.push(ExpectedFailure {
                name: name.clone(),
                backend,
                reason: reason.clone(),
            });
        }
    }
    expected
}

/// Complains about backends that the test does not run on.
pub(super) fn check(
    expected: &[ExpectedFailure],
    backends: &[Backend],
    mistakes: &mut Diagnostics,
) {
    for failure in expected {
        if !backends.contains(&failure.backend) {
            mistakes.error(
                &failure.name,
                format!("this test does not run on `{}`", failure.backend.name()),
                format!(
                    "name it in `backends({}, ..)`, or remove this",
                    failure.backend.name()
                ),
            );
        }
    }
}
