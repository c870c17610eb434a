//! Slots that are put back after a test that committed.

use sqlx::Connection;
use testudo::Isolation;
use testudo::prelude::*;

use super::{cloned, next_test_is_clean, objects, one, pool, run, same_slot, stranger, turn};

/// What stays the same when a database is put back, and not when it is copied anew.
const IDENTITY: &str = "SELECT oid FROM pg_database WHERE datname = current_database()";

/// Runs statements that commit, and returns which database the next test has in their place.
async fn put_back(statements: &[&str]) -> (String, String) {
    let inner = cloned().await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    let before = one(&pool, IDENTITY).await;
    for statement in statements {
        run(&pool, statement).await.unwrap();
    }
    inner.finish().await.unwrap();
    next_test_is_clean(&url, Isolation::Clone).await;
    next_test_is_clean(&url, Isolation::Rollback).await;
    let next = same_slot(&url, Isolation::Clone).await;
    let after = one(&self::pool(&next).await, IDENTITY).await;
    next.finish().await.unwrap();
    (before, after)
}

async fn is_put_back_in_place(statements: &[&str]) {
    let (before, after) = put_back(statements).await;
    assert_eq!(before, after, "copied anew after {statements:?}");
}

async fn is_copied_anew(statements: &[&str]) {
    let (before, after) = put_back(statements).await;
    assert_ne!(before, after, "put back in place after {statements:?}");
}

#[orm_test(backends(postgres))]
async fn rows_are_put_back_without_running_triggers() {
    let _turn = turn().await;
    let all = [
        "INSERT INTO users (name) VALUES ('alice')",
        "UPDATE orders SET total = 9",
        "DELETE FROM audit",
    ];
    is_put_back_in_place(&all).await;
    is_put_back_in_place(&all).await;
    // The triggers are still there.
    let inner = cloned().await;
    let pool = pool(&inner).await;
    run(&pool, "INSERT INTO users (name) VALUES ('carol')")
        .await
        .unwrap();
    let noted = "SELECT count(*) FROM audit WHERE what = 'INSERT carol'";
    assert_eq!(one(&pool, noted).await, "1");
    inner.finish().await.unwrap();
}

#[orm_test(backends(postgres))]
async fn what_a_cascade_or_a_truncate_removed_is_put_back() {
    let _turn = turn().await;
    is_put_back_in_place(&["DELETE FROM users"]).await;
    is_put_back_in_place(&["TRUNCATE users RESTART IDENTITY CASCADE"]).await;
}

#[orm_test(backends(postgres))]
async fn values_of_every_type_are_put_back_as_they_were() {
    let _turn = turn().await;
    is_put_back_in_place(&["DELETE FROM \"Odd one\".\"a \"\"table\""]).await;
    is_put_back_in_place(&["UPDATE \"Odd one\".\"a \"\"table\" SET tags = NULL"]).await;
}

#[orm_test(backends(postgres))]
async fn rows_that_move_between_partitions_are_put_back() {
    let _turn = turn().await;
    is_put_back_in_place(&["UPDATE parted SET id = 15 WHERE id = 1"]).await;
}

#[orm_test(backends(postgres))]
async fn identities_begin_where_they_began() {
    let _turn = turn().await;
    let mut ids = Vec::new();
    let first = cloned().await;
    let url = first.url().to_owned();
    first.finish().await.unwrap();
    for _ in 0..2 {
        let inner = same_slot(&url, Isolation::Clone).await;
        let pool = pool(&inner).await;
        let insert = "INSERT INTO orders (user_id, total) VALUES (7, 3) RETURNING id";
        let id: i64 = sqlx::query_scalar(insert).fetch_one(&pool).await.unwrap();
        ids.push(id);
        inner.finish().await.unwrap();
    }
    assert_eq!(ids, [3, 3]);
    is_put_back_in_place(&["SELECT setval('orders_id_seq', 900, false)"]).await;
}

#[orm_test(backends(postgres))]
async fn upkeep_is_no_change() {
    let _turn = turn().await;
    is_put_back_in_place(&["ANALYZE", "VACUUM users", "VACUUM FULL orders"]).await;
}

#[orm_test(backends(postgres))]
async fn a_slot_with_another_schema_is_copied_anew() {
    let _turn = turn().await;
    for statement in [
        "CREATE TABLE extra (id int)",
        "ALTER TABLE orders ADD COLUMN extra int",
        "DROP TABLE parted_low",
        "CREATE INDEX ON orders (total)",
        "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE users DISABLE TRIGGER note",
        "GRANT SELECT ON users TO pg_monitor",
        "COMMENT ON TABLE users IS 'changed'",
        "CREATE TYPE mood AS ENUM ('fine')",
        "REFRESH MATERIALIZED VIEW names",
        "SELECT lo_from_bytea(0, 'x')",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
    ] {
        is_copied_anew(&[statement]).await;
    }
}

#[orm_test(backends(postgres))]
async fn connections_and_locks_that_a_test_leaves_are_ended() {
    let _turn = turn().await;
    let inner = cloned().await;
    let url = inner.url().to_owned();
    let mut other = stranger(&inner).await;
    let statements = "SELECT pg_advisory_lock(1); BEGIN; DELETE FROM orders; LOCK TABLE users";
    run(&mut other, statements).await.unwrap();
    inner.finish().await.unwrap();
    run(&mut other, "COMMIT").await.unwrap_err();
    let _ = other.close().await;
    next_test_is_clean(&url, Isolation::Clone).await;
}

#[orm_test(backends(postgres))]
async fn settings_of_the_database_are_those_of_the_template() {
    let _turn = turn().await;
    for isolation in [Isolation::Rollback, Isolation::Clone, Isolation::Fresh] {
        let inner = objects(isolation).start().await.unwrap();
        let mut other = stranger(&inner).await;
        let path = "current_setting('search_path')";
        assert_eq!(one(&mut other, path).await, "public, \"Odd one\"");
        assert_eq!(one(&mut other, "current_setting('work_mem')").await, "5MB");
        other.close().await.unwrap();
        inner.finish().await.unwrap();
    }
}
