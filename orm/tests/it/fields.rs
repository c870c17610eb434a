//! Each type of field: what is written is what is read, and what a filter compares with.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::{Decimal, dec};
use serde_json::json;
use testudo::prelude::*;
use testudo_orm::Column;
use testudo_orm::sql::Dialect;
use uuid::Uuid;

#[derive(DbEnum, Debug, Clone, Copy, PartialEq)]
enum Colour {
    Red,
    DeepBlue,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "samples")]
struct Sample {
    #[field(primary_key)]
    id: i64,
    flag: bool,
    small: i16,
    int: i32,
    big: i64,
    real: f32,
    double: f64,
    text: String,
    bytes: Vec<u8>,
    #[field(max_digits = 15, decimal_places = 4)]
    number: Decimal,
    uuid: Uuid,
    at: DateTime<Utc>,
    local: NaiveDateTime,
    date: NaiveDate,
    time: NaiveTime,
    document: serde_json::Value,
    span: Duration,
    colour: Colour,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "blanks")]
struct Blank {
    #[field(primary_key)]
    id: i64,
    flag: Option<bool>,
    big: Option<i64>,
    double: Option<f64>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    #[field(max_digits = 6, decimal_places = 2)]
    number: Option<Decimal>,
    uuid: Option<Uuid>,
    at: Option<DateTime<Utc>>,
    date: Option<NaiveDate>,
    document: Option<serde_json::Value>,
    span: Option<Duration>,
    colour: Option<Colour>,
}

fn sample() -> SampleBuilder {
    let at: DateTime<Utc> = "2024-02-29T23:59:59.123456Z".parse().unwrap();
    Sample::builder()
        .flag(true)
        .small(i16::MIN)
        .int(i32::MAX)
        .big(i64::MIN)
        .real(0.1_f32)
        .double(1e-300)
        .text("Straße 'quoted' \"twice\" \u{1F980}\n")
        .bytes(vec![0_u8, 255, 39])
        .number(dec!(12345678901.2345))
        .uuid(Uuid::from_u128(0x1234_5678_9abc_def0))
        .at(at)
        .local(at.naive_utc())
        .date(at.date_naive())
        .time(at.time())
        .document(json!({ "a": [1, 2.5, null], "b": "c" }))
        .span(Duration::from_micros(1_500_001))
        .colour(Colour::DeepBlue)
}

#[orm_test(models(Sample))]
async fn every_type_is_read_as_it_was_written(db: Db) -> testudo::Result {
    let written = sample().create(&db).await?;
    assert_eq!(Sample::get(&db, written.id).await?, written);
    assert_eq!(written.at.to_rfc3339(), "2024-02-29T23:59:59.123456+00:00");
    Ok(())
}

#[orm_test(models(Sample))]
async fn every_type_is_found_by_its_value(db: Db) -> testudo::Result {
    let row = sample().create(&db).await?;
    let conditions = [
        Sample::flag.eq(true),
        Sample::small.eq(i16::MIN),
        Sample::int.eq(i32::MAX),
        Sample::big.eq(i64::MIN),
        Sample::real.eq(0.1),
        Sample::double.eq(1e-300),
        Sample::text.eq(&row.text),
        Sample::bytes.eq(row.bytes.clone()),
        Sample::number.eq(row.number),
        Sample::uuid.eq(row.uuid),
        Sample::at.eq(row.at),
        Sample::local.eq(row.local),
        Sample::date.eq(row.date),
        Sample::time.eq(row.time),
        Sample::document.eq(row.document.clone()),
        Sample::span.eq(row.span),
        Sample::colour.eq(Colour::DeepBlue),
    ];
    for condition in conditions {
        let shown = format!("{condition:?}");
        assert_eq!(Sample::filter(condition).count(&db).await?, 1, "{shown}");
    }
    assert_eq!(
        Sample::filter(Sample::colour.eq(Colour::Red))
            .count(&db)
            .await?,
        0
    );
    Ok(())
}

#[orm_test(models(Blank))]
async fn an_option_that_is_none_is_null_and_stays_none(db: Db) -> testudo::Result {
    let blank = Blank::builder().create(&db).await?;
    let read = Blank::get(&db, blank.id).await?;
    assert_eq!(read, blank);
    assert_eq!((read.flag, read.number, read.colour), (None, None, None));
    assert_eq!(
        Blank::filter(Blank::at.is_null() & Blank::document.is_null())
            .count(&db)
            .await?,
        1
    );
    Ok(())
}

#[orm_test(models(Blank))]
async fn an_option_that_is_some_keeps_its_value(db: Db) -> testudo::Result {
    let some = Blank::builder()
        .flag(false)
        .big(-1)
        .double(0.5)
        .text("")
        .bytes(Vec::new())
        .number(dec!(0.10))
        .uuid(Uuid::nil())
        .at(DateTime::UNIX_EPOCH)
        .date(NaiveDate::MIN.max(NaiveDate::from_ymd_opt(1, 1, 1).unwrap()))
        .document(json!("text"))
        .span(Duration::ZERO)
        .colour(Colour::Red)
        .create(&db)
        .await?;
    let read = Blank::get(&db, some.id).await?;
    assert_eq!(read, some);
    assert_eq!(read.number.unwrap().to_string(), "0.10");
    Ok(())
}

#[orm_test(models(Sample))]
async fn times_are_cut_to_microseconds_when_they_are_written(db: Db) -> testudo::Result {
    let fine: DateTime<Utc> = "2024-01-01T00:00:00.123456789Z".parse().unwrap();
    let row = sample().at(fine).create(&db).await?;
    let cut: DateTime<Utc> = "2024-01-01T00:00:00.123456Z".parse().unwrap();
    assert_eq!(Sample::get(&db, row.id).await?.at, cut);
    Ok(())
}

#[orm_test(models(Sample))]
async fn times_compare_as_times_whatever_their_fraction(db: Db) -> testudo::Result {
    for fraction in ["", ".5", ".25", ".250001"] {
        let at: DateTime<Utc> = format!("2024-01-01T00:00:00{fraction}Z").parse().unwrap();
        sample().at(at).create(&db).await?;
    }
    let half: DateTime<Utc> = "2024-01-01T00:00:00.25Z".parse().unwrap();
    let count = |condition| Sample::filter(condition).count(&db);
    assert_eq!(count(Sample::at.gt(half)).await?, 2);
    assert_eq!(count(Sample::at.lte(half)).await?, 2);
    Ok(())
}

#[orm_test(models(Sample))]
async fn decimals_compare_as_numbers(db: Db) -> testudo::Result {
    for number in [dec!(9), dec!(10), dec!(100.5)] {
        sample().number(number).create(&db).await?;
    }
    let column: Column<Sample, Decimal> = Sample::number;
    assert_eq!(Sample::filter(column.gt(9)).count(&db).await?, 2);
    assert_eq!(Sample::filter(column.lt(dec!(100.5))).count(&db).await?, 2);
    assert_eq!(
        Sample::filter(column.is_in([dec!(9.0), dec!(100.50)]))
            .count(&db)
            .await?,
        2
    );
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_cell_that_does_not_fit_its_field_names_model_and_field(db: Db) -> testudo::Result {
    let row = sample().create(&db).await?;
    // The column's CHECK knows `red` alone.
    db.execute("UPDATE samples SET colour = 'Red'", &[])
        .await
        .unwrap_err();
    // As microseconds, which are never negative.
    db.execute("UPDATE samples SET span = -1", &[]).await?;
    let error = Sample::get(&db, row.id).await.unwrap_err();
    assert!(
        error.to_string().starts_with("cannot read `Sample.span`: "),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_value_that_the_database_would_change_is_refused(db: Db) -> testudo::Result {
    let misfit = sample().span(Duration::MAX).create(&db).await;
    assert!(misfit.unwrap_err().is_validation());
    // Postgres keeps what is not a number, and the others would not.
    for nan in [sample().real(f32::NAN), sample().double(f64::NAN)] {
        match (nan.create(&db).await, db.dialect()) {
            (Ok(kept), Dialect::Postgres) => {
                let read = Sample::get(&db, kept.id).await?;
                assert!(read.real.is_nan() || read.double.is_nan());
                read.delete(&db).await?;
            }
            (Ok(_), other) => panic!("{other} has changed what is not a number"),
            (Err(error), _) => assert!(error.is_validation(), "{error}"),
        }
    }
    assert!(!Sample::all().exists(&db).await?);
    Ok(())
}
