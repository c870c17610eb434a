//! What is Postgres's own: the transaction that cannot be ended, and what survives it.

mod leak;
mod refused;
mod restore;
mod session;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use testudo::prelude::*;
use testudo::{Backend, Isolation, TestContextBuilder};

/// A context on tables, partitions, schemas, triggers and views of every kind.
fn objects(isolation: Isolation) -> TestContextBuilder {
    test_context()
        .backend(Backend::Postgres)
        .migrations("tests/it/migrations/objects_of_postgres")
        .isolation(isolation)
}

async fn rolled_back() -> TestContext {
    objects(Isolation::Rollback).start().await.unwrap()
}

async fn cloned() -> TestContext {
    objects(Isolation::Clone).start().await.unwrap()
}

async fn pool(ctx: &TestContext) -> PgPool {
    ctx.pool().await.unwrap()
}

/// A connection that Testudo knows nothing of.
async fn stranger(ctx: &TestContext) -> PgConnection {
    PgConnection::connect(ctx.url()).await.unwrap()
}

/// Sends a text as it is: it may have several statements, and none is prepared.
async fn run(
    on: impl Executor<'_, Database = sqlx::Postgres>,
    sql: &str,
) -> Result<(), sqlx::Error> {
    on.execute(AssertSqlSafe(sql.to_owned())).await.map(drop)
}

async fn one(on: impl Executor<'_, Database = sqlx::Postgres>, sql: &str) -> String {
    let select = AssertSqlSafe(format!("SELECT ({sql})::text"));
    let value: Option<String> = sqlx::query_scalar(select).fetch_one(on).await.unwrap();
    value.unwrap_or_else(|| "NULL".to_owned())
}

/// Everything that the template has, as text.
async fn contents(ctx: &TestContext) -> String {
    let mut connection = stranger(ctx).await;
    let mut all = String::new();
    for table in [
        "users",
        "orders",
        "audit",
        "parted_low",
        "parted_high",
        "\"Odd one\".\"a \"\"table\"",
        "names",
    ] {
        let rows = format!(
            "SELECT string_agg(t::text, ' ' ORDER BY t::text COLLATE \"C\") FROM {table} t"
        );
        all.push_str(&format!("{table}: {}\n", one(&mut connection, &rows).await));
    }
    connection.close().await.unwrap();
    all
}

const TEMPLATE: &str = r#"users: (7,root,) (9,"it's \\ me",7)
orders: (1,7,1.50,3.00) (2,9,2.00,4.00)
audit: ("INSERT it's \\ me") ("INSERT root")
parted_low: (1,low)
parted_high: (12,high)
"Odd one"."a ""table": ("x   ","{""a,b"",""c\\""d"",NULL}","{""a"": [1, null]}",0.1,"\\x0012","2024-01-01 10:00:00.123456+00","1 day 02:03:04.5",1.500,101) (,,,NaN,,infinity,,,)
names: NULL
"#;

/// One test at a time: they look at what the next one on the same slot finds.
async fn turn() -> tokio::sync::MutexGuard<'static, ()> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURN.lock().await
}

/// The slot of a test that is over is what its template is when the next test has it.
async fn next_test_is_clean(url: &str, isolation: Isolation) {
    same_slot(url, isolation).await.finish().await.unwrap();
}

/// More seats than the server has connections for.
const MOST: usize = 64;

/// The next test on the slot of one that is over.
async fn same_slot(url: &str, isolation: Isolation) -> TestContext {
    // A test of another template may sit on its seat: with all others taken, the wait is for that one.
    let mut others = Vec::new();
    for _ in 0..=MOST {
        let next = objects(isolation).start().await.unwrap();
        assert_eq!(contents(&next).await, TEMPLATE);
        if next.url() == url {
            return next;
        }
        others.push(next);
    }
    panic!("nobody got the slot {url} again");
}

/// The test ends with a lost isolation, says so, and the next one on the slot finds it clean.
async fn loses(inner: TestContext, text: &str) {
    let url = inner.url().to_owned();
    let error = inner.finish().await.unwrap_err();
    assert!(error.is_isolation_lost(), "{error}");
    let error = error.to_string();
    assert!(error.contains(text), "`{text}` is not in: {error}");
    assert!(error.contains("isolation = \"clone\""), "{error}");
    next_test_is_clean(&url, Isolation::Rollback).await;
}
