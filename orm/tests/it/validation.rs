//! Values that do not fit, found before a statement is sent, with the names of model and field.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::sql::{CompareOp, Dialect, Expr};
use testudo_orm::{Error, Filter};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "samples")]
struct Sample {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 5, default = "")]
    label: String,
    #[field(default = 0)]
    small: i16,
    #[field(default = 0)]
    medium: i32,
    #[field(default = 0.0)]
    single: f32,
    #[field(default = 0.0)]
    double: f64,
    #[field(max_digits = 20, decimal_places = 2, default = 0)]
    price: Decimal,
    at: Option<DateTime<Utc>>,
    on: Option<NaiveDate>,
    time: Option<NaiveTime>,
    note: Option<serde_json::Value>,
}

fn named(error: &Error) -> (&'static str, &'static str) {
    let validation = error.validation().unwrap_or_else(|| panic!("{error}"));
    (validation.model, validation.field)
}

/// What becomes of it in an INSERT, an INSERT of many, an UPDATE of a row, and an UPDATE of many.
async fn written(
    db: &Db,
    set: impl Fn(&mut Sample),
    assign: testudo_orm::Assign<Sample>,
) -> testudo::Result<Vec<testudo_orm::Result<()>>> {
    let sound = || Sample::builder().build();
    let mut misfit = sound()?;
    set(&mut misfit);
    let mut old = Sample::builder().create(db).await?;
    set(&mut old);
    Ok(vec![
        misfit.clone().insert(db).await,
        Sample::bulk_create(db, [sound()?, misfit]).await.map(drop),
        old.save(db).await,
        Sample::all().update(assign).execute(db).await.map(drop),
    ])
}

/// What becomes of it in the conditions of a SELECT, an UPDATE and a DELETE.
async fn looked_for(
    db: &Db,
    filters: impl IntoIterator<Item = Filter<Sample>>,
) -> Vec<testudo_orm::Result<()>> {
    let mut results = Vec::new();
    for filter in filters {
        let query = || Sample::filter(filter.clone());
        results.push(query().fetch_all(db).await.map(drop));
        results.push(query().count(db).await.map(drop));
        let one = Sample::medium.set(1);
        results.push(query().update(one).execute(db).await.map(drop));
        results.push(query().exists(db).await.map(drop));
        results.push(query().delete(db).await.map(drop));
    }
    results
}

fn all_refused(results: Vec<testudo_orm::Result<()>>, field: &'static str) {
    for (at, result) in results.into_iter().enumerate() {
        let error = result.expect_err(&format!("number {at} is refused"));
        assert_eq!(named(&error), ("Sample", field), "number {at}: {error}");
    }
}

#[orm_test(models(Sample))]
async fn nan_is_refused_where_it_is_no_number(db: Db) -> testudo::Result {
    if db.speaks().await? == Dialect::Postgres {
        let row = Sample::builder().double(f64::NAN).create(&db).await?;
        assert!(Sample::get(&db, row.id).await?.double.is_nan());
        return Ok(());
    }
    let results = written(&db, |s| s.double = f64::NAN, Sample::double.set(f64::NAN)).await?;
    all_refused(results, "double");
    let results = written(&db, |s| s.single = f32::NAN, Sample::single.set(f32::NAN)).await?;
    all_refused(results, "single");
    let filters = [
        Sample::double.eq(f64::NAN),
        Sample::double.is_in([1.0, f64::NAN]),
        Sample::double.range(1.0, f64::NAN),
        !Sample::double.gt(f64::NAN),
    ];
    all_refused(looked_for(&db, filters).await, "double");
    Ok(())
}

#[orm_test(models(Sample))]
async fn infinity_is_kept_or_refused_by_name(db: Db) -> testudo::Result {
    let created = Sample::builder().double(f64::INFINITY).create(&db).await;
    match db.speaks().await? {
        Dialect::Sqlite | Dialect::Postgres => {
            assert_eq!(Sample::get(&db, created?.id).await?.double, f64::INFINITY);
        }
        Dialect::MySql | Dialect::MariaDb => {
            assert_eq!(named(&created.unwrap_err()), ("Sample", "double"));
        }
    }
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_nul_character_is_kept_or_refused_by_name(db: Db) -> testudo::Result {
    let nul = || "a\0b".to_owned();
    let document = || Some(serde_json::json!({ "a": [nul()] }));
    if db.speaks().await? == Dialect::Postgres {
        let results = written(&db, |s| s.label = nul(), Sample::label.set(nul())).await?;
        all_refused(results, "label");
        let results = written(&db, |s| s.note = document(), Sample::note.set(document())).await?;
        all_refused(results, "note");
        let filters = [
            Sample::label.eq(nul()),
            Sample::label.ne(nul()),
            Sample::label.contains(nul()),
            Sample::label.istartswith(nul()),
            Sample::label.is_in([nul()]),
            Sample::label.not_in(vec![nul(); 2_000]),
        ];
        all_refused(looked_for(&db, filters).await, "label");
        return Ok(());
    }
    let row = Sample::builder().label(nul()).create(&db).await?;
    assert_eq!(Sample::get(&db, row.id).await?.label, "a\0b");
    let found = |filter| Sample::filter(filter).count(&db);
    assert_eq!(found(Sample::label.eq(nul())).await?, 1);
    assert_eq!(found(Sample::label.is_in(vec![nul(); 2_000])).await?, 1);
    assert_eq!(found(Sample::label.eq("a")).await?, 0);
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_time_out_of_the_range_of_the_server_is_refused_by_name(db: Db) -> testudo::Result {
    let at = |year| NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
    let noon = |year| Some(at(year).and_hms_opt(12, 0, 0).unwrap().and_utc());
    let (first, last, beyond) = match db.speaks().await? {
        Dialect::Sqlite => (0, 9_999, [-1, 10_000]),
        Dialect::Postgres => (-4_712, 262_142, [-4_713, -200_000]),
        Dialect::MySql | Dialect::MariaDb => (1, 9_999, [0, 10_000]),
    };
    for year in [first, last] {
        let row = Sample::builder()
            .at(noon(year).unwrap())
            .on(at(year))
            .create(&db)
            .await?;
        assert_eq!(Sample::get(&db, row.id).await?, row);
        assert_eq!(Sample::filter(Sample::at.eq(row.at)).count(&db).await?, 1);
        assert_eq!(Sample::filter(Sample::on.eq(row.on)).count(&db).await?, 1);
    }
    for year in beyond {
        let results = written(&db, |s| s.at = noon(year), Sample::at.set(noon(year))).await?;
        all_refused(results, "at");
        let results = written(&db, |s| s.on = Some(at(year)), Sample::on.set(at(year))).await?;
        all_refused(results, "on");
        let filters = [Sample::on.lt(at(year)), Sample::on.is_in([at(year)])];
        all_refused(looked_for(&db, filters).await, "on");
    }
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_leap_second_is_refused_by_name(db: Db) -> testudo::Result {
    let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).unwrap();
    let results = written(&db, |s| s.time = Some(leap), Sample::time.set(leap)).await?;
    all_refused(results, "time");
    Ok(())
}

#[orm_test(models(Sample))]
async fn an_integer_too_wide_for_its_column_is_refused_by_name(db: Db) -> testudo::Result {
    // The types keep it out of typed code; what is left are values that come untyped.
    let assign = Sample::medium.set(testudo_orm::Expression::<Sample, i32>::from_expr(
        Expr::Value((i64::from(i32::MAX) + 1).into()),
    ));
    let error = Sample::all().update(assign).execute(&db).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid value for `Sample.medium`: 2147483648 does not fit the 32 bits of its column"
    );
    // To look for one is no mistake: no row has it.
    Sample::builder().create(&db).await?;
    let column = Sample::small.reference();
    let wide = |op| {
        let value = 70_000.into();
        Sample::filter(Filter::from_expr(Expr::Compare { column, op, value }))
    };
    assert_eq!(wide(CompareOp::Eq).count(&db).await?, 0);
    assert_eq!(wide(CompareOp::Lt).count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_decimal_that_is_not_kept_exactly_is_refused_by_name(db: Db) -> testudo::Result {
    let long = dec!(123456789012345678.25);
    if db.speaks().await? == Dialect::Sqlite {
        let results = written(&db, |s| s.price = long, Sample::price.set(long)).await?;
        all_refused(results, "price");
        let filters = [Sample::price.eq(long), Sample::price.is_in([dec!(1), long])];
        all_refused(looked_for(&db, filters).await, "price");
        return Ok(());
    }
    let row = Sample::builder().price(long).create(&db).await?;
    assert_eq!(Sample::filter(Sample::price.eq(long)).get(&db).await?, row);
    Ok(())
}

#[orm_test(models(Sample))]
async fn to_look_for_a_value_that_no_row_can_have_is_no_mistake(db: Db) -> testudo::Result {
    Sample::builder()
        .label("abc")
        .price(dec!(1.25))
        .create(&db)
        .await?;
    let found = |filter| Sample::filter(filter).count(&db);
    assert_eq!(found(Sample::label.eq("longer than five")).await?, 0);
    assert_eq!(found(Sample::label.ne("longer than five")).await?, 1);
    assert_eq!(found(Sample::price.eq(dec!(1.254))).await?, 0);
    assert_eq!(found(Sample::price.lt(dec!(1.254))).await?, 1);
    assert_eq!(
        found(Sample::price.is_in([dec!(1.254), dec!(1.25)])).await?,
        1
    );
    Ok(())
}
