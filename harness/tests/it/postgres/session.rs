//! What a test leaves in the session of a connection that is kept.

use testudo::prelude::*;

use super::{rolled_back, turn};

async fn value(ctx: &TestContext, sql: &str) -> String {
    let rows = ctx
        .db()
        .fetch_all(format!("SELECT ({sql})::text"), &[])
        .await
        .unwrap();
    let value: Option<String> = rows[0].get(0).unwrap();
    value.unwrap_or_else(|| "NULL".to_owned())
}

#[orm_test(backends(postgres))]
async fn what_one_test_sets_the_next_does_not_have() {
    let _turn = turn().await;
    let questions = [
        "current_user",
        "current_setting('search_path')",
        "current_setting('session_replication_role')",
        "current_setting('statement_timeout')",
        // A setting of one's own is there for good once it was named, without a value.
        "nullif(current_setting('my.tenant', true), '')",
        "to_regclass('pg_temp.mine')",
        "SELECT count(*) FROM pg_prepared_statements WHERE name = 'mine'",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    ];
    let mut before = Vec::new();
    for round in 0..3 {
        let inner = rolled_back().await;
        let mut values = Vec::new();
        for question in questions {
            values.push(value(&inner, question).await);
        }
        if before.is_empty() {
            before = values;
        } else {
            assert_eq!(values, before, "in round {round}");
        }
        for script in [
            "SET search_path = pg_catalog; SET statement_timeout = '1h'; SET my.tenant = 'x'",
            "SET session_replication_role = replica; PREPARE mine AS SELECT 1",
            "CREATE TEMP TABLE mine (id int)",
            "SET ROLE pg_monitor",
        ] {
            inner.db().script(script).await.unwrap();
        }
        inner.finish().await.unwrap();
    }
}

#[orm_test(backends(postgres))]
async fn statements_that_a_test_forgets_are_prepared_again_for_the_next() {
    let _turn = turn().await;
    for _ in 0..3 {
        let inner = rolled_back().await;
        assert_eq!(value(&inner, "SELECT count(*) FROM users").await, "2");
        inner.db().script("DEALLOCATE ALL").await.unwrap();
        inner.finish().await.unwrap();
    }
}

#[orm_test(backends(postgres))]
async fn a_table_that_each_test_makes_differently_is_read_as_it_is() {
    let _turn = turn().await;
    for (column, found) in [("int", "1"), ("text", "one"), ("bool", "true")] {
        let inner = rolled_back().await;
        let db = inner.db();
        db.script(&format!("CREATE TABLE mine (it {column})"))
            .await
            .unwrap();
        let insert = format!("INSERT INTO mine VALUES ('{found}')");
        db.execute(insert, &[]).await.unwrap();
        assert_eq!(
            db.fetch_all("SELECT * FROM mine", &[]).await.unwrap().len(),
            1
        );
        assert_eq!(value(&inner, "SELECT it FROM mine").await, found);
        inner.finish().await.unwrap();
    }
}

#[orm_test(backends(postgres))]
async fn a_column_that_one_test_adds_is_forgotten_by_the_next() {
    let _turn = turn().await;
    for script in ["ALTER TABLE parted ADD COLUMN extra int", "SELECT 1"] {
        for _ in 0..2 {
            let inner = rolled_back().await;
            inner.db().script(script).await.unwrap();
            let read = inner.db().fetch_all("SELECT * FROM parted", &[]);
            assert_eq!(read.await.unwrap().len(), 2);
            inner.finish().await.unwrap();
        }
    }
}
