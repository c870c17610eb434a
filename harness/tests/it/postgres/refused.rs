//! Every way to end the transaction around a test: refused, or found at its end.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use sqlx::{AssertSqlSafe, Connection};
use testudo::Isolation;
use testudo::prelude::*;

use super::{loses, next_test_is_clean, one, pool, rolled_back, run, turn};

const INSERT: &str = "INSERT INTO users (name) VALUES ('alice')";

#[orm_test(backends(postgres))]
async fn a_statement_that_would_commit_is_refused_and_named() {
    let _turn = turn().await;
    for statement in [
        "COMMIT",
        "END",
        "COMMIT AND CHAIN",
        "PREPARE TRANSACTION 'mine'",
        "SET CONSTRAINTS ALL IMMEDIATE; COMMIT",
        "SET session_replication_role = replica; SET ROLE pg_monitor; COMMIT",
        "SET SESSION AUTHORIZATION pg_monitor; RESET ALL; COMMIT",
    ] {
        let inner = rolled_back().await;
        let mut connection = pool(&inner).await.acquire().await.unwrap();
        run(&mut *connection, INSERT).await.unwrap();
        let error = run(&mut *connection, statement).await.unwrap_err();
        assert!(error.to_string().contains(statement), "{error}");
        assert!(
            error.to_string().contains("isolation = \"clone\""),
            "{error}"
        );
        // What comes after it cannot write.
        let error = run(&mut *connection, INSERT).await.unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
        drop(connection);
        loses(inner, &format!("`{statement}`")).await;
    }
}

#[orm_test(backends(postgres))]
async fn a_prepared_commit_is_refused_and_named() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let pool = pool(&inner).await;
    sqlx::query(INSERT).execute(&pool).await.unwrap();
    let error = sqlx::query("COMMIT").execute(&pool).await.unwrap_err();
    assert!(error.to_string().contains("`COMMIT`"), "{error}");
    loses(inner, "`COMMIT`").await;
}

#[orm_test(backends(postgres))]
async fn a_commit_on_the_handle_of_models_is_refused_and_named() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    inner.db().script(INSERT).await.unwrap();
    let error = inner.db().script("COMMIT").await.unwrap_err();
    assert!(error.to_string().contains("`COMMIT`"), "{error}");
    loses(inner, "`COMMIT`").await;
}

#[orm_test(backends(postgres))]
async fn a_rollback_as_text_is_found_and_what_follows_cannot_write() {
    let _turn = turn().await;
    for is_prepared in [false, true] {
        let inner = rolled_back().await;
        let pool = pool(&inner).await;
        run(&pool, INSERT).await.unwrap();
        if is_prepared {
            sqlx::query("ROLLBACK").execute(&pool).await.unwrap();
        } else {
            run(&pool, "ROLLBACK").await.unwrap();
        }
        let error = run(&pool, INSERT).await.unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
        loses(inner, "`ROLLBACK`").await;
    }
}

#[orm_test(backends(postgres))]
async fn settings_that_are_reset_after_a_rollback_do_not_let_it_write() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let pool = pool(&inner).await;
    run(&pool, "ROLLBACK").await.unwrap();
    run(&pool, "DISCARD ALL").await.unwrap();
    run(&pool, "RESET ALL").await.unwrap();
    let error = run(&pool, INSERT).await.unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    loses(inner, "was ended").await;
}

#[orm_test(backends(postgres))]
async fn a_transaction_of_its_own_in_place_of_the_outer_one_is_found_and_undone() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let pool = pool(&inner).await;
    let statements = format!("ROLLBACK; BEGIN READ WRITE; {INSERT}; COMMIT; BEGIN");
    run(&pool, &statements).await.unwrap();
    loses(inner, "was ended").await;
}

#[orm_test(backends(postgres))]
async fn begin_with_within_a_transaction_is_found() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let mut connection = pool(&inner).await.acquire().await.unwrap();
    run(&mut *connection, INSERT).await.unwrap();
    let error = connection
        .begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("begin_with"), "{error}");
    // sqlx has rolled back the outer transaction, and the next one would really commit.
    let mut transaction = connection.begin().await.unwrap();
    let error = run(&mut *transaction, INSERT).await.unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    drop(transaction);
    drop(connection);
    loses(inner, "`begin_with`").await;
}

#[orm_test(backends(postgres))]
async fn a_begin_that_fails_cannot_make_the_next_one_commit() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let mut connection = pool(&inner).await.acquire().await.unwrap();
    run(&mut *connection, "SELECT 1 / 0").await.unwrap_err();
    connection.begin().await.unwrap_err();
    let mut transaction = connection.begin().await.unwrap();
    let error = run(&mut *transaction, INSERT).await.unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    transaction.commit().await.unwrap();
    drop(connection);
    loses(inner, "a `begin` that failed or was cancelled").await;
}

#[orm_test(backends(postgres))]
async fn a_begin_that_is_cancelled_cannot_make_the_next_one_commit() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let mut connection = pool(&inner).await.acquire().await.unwrap();
    // Sent, and dropped before the answer is there; now and then the server is faster.
    let mut is_cancelled = false;
    while !is_cancelled {
        let mut begin = pin!(connection.begin());
        let polled = poll_fn(|context| Poll::Ready(begin.as_mut().poll(context))).await;
        match polled {
            Poll::Pending => is_cancelled = true,
            Poll::Ready(begun) => begun.unwrap().rollback().await.unwrap(),
        }
    }
    let mut transaction = connection.begin().await.unwrap();
    let written = run(&mut *transaction, INSERT).await;
    transaction.commit().await.unwrap();
    drop(connection);
    assert!(written.is_err());
    loses(inner, "a `begin` that failed or was cancelled").await;
}

#[orm_test(backends(postgres))]
async fn constraints_may_be_checked_at_once() {
    let _turn = turn().await;
    let inner = rolled_back().await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    for _ in 0..2 {
        run(&pool, "SET CONSTRAINTS ALL IMMEDIATE").await.unwrap();
    }
    run(&pool, INSERT).await.unwrap();
    assert_eq!(one(&pool, "SELECT count(*) FROM users").await, "3");
    inner.finish().await.unwrap();
    next_test_is_clean(&url, Isolation::Rollback).await;
}

#[orm_test(backends(postgres))]
async fn what_needs_to_be_outside_of_a_transaction_is_refused_and_leaves_it_whole() {
    let _turn = turn().await;
    for statement in [
        "DISCARD ALL",
        "DISCARD TEMP",
        "VACUUM users",
        "CREATE INDEX CONCURRENTLY ON users (boss_id)",
        "ALTER SYSTEM SET work_mem = '5MB'",
    ] {
        let inner = rolled_back().await;
        let url = inner.url().to_owned();
        let pool = pool(&inner).await;
        run(&pool, INSERT).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&pool)
            .await
            .unwrap_err();
        assert_eq!(one(&pool, "SELECT count(*) FROM users").await, "3");
        inner.finish().await.unwrap();
        next_test_is_clean(&url, Isolation::Rollback).await;
    }
}
