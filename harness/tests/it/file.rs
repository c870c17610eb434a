//! Databases that testudo did not make: used only if they are for tests, and left as they were.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use testudo::prelude::*;
use testudo::{Error, Isolation};

use crate::scratch::Scratch;
use crate::{add_user, count, pool};

async fn database(dir: &Scratch, name: &str) -> String {
    let path = dir.path().join(name);
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    connection
        .execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
        .await
        .unwrap();
    connection.close().await.unwrap();
    format!("sqlite://{}", path.display())
}

async fn refusal(url: String) -> Error {
    test_context().url(url).start().await.unwrap_err()
}

fn files(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn a_file_that_is_not_for_tests_is_refused() {
    let dir = Scratch::new();
    let error = refusal(database(&dir, "app.db").await).await;
    assert!(error.is_refused());
    let path = dir.path().join("app.db");
    assert!(
        error.to_string().contains(&format!("`{}`", path.display())),
        "{error}"
    );
    assert!(
        error.to_string().contains("allow_non_test_database"),
        "{error}"
    );
}

#[tokio::test]
async fn a_test_in_a_file_leaves_it_as_it_was() {
    let dir = Scratch::new().with(
        "1_init.sql",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);",
    );
    let url = database(&dir, "app_test.db").await;
    let before = std::fs::read(dir.path().join("app_test.db")).unwrap();
    for _ in 0..2 {
        let ctx = test_context()
            .url(&url)
            .migrations(dir.path())
            .start()
            .await
            .unwrap();
        assert_eq!(ctx.url(), url);
        add_user(&pool(&ctx).await, "alice").await.unwrap();
        assert_eq!(count(&pool(&ctx).await, "users").await, 1);
        assert_eq!(count(&pool(&ctx).await, "orders").await, 0);
        ctx.finish().await.unwrap();
    }
    assert_eq!(
        std::fs::read(dir.path().join("app_test.db")).unwrap(),
        before
    );
    let mut left = files(dir.path());
    left.sort();
    assert_eq!(left, ["1_init.sql", "app_test.db"]);
}

#[tokio::test]
async fn a_setting_allows_a_file_that_is_not_named_for_tests() {
    let dir = Scratch::new();
    let url = database(&dir, "app.db").await;
    let ctx = test_context()
        .url(url)
        .allow_non_test_database(true)
        .start()
        .await
        .unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 0);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn tests_in_one_file_take_turns() {
    let dir = Scratch::new();
    let url = database(&dir, "test.db").await;
    let tests = (0..4).map(|_| async {
        let ctx = test_context().url(&url).start().await.unwrap();
        add_user(&pool(&ctx).await, "alice").await.unwrap();
        assert_eq!(count(&pool(&ctx).await, "users").await, 1);
        ctx.finish().await.unwrap();
    });
    futures_util::future::join_all(tests).await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_created() {
    let dir = Scratch::new();
    let error = refusal(format!("sqlite://{}/gone_test.db", dir.path().display())).await;
    assert!(error.is_configuration());
    assert!(
        error.to_string().starts_with("there is no database file `"),
        "{error}"
    );
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_is_never_cloned_or_emptied() {
    let dir = Scratch::new();
    let url = database(&dir, "test.db").await;
    for isolation in [Isolation::Clone, Isolation::Fresh] {
        let error = test_context()
            .url(&url)
            .isolation(isolation)
            .start()
            .await
            .unwrap_err();
        assert!(error.is_configuration(), "{error}");
    }
}
