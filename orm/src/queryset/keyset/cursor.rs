//! A cursor as text: the values of the order in one row, for a client to bring back.
//!
//! The text is the base64 of a JSON array: a fingerprint of the order, then a value for each term. Values
//! become binds, and only of the type that their term has, so a forged cursor can but start the page
//! somewhere else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::{Value as Json, json};
use testudo_sql::schema::ColumnType;
use testudo_sql::{Dialect, Projection, Select, Source, Value};

use super::{Term, order_of};
use crate::{Error, Model, Result};

/// Where a row stands in an order.
pub(super) struct Cursor<'v> {
    /// The fingerprint of the order.
    pub(super) place: u64,
    pub(super) values: &'v [Value],
}

/// A fingerprint of an order: a cursor of another one makes no sense in it.
pub(super) fn place<M: Model>(terms: &[Term]) -> u64 {
    let mut select = Select::new(Projection::One, Source::Model(M::TABLE));
    select.order_by = order_of(terms);
    // An order that does not compile is refused when the statement is.
    let text = match select.compile(Dialect::Sqlite) {
        Ok(compiled) => compiled.sql,
        Err(error) => error.to_string(),
    };
    // FNV-1a: the same in every build, unlike std's hash.
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Cursor<'_> {
    pub(super) fn to_text(&self) -> Result<String> {
        let mut all = vec![json!(self.place)];
        for value in self.values {
            all.push(to_json(value)?);
        }
        Ok(URL_SAFE_NO_PAD.encode(Json::Array(all).to_string()))
    }

    /// The values in a text that a client brought back.
    pub(super) fn values_of<M: Model>(text: &str, terms: &[Term]) -> Result<Vec<Value>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let json = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(Json::Array(all)) = json else {
            return Err(Error::cursor(
                "it is not one that a page gave, or was cut off",
            ));
        };
        let [found, values @ ..] = all.as_slice() else {
            return Err(Error::cursor("it is empty"));
        };
        if found.as_u64() != Some(place::<M>(terms)) || values.len() != terms.len() {
            return Err(Error::cursor("it belongs to a query in another order"));
        }
        std::iter::zip(values, terms)
            .map(|(json, term)| {
                from_json(json, term.ty)
                    .ok_or_else(|| Error::cursor("a value in it is not of the type of its column"))
            })
            .collect()
    }
}

/// Integers as numbers, everything else as text or as an integer that loses nothing.
fn to_json(value: &Value) -> Result<Json> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(v) => json!(v),
        Value::I16(v) => json!(v),
        Value::I32(v) => json!(v),
        Value::I64(v) => json!(v),
        Value::F32(v) => json!(v.to_bits()),
        Value::F64(v) => json!(v.to_bits()),
        Value::Text(v) => json!(v.as_str()),
        Value::Bytes(v) => json!(URL_SAFE_NO_PAD.encode(v)),
        Value::Decimal(v) => json!(v.to_string()),
        Value::Uuid(v) => json!(v.to_string()),
        Value::DateTime(v) => json!(v.timestamp_micros()),
        Value::NaiveDateTime(v) => json!(v.and_utc().timestamp_micros()),
        Value::Date(v) => json!(v.to_string()),
        Value::Time(v) => json!(v.to_string()),
        other => {
            return Err(Error::misuse(format!(
                "a page by cursor cannot be in the order of {other:?}; order by a part of it"
            )));
        }
    })
}

/// The value, if it is one of the column's type.
fn from_json(json: &Json, ty: ColumnType) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    let micros = || DateTime::from_timestamp_micros(json.as_i64()?);
    Some(match ty {
        ColumnType::Bool => Value::Bool(json.as_bool()?),
        ColumnType::SmallInt => Value::I16(json.as_i64()?.try_into().ok()?),
        ColumnType::Int => Value::I32(json.as_i64()?.try_into().ok()?),
        ColumnType::BigInt | ColumnType::Duration => Value::I64(json.as_i64()?),
        ColumnType::Real => Value::F32(f32::from_bits(json.as_u64()?.try_into().ok()?)),
        ColumnType::Double => Value::F64(f64::from_bits(json.as_u64()?)),
        ColumnType::Decimal { .. } => Value::Decimal(json.as_str()?.parse().ok()?),
        ColumnType::VarChar(_) | ColumnType::Text => {
            // No text that a database keeps has NUL in it.
            let text = json.as_str().filter(|text| !text.contains('\0'))?;
            Value::Text(text.into())
        }
        ColumnType::Bytes => Value::Bytes(URL_SAFE_NO_PAD.decode(json.as_str()?).ok()?.into()),
        ColumnType::Uuid => Value::Uuid(json.as_str()?.parse().ok()?),
        ColumnType::DateTime => Value::DateTime(micros()?),
        ColumnType::NaiveDateTime => Value::NaiveDateTime(micros()?.naive_utc()),
        ColumnType::Date => Value::Date(json.as_str()?.parse::<NaiveDate>().ok()?),
        ColumnType::Time => Value::Time(json.as_str()?.parse::<NaiveTime>().ok()?),
        ColumnType::Json => return None,
    })
}
