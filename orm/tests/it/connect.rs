//! Databases opened by URL.

use std::time::Duration;

use insta::assert_snapshot;
use testudo::prelude::*;
use testudo_orm::Error;

use crate::shop::{User, people};

async fn refused(url: &str) -> String {
    Db::connect(url).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_database_in_memory_is_kept_between_statements() {
    let db = Db::connect("sqlite::memory:").await.unwrap();
    db.execute("CREATE TABLE notes (body TEXT)", &[])
        .await
        .unwrap();
    let rows = db
        .fetch_all("SELECT count(*) FROM notes", &[])
        .await
        .unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 0);
}

#[tokio::test]
async fn two_databases_in_memory_are_two() {
    let first = Db::connect("sqlite::memory:").await.unwrap();
    let second = Db::connect("sqlite::memory:").await.unwrap();
    first
        .execute("CREATE TABLE notes (body TEXT)", &[])
        .await
        .unwrap();
    assert!(second.execute("SELECT * FROM notes", &[]).await.is_err());
}

#[tokio::test]
async fn an_unknown_scheme_is_named_and_the_password_is_not() {
    let error = Db::connect("oracle://scott:tiger@host/db")
        .await
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("`oracle:`") && message.contains("`sqlite:`"),
        "{message}"
    );
    assert!(!message.contains("tiger"), "{message}");
}

#[tokio::test]
async fn a_path_without_a_scheme_is_told_how_a_url_looks() {
    let error = Db::connect("shop.db").await.unwrap_err();
    assert!(error.to_string().contains("sqlite://"), "{error}");
}

#[tokio::test]
async fn an_unknown_parameter_is_answered_with_the_nearest_one() {
    assert_snapshot!(refused("sqlite://shop.db?max_conections=5").await, @"database error: error with configuration: `max_conections` is no parameter of such a URL; did you mean `max_connections`?");
    assert_snapshot!(refused("sqlite://shop.db?mod=rwc&colour=red").await, @"database error: error with configuration: `mod` is no parameter of such a URL; did you mean `mode`?; `colour` is no parameter of such a URL; known are `max_connections`, `min_connections`, `acquire_timeout`, `idle_timeout`, `max_lifetime`, `statement_cache`, `mode`, `cache`, `immutable`, `vfs`");
    assert_snapshot!(refused("postgres://u:secret@localhost/shop?ssl_mode=secret").await, @"database error: error with configuration: `ssl_mode` is no parameter of such a URL; did you mean `ssl-mode`?");
    assert_snapshot!(refused("mysql://u:secret@localhost/shop?acquire_timeuot=3").await, @"database error: error with configuration: `acquire_timeuot` is no parameter of such a URL; did you mean `acquire_timeout`?");
}

#[tokio::test]
async fn a_malformed_parameter_is_named_with_what_was_expected() {
    assert_snapshot!(refused("sqlite://shop.db?max_connections=many&idle_timeout=1m").await, @"database error: error with configuration: `max_connections=many`: expected a whole number; `idle_timeout=1m`: expected a whole number of seconds, or `none`");
    assert_snapshot!(refused("sqlite://shop.db?acquire_timeout=3s&statement_cache").await, @"database error: error with configuration: `acquire_timeout=3s`: expected a whole number of seconds; `statement_cache=`: expected a whole number");
    assert_snapshot!(refused("sqlite://shop.db?max_connections=2&max_connections=3").await, @"database error: error with configuration: `max_connections` is given twice");
}

#[tokio::test]
async fn options_that_contradict_one_another_are_refused() {
    assert_snapshot!(refused("sqlite://shop.db?max_connections=0").await, @"database error: error with configuration: `max_connections` is 0: a pool needs a connection");
    assert_snapshot!(refused("sqlite://shop.db?max_connections=2&min_connections=3").await, @"database error: error with configuration: `min_connections` is 3, which is more than `max_connections`, 2");
    assert_snapshot!(refused("sqlite://shop.db?acquire_timeout=0").await, @"database error: error with configuration: `acquire_timeout` is 0: no connection could be used");
    assert_snapshot!(refused("sqlite::memory:?max_connections=2").await, @"database error: error with configuration: a database in memory has one connection, and is gone with it: leave out `max_connections`, or open a file");
    let memory = PoolOptions::new().max_lifetime(Duration::from_secs(1));
    let error = Db::connect_with("sqlite::memory:", memory)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`max_lifetime`"), "{error}");
}

/// The error of a statement that wants a second connection while the only one is in use.
async fn second_connection(db: &Db) -> testudo::Result<Option<Error>> {
    let outcome = db
        .transaction(async |tx| {
            User::all().count(&tx).await?;
            Ok::<_, Error>(User::all().count(db).await.err())
        })
        .await?;
    Ok(outcome)
}

fn with_parameters(url: &str, parameters: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameters}")
}

#[orm_test(models(User), isolation = "clone")]
async fn a_url_sets_the_pool(ctx: TestContext) -> testudo::Result {
    let parameters = "max_connections=1&min_connections=1&acquire_timeout=1&idle_timeout=60\
                      &max_lifetime=none&statement_cache=7";
    let db = Db::connect(&with_parameters(ctx.url(), parameters)).await?;
    people(&db, &["alice"]).await?;
    let timed_out = second_connection(&db).await?.expect("there is one alone");
    assert!(timed_out.to_string().contains("timed out"), "{timed_out}");
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_code_sets_the_pool_and_the_url_has_the_last_word(ctx: TestContext) -> testudo::Result {
    let one = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(1))
        .statement_cache(0);
    let db = Db::connect_with(ctx.url(), one).await?;
    assert!(second_connection(&db).await?.is_some());
    let db = Db::connect_with(&with_parameters(ctx.url(), "max_connections=2"), one).await?;
    assert!(second_connection(&db).await?.is_none());
    Ok(())
}
