//! Databases opened by URL.

use testudo_orm::Db;

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
