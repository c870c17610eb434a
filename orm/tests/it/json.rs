//! Parts of JSON documents, by path and type; documents within documents.

use serde_json::{Value, json};
use testudo::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "events")]
struct Event {
    #[field(primary_key)]
    id: i64,
    payload: Value,
    extra: Option<Value>,
}

async fn event(db: &Db, payload: Value) -> testudo::Result<Event> {
    Ok(Event::builder().payload(payload).create(db).await?)
}

#[orm_test(models(Event))]
async fn a_part_of_a_document_has_the_type_that_is_asked_for(db: Db) -> testudo::Result {
    event(
        &db,
        json!({"user": {"name": "Ada", "age": 36, "score": 1.5, "admin": true, "nick": null},
               "tags": ["a", "B", 3]}),
    )
    .await?;
    let user = |key: &str| Event::payload.path(["user", key]);
    let parts = Event::all().values((
        user("name").text(),
        user("age").integer(),
        user("age").double(),
        user("score").double(),
        user("admin").boolean(),
        Event::payload.path(("tags", 1)).text(),
        Event::payload.path(("tags", 2)).integer(),
        user("missing").text(),
    ));
    let expected = (
        Some("Ada".to_owned()),
        Some(36),
        Some(36.0),
        Some(1.5),
        Some(true),
        Some("B".to_owned()),
        Some(3),
        None,
    );
    assert_eq!(parts.first(&db).await?, Some(expected));
    let documents = Event::all().values((
        Event::payload.path("tags"),
        user("nick"),
        user("missing"),
        Event::payload.path("user").path("name"),
        Event::extra.path("user"),
    ));
    let expected = (
        Some(json!(["a", "B", 3])),
        Some(Value::Null),
        None,
        Some(json!("Ada")),
        None,
    );
    assert_eq!(documents.first(&db).await?, Some(expected));
    Ok(())
}

#[orm_test(models(Event))]
async fn a_part_of_another_type_is_none(db: Db) -> testudo::Result {
    event(
        &db,
        json!({"text": "7", "number": 7, "fraction": 7.5, "list": [], "null": null}),
    )
    .await?;
    for key in ["text", "number", "fraction", "list", "null"] {
        let part = || Event::payload.path(key);
        let parts = (
            part().text(),
            part().integer(),
            part().double(),
            part().boolean(),
        );
        let (text, integer, double, boolean) =
            Event::all().values(parts).first(&db).await?.expect("a row");
        assert_eq!(text.is_some(), key == "text", "{key}");
        assert_eq!(integer.is_some(), key == "number", "{key}");
        assert_eq!(
            double.is_some(),
            matches!(key, "number" | "fraction"),
            "{key}"
        );
        assert_eq!(boolean, None, "{key}");
    }
    Ok(())
}

#[orm_test(models(Event))]
async fn documents_are_searched_by_their_parts(db: Db) -> testudo::Result {
    for (name, age) in [("Ada", 36), ("bob", 20), ("ada ", 7)] {
        event(&db, json!({"name": name, "age": age})).await?;
    }
    event(&db, json!({"name": 5})).await?;
    let count = |condition| Event::filter(condition).count(&db);
    let name = || Event::payload.path("name").text();
    let age = || Event::payload.path("age").integer();
    assert_eq!(count(name().eq("Ada")).await?, 1);
    assert_eq!(count(name().eq("ada")).await?, 0);
    assert_eq!(count(name().ne("Ada")).await?, 3);
    assert_eq!(count(name().iexact("ADA")).await?, 1);
    assert_eq!(count(name().contains("d")).await?, 2);
    assert_eq!(count(age().gt(10) & age().lt(30)).await?, 1);
    assert_eq!(count(age().is_in([7, 36])).await?, 2);
    assert_eq!(count(age().is_null()).await?, 1);
    assert_eq!(count(!age().gt(10)).await?, 2);
    assert_eq!(count(Event::payload.path("age").eq(json!(36))).await?, 1);
    let names = Event::filter(age().is_not_null())
        .order_by(age().asc())
        .values(name());
    let names: Vec<_> = names.fetch_all(&db).await?.into_iter().flatten().collect();
    assert_eq!(names, ["ada ", "bob", "Ada"]);
    Ok(())
}

#[orm_test(models(Event))]
async fn a_key_is_there_even_if_null_belongs_to_it(db: Db) -> testudo::Result {
    event(&db, json!({"a": {"b": null}})).await?;
    event(&db, json!(["a", "b"])).await?;
    event(&db, json!("a")).await?;
    let count = |condition| Event::filter(condition).count(&db);
    assert_eq!(count(Event::payload.has_key("a")).await?, 1);
    assert_eq!(count(!Event::payload.has_key("a")).await?, 2);
    assert_eq!(count(Event::payload.path("a").has_key("b")).await?, 1);
    assert_eq!(count(Event::payload.has_key("b")).await?, 0);
    assert_eq!(count(Event::extra.has_key("a")).await?, 0);
    assert_eq!(count(!Event::extra.has_key("a")).await?, 3);
    Ok(())
}

#[orm_test(models(Event))]
async fn a_key_may_be_any_text_and_is_never_a_position(db: Db) -> testudo::Result {
    let keys = [
        "a.b",
        "a b",
        "it's",
        "say \"hi\"",
        "back\\slash",
        "0",
        "",
        "ü",
        "$",
        "[0]",
        "*",
    ];
    let object: serde_json::Map<_, _> = keys
        .iter()
        .enumerate()
        .map(|(n, key)| ((*key).to_owned(), json!(n)))
        .collect();
    event(&db, Value::Object(object)).await?;
    for (n, key) in keys.iter().enumerate() {
        let found = Event::all().values(Event::payload.path(*key).integer());
        assert_eq!(found.first(&db).await?, Some(Some(n as i64)), "{key}");
    }
    event(&db, json!([5])).await?;
    let positions = Event::filter(Event::payload.path(0).integer().eq(5));
    assert_eq!(positions.count(&db).await?, 1);
    let keys = Event::filter(Event::payload.path("0").is_not_null());
    assert_eq!(keys.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Event), backends(postgres, mysql, mariadb))]
async fn a_document_contains_another_and_is_contained(db: Db) -> testudo::Result {
    event(
        &db,
        json!({"user": {"name": "Ada", "age": 36}, "tags": ["a", "b"]}),
    )
    .await?;
    event(&db, json!({"user": {"name": "Bob"}, "tags": ["b"]})).await?;
    event(&db, json!({})).await?;
    let count = |condition| Event::filter(condition).count(&db);
    let payload = || Event::payload;
    assert_eq!(
        count(payload().contains(json!({"user": {"name": "Ada"}}))).await?,
        1
    );
    assert_eq!(
        count(!payload().contains(json!({"user": {"name": "Ada"}}))).await?,
        2
    );
    assert_eq!(count(payload().contains(json!({"tags": ["b"]}))).await?, 2);
    assert_eq!(count(payload().contains(json!({}))).await?, 3);
    let tags = || Event::payload.path("tags");
    assert_eq!(count(tags().contains(json!(["b", "a"]))).await?, 1);
    assert_eq!(count(tags().contains(json!("a"))).await?, 1);
    assert_eq!(count(tags().contained_by(json!(["b", "c"]))).await?, 1);
    assert_eq!(
        count(payload().contained_by(json!({"tags": ["b"], "user": {"name": "Bob"}, "x": 1})))
            .await?,
        2
    );
    assert_eq!(count(!Event::extra.contains(json!({}))).await?, 3);
    Ok(())
}

#[orm_test(models(Event), backends(sqlite))]
async fn documents_within_documents_are_refused_on_sqlite_by_name(db: Db) -> testudo::Result {
    let contains = Event::filter(Event::payload.contains(json!({})));
    let error = contains.count(&db).await.unwrap_err().to_string();
    assert!(
        error.contains("SQLite does not support documents within JSON documents"),
        "{error}"
    );
    Ok(())
}
