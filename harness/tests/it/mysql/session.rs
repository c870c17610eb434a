//! What a test leaves in the session of a connection that is kept.

use testudo::prelude::*;

use super::{MOST, one, rolled_back, stranger, turn};

async fn value(ctx: &TestContext, sql: &str) -> String {
    let rows = ctx
        .db()
        .fetch_all(&format!("SELECT CAST(({sql}) AS CHAR)"), &[])
        .await
        .unwrap();
    let value: Option<String> = rows[0].get(0).unwrap();
    value.unwrap_or_else(|| "NULL".to_owned())
}

#[orm_test(backends(mysql, mariadb))]
async fn settings_of_one_test_are_not_those_of_the_next(ctx: TestContext) {
    let _turn = turn().await;
    let isolation = "(SELECT VARIABLE_VALUE FROM performance_schema.session_variables \
                     WHERE VARIABLE_NAME = 'transaction_isolation')";
    let isolation = match ctx.backend() {
        Backend::MariaDb => "@@tx_isolation",
        _ => isolation,
    };
    let variables = [
        "@@sql_mode",
        "@@time_zone",
        "@@autocommit",
        "@@foreign_key_checks",
        "@@unique_checks",
        "@@lc_time_names",
        "@@group_concat_max_len",
        "@@innodb_lock_wait_timeout",
        "@@timestamp > 1000",
        "@@character_set_client",
        "@@collation_connection",
        isolation,
    ];
    let mut before = Vec::new();
    for round in 0..2 {
        let mut contexts = Vec::new();
        for _ in 0..MOST {
            contexts.push(rolled_back(&ctx).await);
        }
        for inner in &contexts {
            let mut values = Vec::new();
            for variable in variables {
                values.push(value(inner, variable).await);
            }
            if before.is_empty() {
                before = values;
            } else {
                assert_eq!(values, before, "in round {round}");
            }
            inner
                .db()
                .script(
                    "SET sql_mode = '', time_zone = '-07:00', foreign_key_checks = 0, \
                     unique_checks = 0, lc_time_names = 'de_DE', group_concat_max_len = 9, \
                     innodb_lock_wait_timeout = 1, timestamp = 1000; \
                     SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE; \
                     SET NAMES latin1; SET autocommit = 0",
                )
                .await
                .unwrap();
        }
        for inner in contexts {
            inner.finish().await.unwrap();
        }
    }
}

#[orm_test(backends(mysql, mariadb))]
async fn temporary_tables_variables_and_use_end_with_the_test(ctx: TestContext) {
    let _turn = turn().await;
    for _ in 0..2 {
        let mut contexts = Vec::new();
        for _ in 0..MOST {
            contexts.push(rolled_back(&ctx).await);
        }
        for inner in &contexts {
            let mut other = stranger(inner).await;
            let database = one(&mut other, "SELECT DATABASE()").await;
            assert_eq!(value(inner, "SELECT DATABASE()").await, database);
            assert_eq!(value(inner, "@counter").await, "NULL");
            // Fails if it is there.
            inner
                .db()
                .script(
                    "CREATE TEMPORARY TABLE scratch (id INT); INSERT INTO scratch VALUES (1); \
                     SET @counter = 1; USE information_schema",
                )
                .await
                .unwrap();
        }
        for inner in contexts {
            inner.finish().await.unwrap();
        }
    }
}
