//! MySQL's and MariaDB's cells as Rust values.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::mysql::MySqlValueRef;
use sqlx::{Decode, MySql, Type, TypeInfo, ValueRef};
use uuid::Uuid;

use crate::driver::Read;
use crate::row::CellError;

type Decoded<T> = Result<T, CellError>;

#[derive(PartialEq, Clone, Copy)]
enum Class {
    Integer,
    Unsigned,
    Float,
    Double,
    Decimal,
    Text,
    Bytes,
    DateTime,
    Date,
    Time,
    Json,
}

fn read<'r, T: Decode<'r, MySql>>(value: MySqlValueRef<'r>) -> Decoded<T> {
    T::decode(value).map_err(|e| CellError::new(e.to_string()))
}

fn class(value: &MySqlValueRef<'_>, wanted: &str) -> Decoded<Class> {
    if value.is_null() {
        return Err(CellError::new(format!(
            "the value is NULL, not {wanted}; make the type an `Option`"
        )));
    }
    let ty = value.type_info();
    match ty.name() {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Ok(Class::Integer),
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED"
        | "BIGINT UNSIGNED" | "YEAR" | "BIT" => Ok(Class::Unsigned),
        "FLOAT" => Ok(Class::Float),
        "DOUBLE" => Ok(Class::Double),
        "DECIMAL" => Ok(Class::Decimal),
        "DATETIME" | "TIMESTAMP" => Ok(Class::DateTime),
        "DATE" => Ok(Class::Date),
        "TIME" => Ok(Class::Time),
        "JSON" => Ok(Class::Json),
        // sqlx calls text of a binary collation, which ours is, VARBINARY or BLOB too.
        _ if <str as Type<MySql>>::compatible(&ty) => Ok(Class::Text),
        "SET" => Ok(Class::Text),
        _ if <[u8] as Type<MySql>>::compatible(&ty) => Ok(Class::Bytes),
        other => Err(CellError::new(format!(
            "the value is {other}, not {wanted}"
        ))),
    }
}

fn expect(value: &MySqlValueRef<'_>, wanted: &str, classes: &[Class]) -> Decoded<Class> {
    let class = class(value, wanted)?;
    if classes.contains(&class) {
        return Ok(class);
    }
    let ty = value.type_info();
    let found = match class {
        Class::Text => "text",
        _ => ty.name(),
    };
    Err(CellError::new(format!(
        "the value is {found}, not {wanted}"
    )))
}

impl<'r> Read<'r> for MySqlValueRef<'r> {
    fn bool(self) -> Decoded<bool> {
        // A condition in a list of columns is an INT there.
        expect(&self, "a boolean", &[Class::Integer, Class::Unsigned])?;
        Ok(self.i64()? != 0)
    }

    fn i64(self) -> Decoded<i64> {
        let classes = [Class::Integer, Class::Unsigned, Class::Decimal];
        match expect(&self, "an integer", &classes)? {
            Class::Unsigned => {
                let number: u64 = read(self)?;
                i64::try_from(number)
                    .map_err(|_| CellError::new(format!("{number} is no signed 64-bit integer")))
            }
            // What a sum of integers is.
            Class::Decimal => {
                let number: Decimal = read(self)?;
                match number.to_i64() {
                    Some(whole) if number.fract().is_zero() => Ok(whole),
                    _ => Err(CellError::new(format!("{number} is no 64-bit integer"))),
                }
            }
            _ => read(self),
        }
    }

    fn f32(self) -> Decoded<f32> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the type that was asked for"
        )]
        self.f64().map(|number| number as f32)
    }

    fn f64(self) -> Decoded<f64> {
        let wanted = "a number";
        let classes = [
            Class::Integer,
            Class::Unsigned,
            Class::Float,
            Class::Double,
            Class::Decimal,
        ];
        match expect(&self, wanted, &classes)? {
            Class::Double => read(self),
            Class::Float => Ok(f64::from(read::<f32>(self)?)),
            _ => {
                let number = self.decimal()?.to_string();
                number
                    .parse()
                    .map_err(|e| CellError::new(format!("{number} is no number: {e}")))
            }
        }
    }

    fn text(self) -> Decoded<&'r str> {
        expect(&self, "text", &[Class::Text])?;
        read(self)
    }

    fn bytes(self) -> Decoded<&'r [u8]> {
        expect(&self, "bytes", &[Class::Bytes, Class::Text])?;
        read(self)
    }

    fn decimal(self) -> Decoded<Decimal> {
        let classes = [Class::Decimal, Class::Integer, Class::Unsigned, Class::Text];
        match expect(&self, "a decimal", &classes)? {
            Class::Integer => Ok(read::<i64>(self)?.into()),
            Class::Unsigned => Ok(read::<u64>(self)?.into()),
            _ => read(self),
        }
    }

    fn uuid(self) -> Decoded<Uuid> {
        match expect(&self, "a UUID", &[Class::Bytes, Class::Text])? {
            Class::Text => {
                let text: &str = read(self)?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no UUID: {e}")))
            }
            _ => Uuid::from_slice(read(self)?).map_err(|e| CellError::new(e.to_string())),
        }
    }

    fn datetime(self) -> Decoded<DateTime<Utc>> {
        Ok(self.naive_datetime()?.and_utc())
    }

    fn naive_datetime(self) -> Decoded<NaiveDateTime> {
        expect(&self, "a date and time", &[Class::DateTime])?;
        read(self)
    }

    fn date(self) -> Decoded<NaiveDate> {
        expect(&self, "a date", &[Class::Date])?;
        read(self)
    }

    fn time(self) -> Decoded<NaiveTime> {
        expect(&self, "a time of day", &[Class::Time])?;
        read(self)
    }

    fn json(self) -> Decoded<serde_json::Value> {
        // MariaDB keeps JSON as text.
        expect(&self, "JSON", &[Class::Json, Class::Text])?;
        let text: &str = match <&str as Decode<MySql>>::decode(self) {
            Ok(text) => text,
            Err(e) => return Err(CellError::new(e.to_string())),
        };
        serde_json::from_str(text).map_err(|e| CellError::new(format!("`{text}` is no JSON: {e}")))
    }
}
