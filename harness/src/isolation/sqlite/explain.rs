//! What an error of SQLite means in a test that is rolled back.

/// The sentence to add to a report, if the error in this text comes from the isolation of the test.
pub(in crate::isolation) fn explain(text: &str) -> Option<&'static str> {
    const MEANINGS: [(&[&str], &str); 2] = [
        (
            &[
                "cannot start a transaction within a transaction",
                "attempted to call begin_with at non-zero transaction depth",
            ],
            "with isolation = \"rollback\" the transactions of the code under test are savepoints: sqlx's \
             `begin()` makes one, `BEGIN` as text and `begin_with` cannot; use isolation = \"clone\"",
        ),
        (
            &[
                "cannot VACUUM from within a transaction",
                "from within a transaction",
                "Safety level may not be changed inside a transaction",
            ],
            "with isolation = \"rollback\" the whole test is one transaction; this statement needs \
             isolation = \"clone\"",
        ),
    ];
    MEANINGS
        .iter()
        .find(|(words, _)| words.iter().any(|words| text.contains(words)))
        .map(|(_, meaning)| *meaning)
}
