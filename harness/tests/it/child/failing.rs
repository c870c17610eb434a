//! Tests that fail, each in its own way, in a process that another test started; elsewhere they pass.

use sqlx::{Executor, SqlitePool};
use testudo::prelude::*;

use super::is_child;
use crate::add_user;

macro_rules! only_in_a_child {
    () => {
        only_in_a_child!(())
    };
    ($value:expr) => {
        if !is_child() {
            return $value;
        }
    };
}

#[orm_test(migrations = "tests/it/migrations/shop", seed = 42)]
async fn panics(pool: SqlitePool) {
    only_in_a_child!();
    add_user(&pool, "alice").await.unwrap();
    panic!("it went wrong");
}

#[orm_test(migrations = "tests/it/migrations/shop", isolation = "clone")]
async fn panics_in_a_clone(pool: SqlitePool) {
    only_in_a_child!();
    add_user(&pool, "alice").await.unwrap();
    panic!("it went wrong");
}

#[orm_test(backends(sqlite))]
async fn for_each_backend(_ctx: TestContext) {
    only_in_a_child!();
    panic!("it went wrong");
}

#[orm_test(migrations = "tests/it/migrations/shop")]
async fn passes(pool: SqlitePool) {
    add_user(&pool, "alice").await.unwrap();
}

#[orm_test]
async fn returns_an_error() -> testudo::Result {
    only_in_a_child!(Ok(()));
    let _: i64 = "x".parse()?;
    Ok(())
}

#[derive(Debug)]
struct MyError(#[expect(dead_code, reason = "read by `Debug`")] u8);

#[orm_test]
async fn returns_its_own_error() -> Result<(), MyError> {
    only_in_a_child!(Ok(()));
    Err(MyError(7))
}

#[orm_test]
async fn acquires_twice_and_panics(pool: SqlitePool) {
    only_in_a_child!();
    let _first = pool.acquire().await.unwrap();
    let _second = pool.acquire().await.unwrap();
}

#[orm_test]
async fn acquires_twice_and_returns(pool: SqlitePool) -> testudo::Result {
    only_in_a_child!(Ok(()));
    let _first = pool.acquire().await?;
    let _second = pool.acquire().await?;
    Ok(())
}

#[orm_test]
async fn commits(pool: SqlitePool) {
    only_in_a_child!();
    pool.execute("COMMIT").await.unwrap();
}

#[orm_test(migrations = "tests/it/migrations/shop")]
async fn adds_a_user_and_commits(pool: SqlitePool) {
    only_in_a_child!();
    add_user(&pool, "alice").await.unwrap();
    pool.execute("COMMIT").await.unwrap();
}

#[orm_test(fails_on(sqlite = "a bug that somebody has fixed"))]
async fn is_expected_to_fail_and_passes() {
    if !is_child() {
        panic!("as expected");
    }
}

#[orm_test(fails_on(sqlite = "a bug"))]
async fn is_expected_to_fail_and_commits(pool: SqlitePool) {
    if is_child() {
        pool.execute("COMMIT").await.unwrap();
    }
    panic!("as expected");
}

// Each of these needs a clone, and passes in one.

#[orm_test(migrations = "tests/it/migrations/shop", isolation = "auto")]
async fn auto_commits(pool: SqlitePool) {
    only_in_a_child!();
    add_user(&pool, "alice").await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    // In a clone there is no transaction to end.
    let _ = connection.execute("COMMIT").await;
}

#[orm_test(isolation = "auto")]
async fn auto_begins_by_text(pool: SqlitePool) -> testudo::Result {
    only_in_a_child!(Ok(()));
    let mut connection = pool.acquire().await?;
    connection.execute("BEGIN").await?;
    connection.execute("COMMIT").await?;
    Ok(())
}

#[orm_test(isolation = "auto")]
async fn auto_takes_two_connections(pool: SqlitePool) {
    only_in_a_child!();
    let _first = pool.acquire().await.unwrap();
    let _second = pool.acquire().await.unwrap();
}

#[orm_test(isolation = "auto")]
async fn auto_panics_for_another_reason(_pool: SqlitePool) {
    only_in_a_child!();
    eprintln!("the body runs");
    panic!("it went wrong");
}

#[orm_test(migrations = "tests/it/migrations/shop", isolation = "auto")]
async fn auto_fails_in_the_clone_too(pool: SqlitePool) {
    only_in_a_child!();
    add_user(&pool, "alice").await.unwrap();
    let _ = pool.execute("COMMIT").await;
    panic!("it went wrong in both");
}

#[orm_test]
async fn closes_its_pool_and_panics(pool: SqlitePool) {
    only_in_a_child!();
    pool.close().await;
    panic!("it went wrong");
}

// Not in a child, these have to panic to pass.

#[orm_test]
#[should_panic(expected = "as it should")]
async fn should_panic_after_a_commit(pool: SqlitePool) {
    if is_child() {
        pool.execute("COMMIT").await.unwrap();
    }
    panic!("as it should");
}

#[orm_test]
#[should_panic]
async fn should_panic_and_does_not() {
    if !is_child() {
        panic!("as it should");
    }
}
