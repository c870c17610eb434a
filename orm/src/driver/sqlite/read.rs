//! SQLite's cells as Rust values. The stored class is checked: SQLite itself would turn the text
//! `abc` into the integer 0.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use sqlx::sqlite::SqliteValueRef;
use sqlx::{Decode, Sqlite, TypeInfo, ValueRef};
use uuid::Uuid;

use crate::driver::Read;
use crate::row::CellError;

type Decoded<T> = Result<T, CellError>;

#[derive(PartialEq, Clone, Copy)]
enum Class {
    Integer,
    Real,
    Text,
    Blob,
}

fn class(value: &SqliteValueRef<'_>, wanted: &str) -> Decoded<Class> {
    match value.type_info().name() {
        "INTEGER" => Ok(Class::Integer),
        "REAL" => Ok(Class::Real),
        "TEXT" => Ok(Class::Text),
        "BLOB" => Ok(Class::Blob),
        "NULL" => Err(CellError::new(format!(
            "the value is NULL, not {wanted}; make the type an `Option`"
        ))),
        other => Err(CellError::new(format!(
            "the value is of class {other}, not {wanted}"
        ))),
    }
}

fn expect(value: &SqliteValueRef<'_>, wanted: &str, classes: &[Class]) -> Decoded<Class> {
    let class = class(value, wanted)?;
    if classes.contains(&class) {
        return Ok(class);
    }
    let found = value.type_info().name().to_owned();
    Err(CellError::new(format!(
        "the value is {found}, not {wanted}"
    )))
}

fn read<'r, T: Decode<'r, Sqlite>>(value: SqliteValueRef<'r>) -> Decoded<T> {
    T::decode(value).map_err(|e| CellError::new(e.to_string()))
}

/// The form in which this crate writes times, `2024-01-31T12:00:00.000000`, without a general parser.
fn stored(text: &str) -> Option<NaiveDateTime> {
    let text: &[u8; 26] = text.as_bytes().try_into().ok()?;
    let marks = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
    ];
    if marks.iter().any(|&(at, mark)| text[at] != mark) {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| match digit {
            b'0'..=b'9' => Some(10 * number + u32::from(digit - b'0')),
            _ => None,
        })
    };
    let year = i32::try_from(number(&text[..4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&text[5..7])?, number(&text[8..10])?)?;
    date.and_hms_micro_opt(
        number(&text[11..13])?,
        number(&text[14..16])?,
        number(&text[17..19])?,
        number(&text[20..])?,
    )
}

/// The text of a date or time: RFC 3339, or SQL's form with a blank, as `CURRENT_TIMESTAMP` is.
fn naive(text: &str) -> Option<NaiveDateTime> {
    let text = text
        .strip_suffix('Z')
        .or(text.strip_suffix("+00:00"))
        .unwrap_or(text);
    if let Some(time) = stored(text) {
        return Some(time);
    }
    [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

impl<'r> Read<'r> for SqliteValueRef<'r> {
    fn bool(self) -> Decoded<bool> {
        expect(&self, "a boolean", &[Class::Integer])?;
        read(self)
    }

    fn i64(self) -> Decoded<i64> {
        expect(&self, "an integer", &[Class::Integer])?;
        read(self)
    }

    fn f32(self) -> Decoded<f32> {
        expect(&self, "a number", &[Class::Integer, Class::Real])?;
        read(self)
    }

    fn f64(self) -> Decoded<f64> {
        expect(&self, "a number", &[Class::Integer, Class::Real])?;
        read(self)
    }

    fn text(self) -> Decoded<&'r str> {
        expect(&self, "text", &[Class::Text])?;
        read(self)
    }

    fn bytes(self) -> Decoded<&'r [u8]> {
        expect(&self, "bytes", &[Class::Blob, Class::Text])?;
        read(self)
    }

    fn decimal(self) -> Decoded<Decimal> {
        let wanted = "a decimal";
        match expect(&self, wanted, &[Class::Integer, Class::Real, Class::Text])? {
            Class::Integer => Ok(Decimal::from(read::<i64>(self)?)),
            // Fifteen digits: what a double keeps of a decimal. The noise of sums lies behind them.
            Class::Real => {
                let number = format!("{:.14e}", read::<f64>(self)?);
                Decimal::from_scientific(&number)
                    .map(|d| d.normalize())
                    .map_err(|e| CellError::new(format!("{number} is no decimal: {e}")))
            }
            Class::Text | Class::Blob => {
                let text: &str = read(self)?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no decimal: {e}")))
            }
        }
    }

    fn uuid(self) -> Decoded<Uuid> {
        match expect(&self, "a UUID", &[Class::Blob, Class::Text])? {
            Class::Text => {
                let text: &str = read(self)?;
                text.parse()
                    .map_err(|e| CellError::new(format!("`{text}` is no UUID: {e}")))
            }
            _ => Uuid::from_slice(read(self)?).map_err(|e| CellError::new(e.to_string())),
        }
    }

    fn datetime(self) -> Decoded<DateTime<Utc>> {
        let text = self.text()?;
        if let Some(time) = naive(text) {
            return Ok(time.and_utc());
        }
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .map_err(|e| CellError::new(format!("`{text}` is no date and time: {e}")))
    }

    fn naive_datetime(self) -> Decoded<NaiveDateTime> {
        let text = self.text()?;
        naive(text).ok_or_else(|| CellError::new(format!("`{text}` is no date and time")))
    }

    fn date(self) -> Decoded<NaiveDate> {
        let text = self.text()?;
        text.parse()
            .map_err(|e| CellError::new(format!("`{text}` is no date: {e}")))
    }

    fn time(self) -> Decoded<NaiveTime> {
        let text = self.text()?;
        text.parse()
            .map_err(|e| CellError::new(format!("`{text}` is no time of day: {e}")))
    }

    fn json(self) -> Decoded<serde_json::Value> {
        // A bare number or `true` in a JSON column is stored as itself.
        let text = match class(&self, "JSON")? {
            Class::Integer => return Ok(read::<i64>(self)?.into()),
            Class::Real => return Ok(read::<f64>(self)?.into()),
            Class::Text | Class::Blob => read::<&str>(self)?,
        };
        serde_json::from_str(text).map_err(|e| CellError::new(format!("`{text}` is no JSON: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_our_own_form_is_read_as_a_general_parser_reads_it() {
        for text in [
            "2024-01-31T12:34:56.000000",
            "2024-02-29T00:00:00.000001",
            "0001-01-01T23:59:59.999999",
            "9999-12-31T23:59:59.999999",
        ] {
            let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").unwrap();
            assert_eq!(stored(text), Some(parsed));
        }
    }

    #[test]
    fn what_is_not_in_our_own_form_is_left_to_the_general_parser() {
        for text in [
            "2024-02-30T00:00:00.000000",
            "2024-01-31 12:34:56.000000",
            "2024-01-31T12:34:60.000000",
            "2024-01-31T12:34:56.00000",
            "2024-01-31T12:34:5x.000000",
            "+024-01-31T12:34:56.000000",
            "",
        ] {
            assert_eq!(stored(text), None, "{text}");
        }
    }
}
