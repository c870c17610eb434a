//! Fields.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::{Decimal, dec};
use serde_json::json;
use testudo::prelude::*;
use testudo_orm::FieldType;
use uuid::Uuid;

#[derive(DbEnum, Debug, Clone, Copy, PartialEq)]
enum Colour {
    Red,
    Green,
}

#[derive(FieldType, Debug, Clone, PartialEq)]
struct Email(String);

#[derive(ModelFields, Debug, Clone, PartialEq)]
struct Place {
    #[field(default = 1.5)]
    x: f64,
    #[field(default = 2.5)]
    y: f64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "things")]
struct Thing {
    #[field(primary_key)]
    id: i64,
    #[field(default = 1)]
    small: i16,
    #[field(default = 2)]
    middle: i32,
    #[field(default = 3)]
    large: i64,
    #[field(unique, max_length = 10)]
    code: String,
    #[field(default = "long")]
    text: String,
    #[field(default = true)]
    flag: bool,
    #[field(default = dec!(9.99), max_digits = 6, decimal_places = 2)]
    price: Decimal,
    at: Option<DateTime<Utc>>,
    local: Option<NaiveDateTime>,
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    span: Option<Duration>,
    #[field(default = Uuid::new_v4())]
    token: Uuid,
    bytes: Option<Vec<u8>>,
    document: Option<serde_json::Value>,
    #[field(default = Colour::Red)]
    colour: Colour,
    email: Option<Email>,
    #[field(
        index,
        max_length = 5,
        column = "kind",
        default = "a",
        choices("a", "b")
    )]
    r#type: String,
    #[field(flatten)]
    place: Place,
    #[field(auto_now_add)]
    created_at: DateTime<Utc>,
    #[field(auto_now)]
    updated_at: DateTime<Utc>,
}

fn thing() -> ThingBuilder {
    Thing::builder().code("x")
}

/// What is written is what is read.
async fn kept(builder: ThingBuilder, db: &Db) -> testudo_orm::Result<Thing> {
    let written = builder.create(db).await?;
    let read = Thing::get(db, written.id).await?;
    assert_eq!(read, written);
    Ok(read)
}

#[orm_test(models(Thing))]
async fn integers_of_three_sizes(db: Db) -> testudo::Result {
    let row = kept(
        thing().small(i16::MAX).middle(i32::MIN).large(i64::MAX),
        &db,
    )
    .await?;
    assert_eq!(
        (row.small, row.middle, row.large),
        (i16::MAX, i32::MIN, i64::MAX)
    );
    Ok(())
}

#[orm_test(models(Thing))]
async fn text_of_a_length_and_without_one(db: Db) -> testudo::Result {
    kept(thing().text("long ".repeat(1000)), &db).await?;
    let long = thing().code("more than ten").create(&db).await.unwrap_err();
    assert_eq!(long.validation().unwrap().field, "code");
    Ok(())
}

#[orm_test(models(Thing))]
async fn booleans(db: Db) -> testudo::Result {
    kept(thing().flag(false), &db).await?;
    assert_eq!(Thing::filter(Thing::flag.eq(false)).count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Thing))]
async fn exact_numbers(db: Db) -> testudo::Result {
    assert_eq!(
        kept(thing().price(dec!(0.10)), &db)
            .await?
            .price
            .to_string(),
        "0.10"
    );
    Ok(())
}

#[orm_test(models(Thing))]
async fn floating_point_numbers(db: Db) -> testudo::Result {
    assert_eq!(kept(thing().x(1e-300), &db).await?.place.x, 1e-300);
    Ok(())
}

#[orm_test(models(Thing))]
async fn points_in_time_dates_and_times_of_day(db: Db) -> testudo::Result {
    let at: DateTime<Utc> = "2024-02-29T23:59:59.123456Z".parse().unwrap();
    let row = thing()
        .at(at)
        .local(at.naive_utc())
        .date(at.date_naive())
        .time(at.time());
    kept(row, &db).await?;
    Ok(())
}

#[orm_test(models(Thing))]
async fn spans_of_time(db: Db) -> testudo::Result {
    kept(thing().span(Duration::from_micros(1_500_001)), &db).await?;
    Ok(())
}

#[orm_test(models(Thing))]
async fn uuids(db: Db) -> testudo::Result {
    let row = kept(thing(), &db).await?;
    assert_eq!(
        Thing::filter(Thing::token.eq(row.token)).count(&db).await?,
        1
    );
    Ok(())
}

#[orm_test(models(Thing))]
async fn bytes(db: Db) -> testudo::Result {
    kept(thing().bytes(vec![0_u8, 255, 39]), &db).await?;
    Ok(())
}

#[orm_test(models(Thing))]
async fn json_documents(db: Db) -> testudo::Result {
    kept(thing().document(json!({ "a": [1, null] })), &db).await?;
    Ok(())
}

#[orm_test(models(Thing))]
async fn enums_as_text(db: Db) -> testudo::Result {
    kept(thing().colour(Colour::Green), &db).await?;
    assert_eq!(
        Thing::filter(Thing::colour.eq(Colour::Green))
            .count(&db)
            .await?,
        1
    );
    Ok(())
}

#[orm_test(models(Thing))]
async fn a_field_that_may_be_null(db: Db) -> testudo::Result {
    assert_eq!(kept(thing(), &db).await?.date, None);
    assert_eq!(Thing::filter(Thing::date.is_null()).count(&db).await?, 1);
    Ok(())
}

#[test]
fn a_required_field() {
    let missing = Thing::builder().build().unwrap_err();
    assert_eq!(missing.missing_fields(), ["code"]);
}

#[test]
fn a_default_value() -> testudo_orm::Result<()> {
    assert_eq!(thing().build()?.price, dec!(9.99));
    Ok(())
}

#[test]
fn a_default_of_the_database() {
    let price = Thing::TABLE.column_of_field("price").unwrap();
    assert!(price.default.is_some());
}

#[test]
fn a_default_that_is_calculated() -> testudo_orm::Result<()> {
    assert_ne!(thing().build()?.token, thing().build()?.token);
    let token = Thing::TABLE.column_of_field("token").unwrap();
    assert!(token.default.is_none());
    Ok(())
}

#[orm_test(models(Thing))]
async fn the_time_of_creation_and_of_the_last_save(db: Db) -> testudo::Result {
    let mut row = thing().create(&db).await?;
    let before = row.clone();
    row.save(&db).await?;
    assert_eq!(row.created_at, before.created_at);
    assert!(row.updated_at >= before.updated_at);
    Ok(())
}

#[orm_test(models(Thing))]
async fn a_unique_field(db: Db) -> testudo::Result {
    thing().create(&db).await?;
    assert!(thing().create(&db).await.unwrap_err().is_unique_violation());
    Ok(())
}

#[test]
fn an_indexed_field() {
    assert_eq!(Thing::TABLE.indexes.len(), 1);
}

#[test]
fn a_column_with_another_name() {
    assert_eq!(Thing::TABLE.column_of_field("type").unwrap().name, "kind");
}

#[orm_test(models(Thing))]
async fn a_type_of_ones_own(db: Db) -> testudo::Result {
    let email = Email("a@b.c".to_owned());
    kept(thing().email(email.clone()), &db).await?;
    assert_eq!(Thing::filter(Thing::email.eq(email)).count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Thing))]
async fn several_columns_as_one_value(db: Db) -> testudo::Result {
    let row = kept(thing().y(8.0), &db).await?;
    assert_eq!(row.place, Place { x: 1.5, y: 8.0 });
    Ok(())
}

#[orm_test(models(Thing))]
async fn choices_are_checked(db: Db) -> testudo::Result {
    let error = thing().r#type("c").create(&db).await.unwrap_err();
    assert_eq!(error.validation().unwrap().field, "type");
    Ok(())
}
