//! Names: from Rust's spelling to SQL's, quoted text, and the hash that stands for a name in a type.

/// `OrderItem` becomes `order_item`, `HTTPServer` becomes `http_server`.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        let after_lower = i > 0 && (chars[i - 1].is_lowercase() || chars[i - 1].is_ascii_digit());
        let ends_acronym = i > 0
            && chars[i - 1].is_uppercase()
            && chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_lower || ends_acronym) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// Finished SQL text in the two quote styles that dialects have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct QuotedText {
    pub(crate) double: String,
    pub(crate) backtick: String,
}

impl QuotedText {
    /// An identifier.
    pub(crate) fn identifier(name: &str) -> Self {
        let quoted =
            |quote: &str| format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)));
        QuotedText {
            double: quoted("\""),
            backtick: quoted("`"),
        }
    }

    /// Text without identifiers.
    pub(crate) fn plain(text: &str) -> Self {
        QuotedText {
            double: text.to_owned(),
            backtick: text.to_owned(),
        }
    }

    /// This text and then another.
    pub(crate) fn then(mut self, next: &QuotedText) -> Self {
        self.double.push_str(&next.double);
        self.backtick.push_str(&next.backtick);
        self
    }

    /// Several texts with `, ` in between.
    pub(crate) fn list<'a>(items: impl IntoIterator<Item = &'a QuotedText>) -> Self {
        let mut list = QuotedText::default();
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                list = list.then(&QuotedText::plain(", "));
            }
            list = list.then(item);
        }
        list
    }
}

/// FNV-1a with 64 bits: the same in every compilation, which `DefaultHasher` does not promise.
pub(crate) fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (camel, snake) in [
            ("Order", "order"),
            ("OrderItem", "order_item"),
            ("HTTPServer", "http_server"),
            ("OrderV2", "order_v2"),
            ("Area51Guard", "area51_guard"),
            ("XRay", "x_ray"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake_case(camel), snake);
        }
    }

    #[test]
    fn a_quote_in_an_identifier_is_doubled_in_its_own_style_alone() {
        let quoted = QuotedText::identifier("a\"b`c");
        assert_eq!(quoted.double, "\"a\"\"b`c\"");
        assert_eq!(quoted.backtick, "`a\"b``c`");
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let (a, b) = (QuotedText::identifier("a"), QuotedText::identifier("b"));
        assert_eq!(QuotedText::list([&a, &b]).double, "\"a\", \"b\"");
        assert_eq!(QuotedText::list([]), QuotedText::default());
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // Test vectors of draft-eastlake-fnv, appendix C.
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
