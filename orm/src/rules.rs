//! What the rules of a field say of its value: `min`, `max`, `min_length`, `pattern`, `email`, `choices`.
//!
//! Each function returns what is wrong, as the end of a sentence about the value.

use std::cmp::Ordering;
use std::fmt::Display;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::FieldType;

/// A regular expression that is compiled when it is first needed.
pub type Pattern = LazyLock<Regex>;

/// The regular expression of a `pattern`.
///
/// # Panics
/// Never: the derive has compiled it already.
#[must_use]
pub fn compiled(pattern: &'static str) -> Regex {
    Regex::new(pattern).expect("the derive refuses what is no regular expression")
}

/// The value against a lower bound.
pub fn at_least<T: PartialOrd + Display>(value: &T, least: &T) -> Option<String> {
    // What cannot be compared, such as NaN, is not within a bound.
    let within = value.partial_cmp(least).is_some_and(Ordering::is_ge);
    (!within).then(|| format!("it is {value}, and must be at least {least}"))
}

/// The value against an upper bound.
pub fn at_most<T: PartialOrd + Display>(value: &T, most: &T) -> Option<String> {
    let within = value.partial_cmp(most).is_some_and(Ordering::is_le);
    (!within).then(|| format!("it is {value}, and must be at most {most}"))
}

/// The number of characters of a text against its least.
pub fn min_length(text: &impl AsRef<str>, least: usize) -> Option<String> {
    let length = text.as_ref().chars().count();
    (length < least).then(|| format!("it has {length} characters, and must have at least {least}"))
}

/// A text against a regular expression.
pub fn pattern(text: &impl AsRef<str>, pattern: &Pattern) -> Option<String> {
    let text = text.as_ref();
    (!pattern.is_match(text)).then(|| format!("`{text}` does not match `{}`", pattern.as_str()))
}

/// Whether a text has the form of an address: a name, one `@` and a domain with a dot. Only a letter
/// tells whether somebody reads it.
pub fn email(text: &impl AsRef<str>) -> Option<String> {
    let text = text.as_ref();
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    let formed = parts.is_some_and(|(name, domain)| {
        let labels = domain.split('.').all(|label| !label.is_empty());
        !name.is_empty() && !domain.contains('@') && domain.contains('.') && labels
    });
    (!(plain && formed)).then(|| format!("`{text}` is no e-mail address"))
}

/// The value against the only ones that are allowed.
pub fn one_of<T: FieldType + PartialEq + Display>(value: &T, choices: &[T]) -> Option<String> {
    let listed = || {
        let choices: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        format!("it is `{value}`, and must be one of {}", choices.join(", "))
    };
    (!choices.contains(value)).then(listed)
}

/// What a user's own function has answered.
pub fn told(answer: Result<(), impl Display>) -> Option<String> {
    answer.err().map(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_domain_with_a_dot() {
        for good in ["a@b.c", "first.last+tag@sub.example.com", "ü@exämple.de"] {
            assert_eq!(email(&good), None);
        }
        for bad in [
            "", "a", "a@", "@b.c", "a@b", "a@b.", "a@.c", "a@b@c.d", "a b@c.d", "a@b..c",
        ] {
            assert!(email(&bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_within_no_bound() {
        assert!(at_least(&f64::NAN, &0.0).is_some());
        assert!(at_most(&f64::NAN, &0.0).is_some());
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(min_length(&"äöü", 3), None);
        assert_eq!(
            min_length(&"äö", 3).unwrap(),
            "it has 2 characters, and must have at least 3"
        );
    }
}
