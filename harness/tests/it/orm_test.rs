//! `#[orm_test]`: what it accepts and what it passes on.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::SqlitePool;
use testudo::prelude::*;

use crate::{add_user, count, pool};

#[orm_test]
async fn a_test_without_options(ctx: TestContext) {
    assert_eq!(ctx.backend(), Backend::Sqlite);
    assert_eq!(count(&pool(&ctx).await, "sqlite_schema").await, 0);
}

#[orm_test(migrations = "tests/it/migrations/shop")]
async fn parameters_in_any_order_and_number(
    pool: SqlitePool,
    db: Db,
    mut ctx: TestContext,
    again: SqlitePool,
) {
    add_user(&pool, "alice").await.unwrap();
    db.execute("INSERT INTO users (name) VALUES ('bob')", &[])
        .await
        .unwrap();
    ctx = ctx.clone();
    assert_eq!(count(&crate::pool(&ctx).await, "users").await, 3);
    assert_eq!(count(&again, "users").await, 3);
}

#[orm_test]
async fn no_parameters_at_all() {}

#[orm_test(isolation = "clone")]
async fn a_context_is_shown_without_its_url_which_may_have_a_password(ctx: TestContext) {
    let shown = format!("{ctx:?}");
    assert!(
        shown.contains("Sqlite") && !shown.contains(ctx.url()),
        "{shown}"
    );
}

#[orm_test(migrations = "tests/it/migrations/shop", backends(sqlite))]
async fn one_test_for_each_backend(ctx: TestContext) -> testudo::Result {
    assert_eq!(ctx.backend(), Backend::Sqlite);
    add_user(&pool(&ctx).await, "alice").await?;
    Ok(())
}

#[orm_test(
    backends(sqlite),
    migrations = "tests/it/migrations/shop",
    isolation = "clone",
    seed = 7
)]
async fn options_in_any_order(ctx: TestContext) {
    assert_eq!(ctx.seed(), 7);
    sqlx::Executor::execute(&pool(&ctx).await, "BEGIN; COMMIT")
        .await
        .unwrap();
}

#[orm_test(
    isolation = "fresh",
    migrations = "tests/it/migrations/shop",
    runtime = "own"
)]
async fn a_runtime_of_its_own_drives_spawned_tasks(pool: SqlitePool) {
    let task = tokio::spawn(async move { count(&pool, "users").await });
    assert_eq!(task.await.unwrap(), 1);
}

#[orm_test(migrations = "tests/it/migrations/shop")]
async fn the_shared_runtime_drives_spawned_tasks(pool: SqlitePool) {
    let task = tokio::spawn(async move { count(&pool, "users").await });
    assert_eq!(task.await.unwrap(), 1);
}

#[orm_test]
async fn a_result_with_any_debug_error() -> Result<(), Vec<&'static str>> {
    Ok(())
}

#[orm_test]
async fn a_body_that_is_not_send() {
    let shared = std::rc::Rc::new(1);
    tokio::task::yield_now().await;
    assert_eq!(*shared, 1);
}

#[orm_test]
#[should_panic(expected = "as it should")]
async fn should_panic_works(_ctx: TestContext) {
    panic!("as it should");
}

#[orm_test(fails_on(sqlite = "it panics"))]
async fn a_test_that_is_expected_to_fail_may_panic() {
    panic!("as expected");
}

#[orm_test(backends(sqlite), fails_on(sqlite = "it returns an error"))]
async fn a_test_that_is_expected_to_fail_may_return_an_error() -> Result<(), &'static str> {
    Err("as expected")
}

#[orm_test(migrations = "tests/it/migrations/shop", isolation = "auto")]
async fn a_test_that_rollback_can_hold_runs_once(pool: SqlitePool) {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    add_user(&pool, "alice").await.unwrap();
    assert_eq!(RUNS.fetch_add(1, Ordering::Relaxed), 0);
    assert_eq!(pool.options().get_max_connections(), 1);
}

#[orm_test]
#[ignore = "ignored on purpose"]
async fn ignore_works() {
    panic!("an ignored test ran");
}

/// Documentation and lints belong to the body.
#[orm_test]
#[expect(
    unused_variables,
    reason = "the parameter shows that the lint reaches it"
)]
async fn lints_and_documentation_belong_to_the_body(ctx: TestContext) {}

type AppPool = SqlitePool;

#[orm_test]
async fn an_alias_of_a_parameter_is_as_good(pool: AppPool) {
    assert_eq!(pool.options().get_max_connections(), 1);
}
