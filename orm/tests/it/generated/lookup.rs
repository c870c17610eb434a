//! Lookups of one column: as a condition of a query set, and as Rust sees them.

use std::fmt::Debug;

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use testudo::prelude::*;
use testudo_orm::{Column, FieldType, Filter, IntoOperand};

use super::world::text;

/// What fits every type.
#[derive(Debug, Clone)]
pub enum Lookup<T> {
    Eq(Option<T>),
    Ne(Option<T>),
    Lt(T),
    Lte(T),
    Gt(T),
    Gte(T),
    Range(T, T),
    In(Vec<Option<T>>),
    NotIn(Vec<Option<T>>),
    /// A list of two thousand, made of these two by turns.
    LongIn(T, T),
    Null,
    NotNull,
}

pub fn lookup<T>(value: impl Strategy<Value = T> + Clone + 'static) -> BoxedStrategy<Lookup<T>>
where
    T: Debug + Clone + 'static,
{
    let option = || prop::option::weighted(0.8, value.clone());
    let list = || prop::collection::vec(prop::option::weighted(0.9, value.clone()), 0..4);
    let pair = || (value.clone(), value.clone());
    prop_oneof![
        option().prop_map(Lookup::Eq),
        option().prop_map(Lookup::Ne),
        value.clone().prop_map(Lookup::Lt),
        value.clone().prop_map(Lookup::Lte),
        value.clone().prop_map(Lookup::Gt),
        value.clone().prop_map(Lookup::Gte),
        pair().prop_map(|(low, high)| Lookup::Range(low, high)),
        list().prop_map(Lookup::In),
        list().prop_map(Lookup::NotIn),
        pair().prop_map(|(a, b)| Lookup::LongIn(a, b)),
        Just(Lookup::Null),
        Just(Lookup::NotNull),
    ]
    .boxed()
}

impl<T> Lookup<T> {
    pub fn filter<M: Model>(&self, column: Column<M, Option<T>>) -> Filter<M>
    where
        T: FieldType<Base = T> + Clone + IntoOperand<M, Option<T>>,
        Option<T>: IntoOperand<M, Option<T>>,
    {
        match self.clone() {
            Lookup::Eq(value) => column.eq(value),
            Lookup::Ne(value) => column.ne(value),
            Lookup::Lt(value) => column.lt(value),
            Lookup::Lte(value) => column.lte(value),
            Lookup::Gt(value) => column.gt(value),
            Lookup::Gte(value) => column.gte(value),
            Lookup::Range(low, high) => column.range(low, high),
            Lookup::In(values) => column.is_in(values),
            Lookup::NotIn(values) => column.not_in(values),
            Lookup::LongIn(a, b) => column.is_in([a, b].into_iter().cycle().take(2_000)),
            Lookup::Null => column.is_null(),
            Lookup::NotNull => column.is_not_null(),
        }
    }

    /// Whether it holds for a value, or for NULL.
    pub fn holds(&self, value: Option<&T>) -> bool
    where
        T: PartialOrd,
    {
        let is = |test: &dyn Fn(&T) -> bool| value.is_some_and(test);
        match self {
            Lookup::Eq(other) => value == other.as_ref(),
            Lookup::Ne(other) => value != other.as_ref(),
            Lookup::Lt(other) => is(&|value| value < other),
            Lookup::Lte(other) => is(&|value| value <= other),
            Lookup::Gt(other) => is(&|value| value > other),
            Lookup::Gte(other) => is(&|value| value >= other),
            Lookup::Range(low, high) => is(&|value| low <= value && value <= high),
            Lookup::In(others) => others.iter().any(|other| value == other.as_ref()),
            Lookup::NotIn(others) => others.iter().all(|other| value != other.as_ref()),
            Lookup::LongIn(a, b) => is(&|value| value == a || value == b),
            Lookup::Null => value.is_none(),
            Lookup::NotNull => value.is_some(),
        }
    }
}

/// What fits text. Those that ignore case get ASCII, beyond which SQLite knows no case.
#[derive(Debug, Clone)]
pub enum TextLookup {
    Plain(Lookup<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    IContains(String),
    IStartsWith(String),
    IEndsWith(String),
    IExact(String),
}

pub fn text_lookup() -> BoxedStrategy<TextLookup> {
    let text = || text().boxed();
    let ascii = || {
        let ascii = |text: String| text.chars().filter(char::is_ascii).collect::<String>();
        text().prop_map(ascii)
    };
    prop_oneof![
        4 => lookup(text()).prop_map(TextLookup::Plain),
        1 => text().prop_map(TextLookup::Contains),
        1 => text().prop_map(TextLookup::StartsWith),
        1 => text().prop_map(TextLookup::EndsWith),
        1 => ascii().prop_map(TextLookup::IContains),
        1 => ascii().prop_map(TextLookup::IStartsWith),
        1 => ascii().prop_map(TextLookup::IEndsWith),
        1 => ascii().prop_map(TextLookup::IExact),
    ]
    .boxed()
}

impl TextLookup {
    pub fn filter<M: Model>(&self, column: Column<M, Option<String>>) -> Filter<M> {
        match self {
            TextLookup::Plain(lookup) => lookup.filter(column),
            TextLookup::Contains(text) => column.contains(text),
            TextLookup::StartsWith(text) => column.startswith(text),
            TextLookup::EndsWith(text) => column.endswith(text),
            TextLookup::IContains(text) => column.icontains(text),
            TextLookup::IStartsWith(text) => column.istartswith(text),
            TextLookup::IEndsWith(text) => column.iendswith(text),
            TextLookup::IExact(text) => column.iexact(text),
        }
    }

    pub fn holds(&self, value: Option<&String>) -> bool {
        let lower = |text: &String| text.to_ascii_lowercase();
        let is = |test: &dyn Fn(&String) -> bool| value.is_some_and(test);
        match self {
            TextLookup::Plain(lookup) => lookup.holds(value),
            TextLookup::Contains(text) => is(&|value| value.contains(text)),
            TextLookup::StartsWith(text) => is(&|value| value.starts_with(text)),
            TextLookup::EndsWith(text) => is(&|value| value.ends_with(text)),
            TextLookup::IContains(text) => is(&|value| lower(value).contains(&lower(text))),
            TextLookup::IStartsWith(text) => is(&|value| lower(value).starts_with(&lower(text))),
            TextLookup::IEndsWith(text) => is(&|value| lower(value).ends_with(&lower(text))),
            TextLookup::IExact(text) => is(&|value| lower(value) == lower(text)),
        }
    }
}

/// What fits a calendar date: all of it, or a part.
#[derive(Debug, Clone)]
pub enum DateLookup {
    Plain(Lookup<NaiveDate>),
    Year(i32),
    NotMonth(u32),
    DayAfter(u32),
}

pub fn date_lookup(
    day: impl Strategy<Value = NaiveDate> + Clone + 'static,
) -> BoxedStrategy<DateLookup> {
    prop_oneof![
        3 => lookup(day.clone()).prop_map(DateLookup::Plain),
        1 => day.clone().prop_map(|day| DateLookup::Year(day.year())),
        1 => day.clone().prop_map(|day| DateLookup::NotMonth(day.month())),
        1 => day.prop_map(|day| DateLookup::DayAfter(day.day())),
    ]
    .boxed()
}

impl DateLookup {
    pub fn filter<M: Model>(&self, column: Column<M, Option<NaiveDate>>) -> Filter<M> {
        match self {
            DateLookup::Plain(lookup) => lookup.filter(column),
            DateLookup::Year(year) => column.year().eq(i64::from(*year)),
            DateLookup::NotMonth(month) => column.month().ne(i64::from(*month)),
            DateLookup::DayAfter(day) => column.day().gt(i64::from(*day)),
        }
    }

    pub fn holds(&self, value: Option<&NaiveDate>) -> bool {
        match self {
            DateLookup::Plain(lookup) => lookup.holds(value),
            DateLookup::Year(year) => value.is_some_and(|value| value.year() == *year),
            DateLookup::NotMonth(month) => value.is_none_or(|value| value.month() != *month),
            DateLookup::DayAfter(day) => value.is_some_and(|value| value.day() > *day),
        }
    }
}
