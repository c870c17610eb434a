//! The sections of the guide, one module each; README.md maps them.

mod migrations;
mod models;
mod querying;
mod testing;
mod transactions;

use billing::models::Invoice;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// Midnight of a day in 2024, the year of the fixtures.
fn day(month: u32, day: u32) -> DateTime<Utc> {
    let date = NaiveDate::from_ymd_opt(2024, month, day).expect("the month has that day");
    date.and_time(NaiveTime::MIN).and_utc()
}

/// The numbers of invoices.
fn numbers(invoices: &[Invoice]) -> Vec<&str> {
    invoices
        .iter()
        .map(|invoice| invoice.number.as_str())
        .collect()
}
