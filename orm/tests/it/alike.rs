//! What means the same on every backend, though the servers differ: order, division, aggregates,
//! text, times.

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "readings")]
struct Reading {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 40, default = "")]
    label: String,
    note: Option<String>,
    #[field(default = 0)]
    amount: i32,
    rest: Option<i64>,
    #[field(default = 0.0)]
    share: f32,
    #[field(default = 0.0)]
    exact: f64,
    #[field(max_digits = 10, decimal_places = 2, default = 0)]
    price: Decimal,
    #[field(default = false)]
    flag: bool,
    #[field(default = Utc::now())]
    at: DateTime<Utc>,
}

async fn labelled(db: &Db, labels: &[&str]) -> testudo::Result {
    for label in labels {
        Reading::builder().label(*label).create(db).await?;
    }
    Ok(())
}

async fn labels(query: QuerySet<Reading>, db: &Db) -> testudo::Result<Vec<String>> {
    let sorted = query.order_by(Reading::label.asc());
    Ok(sorted.values(Reading::label).fetch_all(db).await?)
}

#[orm_test(models(Reading))]
async fn text_is_sorted_by_code_points(db: Db) -> testudo::Result {
    labelled(&db, &["b", "a", "B", "A", "", "ä", "a b", "ab", "_", "a "]).await?;
    let sorted = ["", "A", "B", "_", "a", "a ", "a b", "ab", "b", "ä"];
    assert_eq!(labels(Reading::all(), &db).await?, sorted);
    let above = Reading::filter(Reading::label.gt("a b"));
    assert_eq!(labels(above, &db).await?, ["ab", "b", "ä"]);
    Ok(())
}

#[orm_test(models(Reading))]
async fn every_character_counts_when_text_is_compared(db: Db) -> testudo::Result {
    labelled(&db, &["a", "A", "a ", "ä", "á", ""]).await?;
    for label in ["a", "A", "a ", "ä", ""] {
        let found = labels(Reading::filter(Reading::label.eq(label)), &db).await?;
        assert_eq!(found, [label]);
        let others = Reading::filter(Reading::label.ne(label)).count(&db).await?;
        assert_eq!(others, 5, "{label:?}");
    }
    let found = labels(Reading::filter(Reading::label.is_in(["a", "Ä"])), &db).await?;
    assert_eq!(found, ["a"]);
    let found = labels(Reading::filter(Reading::label.iexact("A")), &db).await?;
    assert_eq!(found, ["A", "a"]);
    Ok(())
}

#[orm_test(models(Reading))]
async fn text_with_wildcards_quotes_and_backslashes_stands_for_itself(db: Db) -> testudo::Result {
    let odd = [
        "100%",
        "a_b",
        "a\\b",
        "it's",
        "say \"hi\"",
        "a!b",
        "$1 ?",
        "100x",
        "axb",
    ];
    labelled(&db, &odd).await?;
    for label in odd {
        for condition in [
            Reading::label.contains(label),
            Reading::label.startswith(label),
            Reading::label.endswith(label),
            Reading::label.icontains(label),
            Reading::label.iexact(label),
        ] {
            assert_eq!(labels(Reading::filter(condition), &db).await?, [label]);
        }
    }
    Ok(())
}

#[orm_test(models(Reading))]
async fn an_empty_text_is_no_null(db: Db) -> testudo::Result {
    Reading::builder().note("").create(&db).await?;
    Reading::builder().create(&db).await?;
    assert_eq!(
        Reading::filter(Reading::note.is_null()).count(&db).await?,
        1
    );
    assert_eq!(Reading::filter(Reading::note.eq("")).count(&db).await?, 1);
    let read = Reading::all()
        .order_by(Reading::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(read[0].note.as_deref(), Some(""));
    assert_eq!(read[1].note, None);
    Ok(())
}

#[orm_test(models(Reading))]
async fn nulls_are_sorted_as_the_smallest(db: Db) -> testudo::Result {
    for rest in [Some(2), None, Some(1)] {
        let reading = Reading::builder();
        match rest {
            Some(rest) => reading.rest(rest).create(&db).await?,
            None => reading.create(&db).await?,
        };
    }
    let rest = Reading::all().order_by(Reading::rest.asc());
    assert_eq!(
        rest.values(Reading::rest).fetch_all(&db).await?,
        [None, Some(1), Some(2)]
    );
    let rest = Reading::all().order_by(Reading::rest.desc());
    assert_eq!(
        rest.values(Reading::rest).fetch_all(&db).await?,
        [Some(2), Some(1), None]
    );
    Ok(())
}

#[orm_test(models(Reading))]
async fn integers_are_divided_to_integers(db: Db) -> testudo::Result {
    for amount in [7, -7, 3] {
        Reading::builder().amount(amount).create(&db).await?;
    }
    let halves = Reading::all().order_by(Reading::id.asc());
    let halves = halves.values((Reading::amount / 2, Reading::amount % 2));
    assert_eq!(halves.fetch_all(&db).await?, [(3, 1), (-3, -1), (1, 1)]);
    Reading::all()
        .update(Reading::amount.set(Reading::amount / 2))
        .execute(&db)
        .await?;
    assert_eq!(Reading::filter(Reading::amount.eq(3)).count(&db).await?, 1);
    assert_eq!(
        Reading::filter((Reading::amount / 3).eq(1))
            .count(&db)
            .await?,
        1
    );
    Ok(())
}

#[orm_test(models(Reading))]
async fn sums_and_means_have_the_types_that_the_model_says(db: Db) -> testudo::Result {
    for (amount, share, price) in [
        (1, 0.1, dec!(0.10)),
        (2, 0.2, dec!(0.20)),
        (2, 0.4, dec!(100.05)),
    ] {
        Reading::builder()
            .amount(amount)
            .share(share)
            .exact(f64::from(share))
            .price(price)
            .rest(i64::from(amount) << 40)
            .create(&db)
            .await?;
    }
    let (total, mean, rest): (Option<i64>, Option<f64>, Option<i64>) = Reading::all()
        .aggregate(
            &db,
            (
                sum(Reading::amount),
                avg(Reading::amount),
                sum(Reading::rest),
            ),
        )
        .await?;
    assert_eq!((total, rest), (Some(5), Some(5 << 40)));
    assert!((mean.unwrap() - 5.0 / 3.0).abs() < 1e-12, "{mean:?}");
    let (price, mean) = Reading::all()
        .aggregate(&db, (sum(Reading::price), avg(Reading::price)))
        .await?;
    assert_eq!(price, Some(dec!(100.35)));
    assert_eq!(mean.map(|mean| mean.round_dp(4)), Some(dec!(33.45)));
    let (single, double) = Reading::all()
        .aggregate(&db, (sum(Reading::share), sum(Reading::exact)))
        .await?;
    let exact = f64::from(0.1_f32) + f64::from(0.2_f32) + f64::from(0.4_f32);
    assert!((single.unwrap() - exact).abs() < 1e-12, "{single:?}");
    assert!((double.unwrap() - exact).abs() < 1e-12, "{double:?}");
    Ok(())
}

#[orm_test(models(Reading))]
async fn aggregates_of_nothing_are_none_and_counts_are_zero(db: Db) -> testudo::Result {
    let (total, mean, most, rows) = Reading::all()
        .aggregate(
            &db,
            (
                sum(Reading::amount),
                avg(Reading::price),
                max(Reading::at),
                count(Reading::id),
            ),
        )
        .await?;
    assert_eq!((total, mean, most, rows), (None, None, None, 0));
    Ok(())
}

#[orm_test(models(Reading))]
async fn extremes_are_found_of_every_type(db: Db) -> testudo::Result {
    let early: DateTime<Utc> = "1999-12-31T23:59:59.999999Z".parse()?;
    let late: DateTime<Utc> = "2024-02-29T12:00:00Z".parse()?;
    Reading::builder()
        .label("a")
        .flag(true)
        .at(late)
        .price(dec!(9.99))
        .create(&db)
        .await?;
    Reading::builder()
        .label("B")
        .at(early)
        .price(dec!(10))
        .create(&db)
        .await?;
    let found = Reading::all()
        .aggregate(
            &db,
            (
                max(Reading::label),
                min(Reading::flag),
                max(Reading::flag),
                min(Reading::at),
                max(Reading::price),
            ),
        )
        .await?;
    let expected = (
        Some("a".to_owned()),
        Some(false),
        Some(true),
        Some(early),
        Some(dec!(10)),
    );
    assert_eq!(found, expected);
    Ok(())
}

#[orm_test(models(Reading))]
async fn parts_of_dates_are_those_of_utc(db: Db) -> testudo::Result {
    let last: DateTime<Utc> = "2023-12-31T23:59:59.999999Z".parse()?;
    Reading::builder().at(last).create(&db).await?;
    let parts = Reading::all().values((
        Reading::at.year(),
        Reading::at.quarter(),
        Reading::at.month(),
        Reading::at.day(),
        Reading::at.hour(),
        Reading::at.second(),
    ));
    assert_eq!(parts.fetch_all(&db).await?, [(2023, 4, 12, 31, 23, 59)]);
    let date = Reading::all().values(Reading::at.date());
    assert_eq!(date.fetch_all(&db).await?, [last.date_naive()]);
    Ok(())
}

#[orm_test(models(Reading))]
async fn prices_are_calculated_exactly(db: Db) -> testudo::Result {
    for price in [dec!(0.10), dec!(19.99), dec!(-0.05)] {
        Reading::builder().price(price).create(&db).await?;
    }
    Reading::all()
        .update(Reading::price.set(Reading::price * 3 + dec!(0.01)))
        .execute(&db)
        .await?;
    let prices = Reading::all().order_by(Reading::id.asc());
    let prices = prices.values(Reading::price).fetch_all(&db).await?;
    assert_eq!(prices, [dec!(0.31), dec!(59.98), dec!(-0.14)]);
    let thirds = Reading::filter((Reading::price / 3).gt(dec!(19.99)));
    assert_eq!(thirds.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Reading))]
async fn the_edges_of_types_come_back(db: Db) -> testudo::Result {
    for exact in [f64::MAX, f64::MIN_POSITIVE, -0.1 - 0.2] {
        let row = Reading::builder()
            .amount(i32::MIN)
            .rest(i64::MAX)
            .share(f32::MAX)
            .exact(exact)
            .price(dec!(-99999999.99))
            .label("🦀".repeat(40))
            .note("x".repeat(100_000))
            .at("0001-01-01T00:00:00Z".parse::<DateTime<Utc>>()?)
            .create(&db)
            .await?;
        assert_eq!(Reading::get(&db, row.id).await?, row);
    }
    Ok(())
}
