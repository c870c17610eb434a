//! Postgres' cells as Rust values.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::postgres::{PgTypeInfo, PgTypeKind, PgValueRef};
use sqlx::{Decode, Postgres, TypeInfo, ValueRef};
use uuid::Uuid;

use super::bind::is_text;
use crate::driver::Read;
use crate::row::CellError;

type Decoded<T> = Result<T, CellError>;

fn read<'r, T: Decode<'r, Postgres>>(value: PgValueRef<'r>) -> Decoded<T> {
    T::decode(value).map_err(|e| CellError::new(e.to_string()))
}

/// The type of what is stored, below its domains.
fn type_of(value: &PgValueRef<'_>, wanted: &str) -> Decoded<PgTypeInfo> {
    if value.is_null() {
        return Err(CellError::new(format!(
            "the value is NULL, not {wanted}; make the type an `Option`"
        )));
    }
    let mut ty = value.type_info().into_owned();
    while let PgTypeKind::Domain(base) = ty.kind() {
        ty = base.clone();
    }
    Ok(ty)
}

fn not<T>(wanted: &str, ty: &PgTypeInfo) -> Decoded<T> {
    Err(CellError::new(format!(
        "the value is {}, not {wanted}",
        ty.name()
    )))
}

fn number(value: PgValueRef<'_>, wanted: &str) -> Decoded<f64> {
    let ty = type_of(&value, wanted)?;
    match ty.name() {
        "FLOAT8" => read(value),
        "FLOAT4" => Ok(f64::from(read::<f32>(value)?)),
        "INT2" | "INT4" | "INT8" | "NUMERIC" => {
            let number = value.decimal()?.to_string();
            number
                .parse()
                .map_err(|e| CellError::new(format!("{number} is no number: {e}")))
        }
        _ => not(wanted, &ty),
    }
}

impl<'r> Read<'r> for PgValueRef<'r> {
    fn bool(self) -> Decoded<bool> {
        let ty = type_of(&self, "a boolean")?;
        match ty.name() {
            "BOOL" => read(self),
            _ => not("a boolean", &ty),
        }
    }

    fn i64(self) -> Decoded<i64> {
        let ty = type_of(&self, "an integer")?;
        match ty.name() {
            "INT8" => read(self),
            "INT4" => Ok(read::<i32>(self)?.into()),
            "INT2" => Ok(read::<i16>(self)?.into()),
            // What a sum of integers is.
            "NUMERIC" => {
                let number = read::<Decimal>(self)?;
                match number.to_i64() {
                    Some(whole) if number.fract().is_zero() => Ok(whole),
                    _ => Err(CellError::new(format!("{number} is no 64-bit integer"))),
                }
            }
            _ => not("an integer", &ty),
        }
    }

    fn f32(self) -> Decoded<f32> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the type that was asked for"
        )]
        number(self, "a number").map(|number| number as f32)
    }

    fn f64(self) -> Decoded<f64> {
        number(self, "a number")
    }

    fn text(self) -> Decoded<&'r str> {
        let ty = type_of(&self, "text")?;
        if !is_text(&ty) {
            return not("text", &ty);
        }
        self.as_str().map_err(|e| CellError::new(e.to_string()))
    }

    fn bytes(self) -> Decoded<&'r [u8]> {
        let ty = type_of(&self, "bytes")?;
        match ty.name() {
            "BYTEA" => read(self),
            _ if is_text(&ty) => self.as_bytes().map_err(|e| CellError::new(e.to_string())),
            _ => not("bytes", &ty),
        }
    }

    fn decimal(self) -> Decoded<Decimal> {
        let ty = type_of(&self, "a decimal")?;
        match ty.name() {
            "NUMERIC" => read(self),
            "INT2" | "INT4" | "INT8" => Ok(self.i64()?.into()),
            _ => not("a decimal", &ty),
        }
    }

    fn uuid(self) -> Decoded<Uuid> {
        let ty = type_of(&self, "a UUID")?;
        match ty.name() {
            "UUID" => read(self),
            "BYTEA" => Uuid::from_slice(read(self)?).map_err(|e| CellError::new(e.to_string())),
            _ if is_text(&ty) => {
                let text = self.text()?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no UUID: {e}")))
            }
            _ => not("a UUID", &ty),
        }
    }

    fn datetime(self) -> Decoded<DateTime<Utc>> {
        let ty = type_of(&self, "a date and time")?;
        match ty.name() {
            "TIMESTAMPTZ" => read(self),
            "TIMESTAMP" => Ok(read::<NaiveDateTime>(self)?.and_utc()),
            _ => not("a date and time", &ty),
        }
    }

    fn naive_datetime(self) -> Decoded<NaiveDateTime> {
        let ty = type_of(&self, "a date and time")?;
        match ty.name() {
            "TIMESTAMP" => read(self),
            "TIMESTAMPTZ" => Ok(read::<DateTime<Utc>>(self)?.naive_utc()),
            _ => not("a date and time", &ty),
        }
    }

    fn date(self) -> Decoded<NaiveDate> {
        let ty = type_of(&self, "a date")?;
        match ty.name() {
            "DATE" => read(self),
            _ => not("a date", &ty),
        }
    }

    fn time(self) -> Decoded<NaiveTime> {
        let ty = type_of(&self, "a time of day")?;
        match ty.name() {
            "TIME" => read(self),
            _ => not("a time of day", &ty),
        }
    }

    fn json(self) -> Decoded<serde_json::Value> {
        let ty = type_of(&self, "JSON")?;
        match ty.name() {
            "JSON" | "JSONB" => read(self),
            _ => not("JSON", &ty),
        }
    }
}
