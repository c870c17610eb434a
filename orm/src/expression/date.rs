//! Parts of dates and times, and times cut to a unit of the calendar; all in UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use testudo_sql::{DatePart, DateUnit, Expr, Function};

use super::{Expression, NullWith, on_columns_and_expressions};
use crate::{Column, FieldType, Model};

/// A type with a calendar date in it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no calendar date",
    note = "parts of a date are taken from DateTime<Utc>, NaiveDateTime and NaiveDate"
)]
pub trait Dated: FieldType {}

impl Dated for DateTime<Utc> {}
impl Dated for NaiveDateTime {}
impl Dated for NaiveDate {}
impl<T: Dated + FieldType<Base = T>> Dated for Option<T> {}

/// A type with a time of day in it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no time of day",
    note = "hours, minutes and seconds are taken from DateTime<Utc>, NaiveDateTime and NaiveTime"
)]
pub trait Timed: FieldType {}

impl Timed for DateTime<Utc> {}
impl Timed for NaiveDateTime {}
impl Timed for NaiveTime {}
impl<T: Timed + FieldType<Base = T>> Timed for Option<T> {}

/// A type with both a calendar date and a time of day in it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no moment in time",
    note = "a DateTime<Utc> or a NaiveDateTime can be cut to a unit of the calendar"
)]
pub trait Moment: Dated + Timed {}

impl<T: Dated + Timed> Moment for T {}

macro_rules! parts {
    ($bound:ident; $($(#[$doc:meta])* $name:ident $part:ident -> $ty:ty;)*) => {
        on_columns_and_expressions!(<T: $bound> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(self) -> Expression<M, <$ty as NullWith<T>>::Output>
            where
                $ty: NullWith<T>,
            {
                let of = Box::new(self.into_expr());
                Expression::from_expr(Expr::DatePart(DatePart::$part, of))
            }
        )*});
    };
}

parts! {
    Dated;
    /// The calendar date, in UTC.
    date Date -> NaiveDate;
    /// The year.
    year Year -> i64;
    /// The quarter, 1 to 4.
    quarter Quarter -> i64;
    /// The month, 1 to 12.
    month Month -> i64;
    /// The ISO week, 1 to 53: weeks begin on Monday, and the first has the year's first Thursday in it.
    week Week -> i64;
    /// The day of the week, 1 for Monday to 7 for Sunday.
    week_day WeekDay -> i64;
    /// The day of the month, 1 to 31.
    day Day -> i64;
}

parts! {
    Timed;
    /// The hour, 0 to 23, in UTC.
    hour Hour -> i64;
    /// The minute, 0 to 59.
    minute Minute -> i64;
    /// The whole second, 0 to 59.
    second Second -> i64;
}

on_columns_and_expressions!(<T: Moment> {
    /// The beginning of the year, month, week .. that the time lies in: `DATE_TRUNC` of Postgres.
    #[must_use]
    pub fn truncate(self, unit: DateUnit) -> Expression<M, T> {
        Expression::from_expr(Expr::call(Function::Truncate(unit), vec![self.into_expr()]))
    }
});
