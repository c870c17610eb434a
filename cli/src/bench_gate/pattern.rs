//! Patterns for the ids of benches: `compile/*/testudo`.

use anyhow::{Result, bail};
use regex_lite::Regex;
use serde::Deserialize;

/// An id in which each `*` stands for any text without a `/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(text: String) -> std::result::Result<Self, regex_lite::Error> {
        let parts: Vec<String> = text.split('*').map(regex_lite::escape).collect();
        let regex = Regex::new(&format!("^{}$", parts.join("([^/]*)")))?;
        Ok(Pattern { text, regex })
    }
}

impl Pattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the id is of this pattern.
    pub fn matches(&self, id: &str) -> bool {
        self.regex.is_match(id)
    }

    /// This pattern with the text that each `*` of another pattern matched, in order. `None` when the
    /// other does not match.
    pub fn filled_from(&self, other: &Pattern, id: &str) -> Option<String> {
        let captures = other.regex.captures(id)?;
        let mut found = captures.iter().skip(1).flatten();
        let mut parts = self.text.split('*');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            filled.push_str(found.next().map_or("*", |text| text.as_str()));
            filled.push_str(part);
        }
        Some(filled)
    }

    /// That each `*` of this pattern has one in the other to be filled from.
    pub fn check_filled_from(&self, other: &Pattern) -> Result<()> {
        let stars = |pattern: &Pattern| pattern.text.matches('*').count();
        if stars(self) > stars(other) {
            bail!(
                "`{}` has more `*` than `{}`, which they are filled from",
                self.text,
                other.text
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn pattern(text: &str) -> Pattern {
        Pattern::try_from(text.to_owned()).expect("a pattern")
    }

    #[test]
    fn a_star_matches_within_one_segment() {
        let all = pattern("compile/*/testudo");
        assert!(all.matches("compile/point/testudo"));
        assert!(!all.matches("compile/point/deep/testudo"));
        assert!(!all.matches("compile/point/testudo-sqlite"));
    }

    #[test]
    fn what_is_special_in_a_regular_expression_is_plain_text() {
        assert!(pattern("sum (a+b)?").matches("sum (a+b)?"));
        assert!(!pattern("a.b").matches("aXb"));
    }

    #[test]
    fn a_reference_takes_what_the_stars_matched() {
        let (bench, reference) = (pattern("*/*/testudo"), pattern("*/*/floor"));
        let filled = reference.filled_from(&bench, "compile/point/testudo");
        assert_eq!(filled.as_deref(), Some("compile/point/floor"));
        assert_eq!(reference.filled_from(&bench, "other"), None);
    }

    #[test]
    fn a_reference_with_a_star_too_many_is_refused() {
        let refused = pattern("*/*").check_filled_from(&pattern("a/*"));
        assert!(refused.unwrap_err().to_string().contains("more `*`"));
    }
}
