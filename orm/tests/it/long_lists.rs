//! Lists of any length: in a filter, and where related rows are fetched.

use chrono::{Days, NaiveDate};
use testudo::prelude::*;
use testudo_orm::Result;
use testudo_orm::sql::Dialect;
use uuid::Uuid;

use crate::shop::{Order, User};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "parcels")]
struct Parcel {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 40)]
    label: String,
    code: Uuid,
    sent: NaiveDate,
    weight: Option<i32>,
    rate: f64,
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + Days::new(n)
}

/// Three parcels; whatever is asked for by the numbers 0, 1 and 2.
async fn parcels(db: &Db) -> Result<()> {
    for n in 0..3_u8 {
        let label = ["it's \\ \"0\"", "größe ☃ 🦀", " "][usize::from(n)];
        let parcel = Parcel::builder()
            .label(label)
            .code(Uuid::from_u128(n.into()))
            .sent(day(n.into()))
            .rate(f64::from(n));
        match n {
            0 => parcel.create(db).await?,
            n => parcel.weight(i32::from(n)).create(db).await?,
        };
    }
    Ok(())
}

const MANY: i32 = 100_000;

#[orm_test(models(Parcel))]
async fn a_filter_takes_a_hundred_thousand_values_of_a_key(db: Db) -> testudo::Result {
    parcels(&db).await?;
    let first = Parcel::all()
        .order_by(Parcel::id.asc())
        .first(&db)
        .await?
        .unwrap();
    let found = |filter| Parcel::filter(filter).count(&db);
    let ids = first.id + 1..first.id + i64::from(MANY);
    assert_eq!(found(Parcel::id.is_in(ids.clone())).await?, 2);
    assert_eq!(found(Parcel::id.not_in(ids)).await?, 1);
    let labels = (1..MANY).map(|n| n.to_string());
    let labels: Vec<_> = labels
        .chain(["it's \\ \"0\"".to_owned(), "größe ☃ 🦀".to_owned()])
        .collect();
    assert_eq!(found(Parcel::label.is_in(&labels)).await?, 2);
    assert_eq!(found(!Parcel::label.is_in(&labels)).await?, 1);
    let codes: Vec<_> = (1..100_000).map(Uuid::from_u128).collect();
    assert_eq!(found(Parcel::code.is_in(codes)).await?, 2);
    assert_eq!(found(Parcel::sent.is_in((1..100_000).map(day))).await?, 2);
    Ok(())
}

#[orm_test(models(Parcel))]
async fn null_in_a_long_list_is_looked_for_too(db: Db) -> testudo::Result {
    parcels(&db).await?;
    let found = |filter| Parcel::filter(filter).count(&db);
    let with_null = || (2..MANY).map(Some).chain([None]);
    assert_eq!(found(Parcel::weight.is_in(2..MANY)).await?, 1);
    assert_eq!(found(Parcel::weight.not_in(2..MANY)).await?, 2);
    assert_eq!(found(Parcel::weight.is_in(with_null())).await?, 2);
    assert_eq!(found(Parcel::weight.not_in(with_null())).await?, 1);
    Ok(())
}

#[orm_test(models(Parcel))]
async fn a_change_by_a_long_list_is_one_statement(db: Db) -> testudo::Result {
    parcels(&db).await?;
    let heavy = || Parcel::filter(Parcel::weight.is_in(1..MANY));
    let changed = heavy().update(Parcel::rate.set(9.5)).execute(&db).await?;
    assert_eq!(changed, 2);
    assert_eq!(heavy().delete(&db).await?, 2);
    Ok(())
}

#[orm_test(models(Parcel))]
async fn a_list_that_no_single_bind_holds_is_refused_by_name_where_it_is_too_long(
    db: Db,
) -> testudo::Result {
    parcels(&db).await?;
    let rates = Parcel::filter(Parcel::rate.is_in((1..MANY).map(f64::from)));
    let found = rates.count(&db).await;
    if db.speaks().await? == Dialect::Postgres {
        assert_eq!(found?, 2);
    } else {
        let error = found.unwrap_err().to_string();
        assert!(error.contains("has 99999 bind parameters"), "{error}");
    }
    Ok(())
}

#[orm_test(models(User, Order))]
async fn rows_related_to_a_hundred_thousand_are_fetched(db: Db) -> testudo::Result {
    let user = |n: i32| {
        User::builder()
            .username(format!("user-{n}"))
            .email(format!("{n}@example.com"))
            .first_name("A")
            .build()
    };
    let users = (0..MANY).map(user).collect::<Result<Vec<_>>>()?;
    let users = User::bulk_create(&db, users).await?;
    let last = users.last().unwrap();
    let order = Order::builder()
        .order_number("1")
        .user(last)
        .total_amount(1);
    order.create(&db).await?;
    let users = User::all()
        .order_by(User::id.asc())
        .prefetch_related(User::orders())
        .fetch_all(&db)
        .await?;
    assert_eq!(users.len(), 100_000);
    assert_eq!(users.last().unwrap().orders.get()?.len(), 1);
    assert!(users[0].orders.get()?.is_empty());
    Ok(())
}
