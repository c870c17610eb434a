//! Functions, operators and CASE: what they give, on every backend the same.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::sql::DateUnit;
use testudo_orm::{
    Selection, abs, ceil, coalesce, concat, floor, greatest, least, left, length, lower, ltrim,
    modulo, now, nullif, power, random, replace, right, round, round_to, rtrim, sqrt, substr, trim,
    upper,
};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "samples")]
struct Sample {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 40, default = "Ada")]
    name: String,
    nick: Option<String>,
    #[field(default = 7)]
    amount: i64,
    rest: Option<i64>,
    #[field(default = 2.25)]
    ratio: f64,
    #[field(max_digits = 10, decimal_places = 2, default = dec!(19.96))]
    price: Decimal,
    #[field(default = Utc::now())]
    at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    #[field(default = DateTime::UNIX_EPOCH.naive_utc())]
    wall: NaiveDateTime,
    #[field(default = NaiveTime::MIN)]
    clock: NaiveTime,
    #[field(default = Duration::from_secs(1))]
    span: Duration,
}

/// What an expression gives for the one row that there is.
async fn value<S: Selection<Sample>>(db: &Db, of: S) -> testudo::Result<S::Output> {
    Ok(Sample::all().values(of).first(db).await?.expect("a row"))
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[orm_test(models(Sample))]
async fn texts_are_changed_by_functions(db: Db) -> testudo::Result {
    Sample::builder().name("  Ada Byron ").create(&db).await?;
    let texts = (
        lower(trim(Sample::name)),
        upper(trim(Sample::name)),
        ltrim(Sample::name),
        rtrim(Sample::name),
        length(Sample::name),
    );
    let (lower, upper, ltrim, rtrim, length) = value(&db, texts).await?;
    assert_eq!((&*lower, &*upper), ("ada byron", "ADA BYRON"));
    assert_eq!(
        (&*ltrim, &*rtrim, length),
        ("Ada Byron ", "  Ada Byron", 12)
    );
    let name = || trim(Sample::name);
    let parts = (
        substr(name(), 5, 3),
        left(name(), 3),
        right(name(), 5),
        right(name(), 50),
        replace(name(), "y", "YY"),
    );
    let (substr, left, right, all, replaced) = value(&db, parts).await?;
    assert_eq!((&*substr, &*left, &*right), ("Byr", "Ada", "Byron"));
    assert_eq!((&*all, &*replaced), ("Ada Byron", "Ada BYYron"));
    Ok(())
}

#[orm_test(models(Sample))]
async fn texts_are_joined_by_plus_and_null_makes_null(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    let joined = Sample::name + ", " + Sample::name + "!";
    assert_eq!(value(&db, joined).await?, "Ada, Ada!");
    let none = value(&db, concat(Sample::name, Sample::nick)).await?;
    assert_eq!(none, None);
    let some = concat(Sample::name, coalesce(Sample::nick, "-"));
    assert_eq!(value(&db, some).await?, "Ada-");
    Ok(())
}

#[orm_test(models(Sample))]
async fn numbers_are_rounded_like_in_school(db: Db) -> testudo::Result {
    Sample::builder().ratio(-2.6).create(&db).await?;
    let rounded = (
        abs(Sample::ratio),
        round(Sample::ratio),
        ceil(Sample::ratio),
        floor(Sample::ratio),
        ceil(abs(Sample::ratio)),
        floor(abs(Sample::ratio)),
    );
    let expected = (2.6, -3.0, -2.0, -3.0, 3.0, 2.0);
    assert_eq!(value(&db, rounded).await?, expected);
    let prices = (
        round(Sample::price),
        round_to(Sample::price, 1),
        ceil(Sample::price),
        floor(Sample::price),
    );
    let expected = (dec!(20), dec!(20.0), dec!(20), dec!(19));
    assert_eq!(value(&db, prices).await?, expected);
    assert_eq!(value(&db, modulo(Sample::amount, 4)).await?, 3);
    Ok(())
}

#[orm_test(models(Sample), backends(postgres, mysql, mariadb))]
async fn powers_and_roots_are_doubles(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    let (power, root) = value(&db, (power(Sample::amount, 2), sqrt(Sample::ratio))).await?;
    assert!((power - 49.0).abs() < 1e-9, "{power}");
    assert!((root - 1.5).abs() < 1e-9, "{root}");
    Ok(())
}

#[orm_test(models(Sample), backends(sqlite))]
async fn a_root_on_sqlite_is_refused_by_name(db: Db) -> testudo::Result {
    let roots = Sample::all().values(sqrt(Sample::ratio));
    let error = roots.fetch_all(&db).await.unwrap_err().to_string();
    assert!(error.contains("SQLite does not support SQRT"), "{error}");
    Ok(())
}

#[orm_test(models(Sample))]
async fn null_is_replaced_and_made(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    let values = (
        coalesce(Sample::rest, 5),
        coalesce(Sample::rest, Sample::amount),
        coalesce(Sample::nick, coalesce(Sample::nick, "nobody")),
        coalesce(Sample::until, Sample::until),
        nullif(Sample::name, "Ada"),
        nullif(Sample::amount, 8),
    );
    let expected = (5, 7, "nobody".to_owned(), None, None, Some(7));
    assert_eq!(value(&db, values).await?, expected);
    Ok(())
}

#[orm_test(models(Sample))]
async fn the_greatest_of_a_row_is_null_if_one_value_is(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    let values = (
        greatest(Sample::amount, 9),
        least(Sample::amount, 9),
        greatest(Sample::price, dec!(20.5)),
        least(Sample::name, "Abe"),
        greatest(Sample::amount, Sample::rest),
    );
    let expected = (9, 7, dec!(20.5), "Abe".to_owned(), None);
    assert_eq!(value(&db, values).await?, expected);
    let unknown = Sample::filter(!greatest(Sample::amount, Sample::rest).gt(3));
    assert_eq!(unknown.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn now_is_now_and_random_lies_between_zero_and_one(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    let here = Utc::now();
    let (there, random) = value(&db, (now(), random())).await?;
    // The clock of a server in a container may differ a little.
    assert!((there - here).num_minutes().abs() < 60, "{there} {here}");
    assert!((0.0..1.0).contains(&random), "{random}");
    let past = Sample::filter(Sample::at.lte(now() + Duration::from_secs(3_600)));
    assert_eq!(past.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_duration_is_added_to_a_time_to_the_microsecond(db: Db) -> testudo::Result {
    let at = time("2023-12-31T23:59:59.999999Z");
    let wall = at.naive_utc();
    Sample::builder()
        .at(at)
        .wall(wall)
        .span(Duration::from_micros(1_500_001))
        .create(&db)
        .await?;
    let times = (
        Sample::at + Duration::from_micros(1),
        Sample::at - Duration::from_micros(1),
        Sample::at + Sample::span,
        Sample::wall + Duration::from_secs(86_400 * 60),
        Sample::wall - Duration::from_secs(86_400 * 365 * 60),
        Sample::until + Duration::from_secs(1),
    );
    let micros = chrono::TimeDelta::microseconds;
    let days = chrono::TimeDelta::days;
    let expected = (
        at + micros(1),
        at - micros(1),
        at + micros(1_500_001),
        wall + days(60),
        wall - days(365 * 60),
        None,
    );
    assert_eq!(value(&db, times).await?, expected);
    let within = Sample::filter((Sample::at + Sample::span).gte(time("2024-01-01T00:00:01.5Z")));
    assert_eq!(within.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn a_time_is_cut_to_a_unit_of_the_calendar(db: Db) -> testudo::Result {
    let at = time("2024-11-30T23:59:59.999999Z");
    Sample::builder()
        .at(at)
        .wall(at.naive_utc())
        .create(&db)
        .await?;
    for (unit, expected) in [
        (DateUnit::Year, "2024-01-01T00:00:00Z"),
        (DateUnit::Quarter, "2024-10-01T00:00:00Z"),
        (DateUnit::Month, "2024-11-01T00:00:00Z"),
        (DateUnit::Week, "2024-11-25T00:00:00Z"),
        (DateUnit::Day, "2024-11-30T00:00:00Z"),
        (DateUnit::Hour, "2024-11-30T23:00:00Z"),
        (DateUnit::Minute, "2024-11-30T23:59:00Z"),
        (DateUnit::Second, "2024-11-30T23:59:59Z"),
    ] {
        let cut = (Sample::at.truncate(unit), Sample::wall.truncate(unit));
        let expected = time(expected);
        assert_eq!(
            value(&db, cut).await?,
            (expected, expected.naive_utc()),
            "{unit:?}"
        );
        let same = Sample::filter(Sample::at.truncate(unit).eq(expected));
        assert_eq!(same.count(&db).await?, 1, "{unit:?}");
    }
    Ok(())
}

#[orm_test(models(Sample))]
async fn weeks_are_those_of_iso(db: Db) -> testudo::Result {
    for (day, week, week_day) in [
        ("2021-01-03T00:00:00Z", 53, 7),
        ("2021-01-04T00:00:00Z", 1, 1),
        ("2024-12-30T12:00:00Z", 1, 1),
        ("2026-07-04T23:59:59.999999Z", 27, 6),
    ] {
        let row = Sample::builder().at(time(day)).create(&db).await?;
        let here = Sample::filter(Sample::id.eq(row.id));
        let found = here.values((Sample::at.week(), Sample::at.week_day()));
        assert_eq!(found.first(&db).await?, Some((week, week_day)), "{day}");
    }
    let sundays = Sample::filter(Sample::at.week_day().eq(7));
    assert_eq!(sundays.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn parts_of_what_may_be_null_may_be_null(db: Db) -> testudo::Result {
    let clock = NaiveTime::from_hms_opt(13, 5, 59).unwrap();
    Sample::builder().clock(clock).create(&db).await?;
    let parts = (
        Sample::until.year(),
        Sample::until.date(),
        Sample::clock.hour(),
        Sample::clock.minute(),
        Sample::clock.second(),
        (Sample::at + Duration::from_secs(1))
            .date()
            .year()
            .of_some_year(),
    );
    assert_eq!(value(&db, parts).await?, (None, None, 13, 5, 59, true));
    Ok(())
}

/// A method of an application's own on expressions.
trait SomeYear {
    fn of_some_year(self) -> testudo_orm::Expression<Sample, bool>;
}

impl SomeYear for testudo_orm::Expression<Sample, i64> {
    fn of_some_year(self) -> testudo_orm::Expression<Sample, bool> {
        case().when(self.gt(0), true).otherwise(false)
    }
}

#[orm_test(models(Sample))]
async fn a_cast_cuts_fractions_off(db: Db) -> testudo::Result {
    Sample::builder()
        .ratio(-2.75)
        .name("12")
        .create(&db)
        .await?;
    let casts = (
        Sample::ratio.cast::<i64>(),
        Sample::price.cast::<i64>(),
        Sample::price.cast::<f64>(),
        Sample::amount.cast::<f64>() / 2.0,
        Sample::amount.cast::<String>(),
        Sample::name.cast::<i64>() + 1,
        Sample::rest.cast::<String>(),
    );
    let expected = (-2, 19, 19.96, 3.5, "7".to_owned(), 13, None);
    assert_eq!(value(&db, casts).await?, expected);
    let text = Sample::filter(Sample::amount.cast::<String>().startswith("7"));
    assert_eq!(text.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample))]
async fn the_first_condition_that_holds_decides_a_case(db: Db) -> testudo::Result {
    for amount in [5, 50, 500] {
        Sample::builder().amount(amount).create(&db).await?;
    }
    let size = case()
        .when(Sample::amount.gt(100), "large")
        .when(Sample::amount.gt(10), "Middle")
        .otherwise("small");
    let sizes = Sample::all()
        .order_by(size.clone().asc())
        .values(size.clone());
    assert_eq!(sizes.fetch_all(&db).await?, ["Middle", "large", "small"]);
    assert_eq!(
        Sample::filter(size.clone().eq("middle")).count(&db).await?,
        0
    );
    assert_eq!(Sample::filter(size.ne("small")).count(&db).await?, 2);
    let price = case()
        .when(Sample::amount.gt(100), Sample::price)
        .when(Sample::amount.gt(10), 3)
        .end();
    let prices = Sample::all().order_by(Sample::id.asc()).values(price);
    let expected = [None, Some(dec!(3)), Some(dec!(19.96))];
    assert_eq!(prices.fetch_all(&db).await?, expected);
    let nullable = case()
        .when(Sample::amount.gt(10), Sample::amount)
        .otherwise(Sample::rest);
    let nullable = Sample::all().order_by(Sample::id.asc()).values(nullable);
    assert_eq!(nullable.fetch_all(&db).await?, [None, Some(50), Some(500)]);
    Ok(())
}

#[orm_test(models(Sample))]
async fn an_update_calculates_with_any_expression(db: Db) -> testudo::Result {
    let row = Sample::builder()
        .at(time("2024-02-29T12:00:00Z"))
        .create(&db)
        .await?;
    Sample::all()
        .update((
            Sample::amount.set(
                case()
                    .when(Sample::amount.gt(5), Sample::amount * 2)
                    .otherwise(0),
            ),
            Sample::at.set(Sample::at + Duration::from_secs(86_400)),
            Sample::nick.set(coalesce(Sample::nick, lower(Sample::name))),
            Sample::name.set(upper(Sample::name) + "!"),
        ))
        .execute(&db)
        .await?;
    let row = Sample::get(&db, row.id).await?;
    assert_eq!((&*row.name, row.amount), ("ADA!", 14));
    assert_eq!(row.at, time("2024-03-01T12:00:00Z"));
    assert_eq!(row.nick.as_deref(), Some("ada"));
    Ok(())
}

sql_function!(
    /// A text the other way round on Postgres, MySQL and MariaDB.
    fn reverse(text: String) -> String
);
sql_function!(fn hexadecimal(text: String) -> String = "hex");
sql_function!(aggregate fn smallest(amount: Option<i64>) -> Option<i64> = "min");

#[orm_test(models(Sample), backends(postgres, mysql, mariadb))]
async fn a_function_of_the_server_takes_one_line(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    assert_eq!(value(&db, reverse(Sample::name)).await?, "adA");
    assert_eq!(value(&db, reverse("abc")).await?, "cba");
    let found = Sample::filter(reverse(Sample::name).eq(reverse("Ada")))
        .order_by(reverse(Sample::name).desc());
    assert_eq!(found.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Sample), backends(sqlite, mysql, mariadb))]
async fn a_function_may_go_by_another_name(db: Db) -> testudo::Result {
    Sample::builder().create(&db).await?;
    assert_eq!(value(&db, hexadecimal(Sample::name)).await?, "416461");
    Ok(())
}

#[orm_test(models(Sample))]
async fn an_aggregate_of_ones_own_takes_a_filter(db: Db) -> testudo::Result {
    for amount in [3, 4] {
        Sample::builder().amount(amount).create(&db).await?;
    }
    let least = smallest(Sample::amount).filter(Sample::amount.gt(3));
    assert_eq!(Sample::all().aggregate(&db, least).await?, Some(4));
    Ok(())
}
