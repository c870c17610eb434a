//! Collects the mistakes of one macro call, so that all of them are reported at once.

use quote::ToTokens;

/// The mistakes found so far.
///
/// Panics when it is dropped with nobody having looked at it: a forgotten mistake would be a model
/// that silently means something else.
pub(crate) struct Diagnostics {
    errors: Option<Vec<syn::Error>>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Diagnostics {
            errors: Some(Vec::new()),
        }
    }

    /// How many mistakes there are so far.
    pub(crate) fn count(&self) -> usize {
        self.errors.as_ref().map_or(0, Vec::len)
    }

    /// Adds a mistake at the tokens that it is about, with what to do next.
    pub(crate) fn error(
        &mut self,
        at: impl ToTokens,
        message: impl AsRef<str>,
        help: impl AsRef<str>,
    ) {
        let text = format!("{}\n\nhelp: {}", message.as_ref(), help.as_ref());
        self.add(syn::Error::new_spanned(at, text));
    }

    /// Adds an error of the parser.
    pub(crate) fn add(&mut self, error: syn::Error) {
        if let Some(errors) = &mut self.errors {
            errors.push(error);
        }
    }

    /// Forgets the mistakes: they are reported elsewhere.
    pub(crate) fn discard(mut self) {
        self.errors = None;
    }

    /// All mistakes as one error, or `Ok` where there was none.
    pub(crate) fn finish(mut self) -> syn::Result<()> {
        let all = self
            .errors
            .take()
            .unwrap_or_default()
            .into_iter()
            .reduce(|mut all, error| {
                all.combine(error);
                all
            });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(
            self.errors.is_none() || std::thread::panicking(),
            "the mistakes of a macro call were not looked at"
        );
    }
}

/// A list of names for a sentence: `` `a`, `b` and `c` ``.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The help for a name that is not known: the nearest one if there is any, else all of them.
pub(crate) fn suggestion<S: AsRef<str>>(wrong: &str, known: &[S]) -> String {
    match nearest(wrong, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are {}", listed(known)),
    }
}

/// The known name that a misspelt one was most likely meant to be.
fn nearest<'a, S: AsRef<str>>(wrong: &str, known: &'a [S]) -> Option<&'a str> {
    let limit = (wrong.chars().count() / 3).max(1);
    known
        .iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(wrong, name.as_ref()),
                name.as_ref(),
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest_one() {
        let known = ["max_length", "max_digits", "unique"];
        assert_eq!(
            suggestion("max_lenght", &known),
            "did you mean `max_length`?"
        );
        assert_eq!(suggestion("uniqe", &known), "did you mean `unique`?");
    }

    #[test]
    fn a_name_like_no_other_is_answered_with_all_of_them() {
        assert_eq!(
            suggestion("colour", &["unique", "index"]),
            "known are `unique` and `index`"
        );
    }

    #[test]
    fn all_mistakes_are_reported_together() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(quote::quote!(a), "one", "do this");
        diagnostics.error(quote::quote!(b), "two", "do that");
        let error = diagnostics.finish().expect_err("two mistakes");
        let messages: Vec<String> = error.into_iter().map(|e| e.to_string()).collect();
        assert_eq!(messages, ["one\n\nhelp: do this", "two\n\nhelp: do that"]);
    }

    #[test]
    #[should_panic(expected = "were not looked at")]
    fn mistakes_that_nobody_looks_at_are_a_bug() {
        drop(Diagnostics::new());
    }
}
