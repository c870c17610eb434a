//! What an error of Postgres means in a test that is rolled back.

/// The sentence to add to a report, if the error in this text comes from the isolation of the test.
pub(in crate::isolation) fn explain(text: &str) -> Option<&'static str> {
    const MEANINGS: [(&str, &str); 8] = [
        (
            "in a read-only transaction",
            "unless the code under test asked for a read-only transaction, the one around this test was \
             ended before this statement, which Postgres has refused for that reason; use isolation = \
             \"clone\", where the code under test commits as it likes",
        ),
        (
            "can only be used in transaction blocks",
            "the transaction around this test was ended before this statement; use isolation = \"clone\", \
             where the code under test commits as it likes",
        ),
        (
            "cached plan must not change result type",
            "the table of this statement has changed since it was prepared on the one connection of this \
             test; use isolation = \"clone\", where the code under test has several",
        ),
        (
            "inside a transaction block",
            "with isolation = \"rollback\" the whole test is one transaction; this statement needs \
             isolation = \"clone\"",
        ),
        (
            "must be called before any query",
            "with isolation = \"rollback\" the transactions of the code under test are savepoints, which \
             have no isolation level of their own; use isolation = \"clone\"",
        ),
        (
            "must not be called in a subtransaction",
            "with isolation = \"rollback\" the transactions of the code under test are savepoints, which \
             have no isolation level of their own; use isolation = \"clone\"",
        ),
        (
            "attempted to call begin_with at non-zero transaction depth",
            "with isolation = \"rollback\" the transactions of the code under test are savepoints, for \
             which there is no `begin_with`; use isolation = \"clone\"",
        ),
        (
            "it has pending trigger events",
            "a rolled-back test has deferred work, the guard of its transaction among it, which this \
             statement does not allow; use isolation = \"clone\"",
        ),
    ];
    MEANINGS
        .iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, meaning)| *meaning)
}
