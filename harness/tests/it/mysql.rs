//! What is MySQL's and MariaDB's own: the transaction that cannot be ended, and what survives it.

mod copy;
mod leak;
mod refused;
mod restore;
mod session;

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use testudo::prelude::*;
use testudo::{Isolation, TestContextBuilder};

/// A context on tables, views, triggers, routines and an event of every kind.
fn objects(ctx: &TestContext, isolation: Isolation) -> TestContextBuilder {
    test_context()
        .backend(ctx.backend())
        .migrations("tests/it/migrations/objects")
        .isolation(isolation)
}

async fn rolled_back(ctx: &TestContext) -> TestContext {
    objects(ctx, Isolation::Rollback).start().await.unwrap()
}

async fn cloned(ctx: &TestContext) -> TestContext {
    objects(ctx, Isolation::Clone).start().await.unwrap()
}

async fn pool(ctx: &TestContext) -> MySqlPool {
    ctx.pool().await.unwrap()
}

/// A connection that Testudo knows nothing of.
async fn stranger(ctx: &TestContext) -> MySqlConnection {
    MySqlConnection::connect(ctx.url()).await.unwrap()
}

async fn run(on: impl Executor<'_, Database = sqlx::MySql>, sql: &str) -> Result<(), sqlx::Error> {
    on.execute(AssertSqlSafe(sql.to_owned())).await.map(drop)
}

async fn one(on: impl Executor<'_, Database = sqlx::MySql>, sql: &str) -> String {
    let select = AssertSqlSafe(format!("SELECT CAST(({sql}) AS CHAR)"));
    let value: Option<String> = sqlx::query_scalar(select).fetch_one(on).await.unwrap();
    value.unwrap_or_else(|| "NULL".to_owned())
}

/// As many contexts as any of these tests has open at once.
const MOST: usize = 3;

/// More seats than the server has connections for.
const SEATS: usize = 64;

/// Everything that the template has, as text.
async fn contents(ctx: &TestContext) -> String {
    let mut connection = stranger(ctx).await;
    let mut all = String::new();
    for (what, order) in [
        ("users", "id, name, name_length, IFNULL(boss_id, 0)"),
        ("orders", "id, user_id, total"),
        ("audit", "what"),
        ("loose", "id"),
        ("parted", "id"),
        ("`odd-name ä`", "id, zero"),
        ("a_rich", "name"),
    ] {
        let rows = format!(
            "SELECT IFNULL(GROUP_CONCAT(CONCAT_WS(' ', {order}) ORDER BY CONCAT_WS(' ', {order})), '') \
             FROM {what}"
        );
        all.push_str(&format!("{what}: {}\n", one(&mut connection, &rows).await));
    }
    connection.close().await.unwrap();
    all
}

const TEMPLATE: &str = "\
users: 7 ROOT 4 0,8 IT'S \\ ME 9 7
orders: 1 7 1.50,2 8 2.00
audit: added IT'S \\ ME,added ROOT
loose: 1
parted: 1,2
`odd-name ä`: 0 0,5 1
a_rich: IT'S \\ ME,ROOT
";

/// One test at a time: they look at what the next one on the same slot finds.
async fn turn() -> tokio::sync::MutexGuard<'static, ()> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURN.lock().await
}

/// The slot of a test that is over is what its template is when the next test has it.
async fn next_test_is_clean(ctx: &TestContext, url: &str, isolation: Isolation) {
    // A test of another template may sit on its seat: with all others taken, the wait is for that one.
    let mut others = Vec::new();
    for _ in 0..=SEATS {
        let next = objects(ctx, isolation).start().await.unwrap();
        assert_eq!(contents(&next).await, TEMPLATE);
        if next.url() == url {
            return next.finish().await.unwrap();
        }
        others.push(next);
    }
    panic!("nobody got the slot {url} again");
}

/// The test ends with a lost isolation, says so, and the next one on the slot finds it clean.
async fn loses(ctx: &TestContext, inner: TestContext, text: &str) {
    let url = inner.url().to_owned();
    let error = inner.finish().await.unwrap_err();
    assert!(error.is_isolation_lost(), "{error}");
    let error = error.to_string();
    assert!(error.contains(text), "{error}");
    assert!(error.contains("isolation = \"clone\""), "{error}");
    next_test_is_clean(ctx, &url, Isolation::Rollback).await;
}
