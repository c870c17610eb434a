//! Fields that follow the clock: `auto_now` and `auto_now_add`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::field::micros;

/// A type that a field with `auto_now` or `auto_now_add` can have.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot follow the clock",
    note = "`auto_now` and `auto_now_add` fit DateTime<Utc>, NaiveDateTime (in UTC), NaiveDate, or an Option of these"
)]
pub trait FromClock {
    /// The field at this time, cut to the microseconds that servers keep.
    fn from_clock(now: DateTime<Utc>) -> Self;
}

impl FromClock for DateTime<Utc> {
    fn from_clock(now: DateTime<Utc>) -> Self {
        micros(now)
    }
}

impl FromClock for NaiveDateTime {
    fn from_clock(now: DateTime<Utc>) -> Self {
        micros(now).naive_utc()
    }
}

impl FromClock for NaiveDate {
    fn from_clock(now: DateTime<Utc>) -> Self {
        now.date_naive()
    }
}

impl<T: FromClock> FromClock for Option<T> {
    fn from_clock(now: DateTime<Utc>) -> Self {
        Some(T::from_clock(now))
    }
}
