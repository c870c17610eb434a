//! Values as the bytes of the types that Postgres expects.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, PgTypeKind};
use sqlx::{Arguments, Postgres, Type, TypeInfo};
use testudo_sql::Value;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// The type to propose for a parameter that holds this value. None for NULL and text, which then
/// fit a column of an enum, of JSON, of `citext`.
pub(super) fn proposed(value: &Value) -> PgTypeInfo {
    match value {
        Value::Bool(_) => <bool as Type<Postgres>>::type_info(),
        Value::I16(_) => <i16 as Type<Postgres>>::type_info(),
        Value::I32(_) => <i32 as Type<Postgres>>::type_info(),
        Value::I64(_) => <i64 as Type<Postgres>>::type_info(),
        Value::F32(_) => <f32 as Type<Postgres>>::type_info(),
        Value::F64(_) => <f64 as Type<Postgres>>::type_info(),
        Value::Bytes(_) => <Vec<u8> as Type<Postgres>>::type_info(),
        Value::Decimal(_) => <Decimal as Type<Postgres>>::type_info(),
        Value::Uuid(_) => <uuid::Uuid as Type<Postgres>>::type_info(),
        Value::DateTime(_) => <DateTime<Utc> as Type<Postgres>>::type_info(),
        Value::NaiveDateTime(_) => <NaiveDateTime as Type<Postgres>>::type_info(),
        Value::Date(_) => <NaiveDate as Type<Postgres>>::type_info(),
        Value::Time(_) => <NaiveTime as Type<Postgres>>::type_info(),
        Value::Json(_) => <serde_json::Value as Type<Postgres>>::type_info(),
        Value::Array(values) => match values.first() {
            Some(Value::I16(_) | Value::I32(_) | Value::I64(_)) => {
                <Vec<i64> as Type<Postgres>>::type_info()
            }
            _ => unspecified(),
        },
        _ => unspecified(),
    }
}

/// The type that stands for none: the server infers it.
fn unspecified() -> PgTypeInfo {
    PgTypeInfo::with_oid(Oid(0))
}

/// The values, each as the type that the server expects in its place.
pub(super) fn arguments(
    binds: &[&Value],
    expected: &[PgTypeInfo],
) -> Result<PgArguments, BoxDynError> {
    if binds.len() != expected.len() {
        let (given, wanted) = (binds.len(), expected.len());
        return Err(format!(
            "the statement has {wanted} placeholders, and {given} values were given"
        )
        .into());
    }
    let mut arguments = PgArguments::default();
    Arguments::reserve(&mut arguments, binds.len(), 8 * binds.len());
    for (&value, ty) in binds.iter().zip(expected) {
        arguments.add(Typed { value, ty })?;
    }
    Ok(arguments)
}

struct Typed<'v> {
    value: &'v Value,
    ty: &'v PgTypeInfo,
}

impl Type<Postgres> for Typed<'_> {
    fn type_info() -> PgTypeInfo {
        unspecified()
    }
}

impl<'q> Encode<'q, Postgres> for Typed<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let mut ty = self.ty;
        while let PgTypeKind::Domain(base) = ty.kind() {
            ty = base;
        }
        let misfit = |what: &str| -> BoxDynError {
            format!(
                "{what} does not fit the type {} that the server expects; write a CAST around the \
                 placeholder",
                ty.name()
            )
            .into()
        };
        match self.value {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(v) => match ty.name() {
                "BOOL" => write(v, buffer),
                _ => Err(misfit("a boolean")),
            },
            Value::I16(v) => integer(i64::from(*v), ty, buffer, misfit),
            Value::I32(v) => integer(i64::from(*v), ty, buffer, misfit),
            Value::I64(v) => integer(*v, ty, buffer, misfit),
            Value::F32(v) => match ty.name() {
                "FLOAT4" => write(v, buffer),
                // By text, so that 0.1 stays 0.1.
                "NUMERIC" => write(&decimal(v)?, buffer),
                _ => float(f64::from(*v), ty, buffer, misfit),
            },
            Value::F64(v) => float(*v, ty, buffer, misfit),
            Value::Text(v) => text(v, ty, buffer, misfit),
            Value::Bytes(v) => match ty.name() {
                "BYTEA" => write(v, buffer),
                _ => Err(misfit("a value of bytes")),
            },
            Value::Decimal(v) => match ty.name() {
                "NUMERIC" => write(v, buffer),
                "FLOAT4" | "FLOAT8" => float(v.to_string().parse()?, ty, buffer, misfit),
                _ => match v.to_i64() {
                    Some(whole) if v.fract().is_zero() => integer(whole, ty, buffer, misfit),
                    _ => Err(misfit(&v.to_string())),
                },
            },
            Value::Uuid(v) => match ty.name() {
                "UUID" => write(v, buffer),
                "BYTEA" => write(&v.as_bytes().as_slice(), buffer),
                _ => text(&v.to_string(), ty, buffer, misfit),
            },
            Value::DateTime(v) => match ty.name() {
                "TIMESTAMPTZ" => write(v, buffer),
                "TIMESTAMP" => write(&v.naive_utc(), buffer),
                _ => Err(misfit("a point in time")),
            },
            Value::NaiveDateTime(v) => match ty.name() {
                "TIMESTAMP" => write(v, buffer),
                "TIMESTAMPTZ" => write(&v.and_utc(), buffer),
                _ => Err(misfit("a date and time")),
            },
            Value::Date(v) => match ty.name() {
                "DATE" => write(v, buffer),
                "TIMESTAMP" => write(&v.and_time(NaiveTime::MIN), buffer),
                "TIMESTAMPTZ" => write(&v.and_time(NaiveTime::MIN).and_utc(), buffer),
                _ => Err(misfit("a date")),
            },
            Value::Time(v) => match ty.name() {
                "TIME" => write(v, buffer),
                _ => Err(misfit("a time of day")),
            },
            Value::Json(v) => text(&v.to_string(), ty, buffer, misfit),
            Value::Array(values) => match ty.kind() {
                PgTypeKind::Array(item) => array(values, item, buffer),
                _ => Err(misfit("an array")),
            },
            other => Err(misfit(&format!("{other:?}"))),
        }
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.ty.clone())
    }
}

fn write<'q, T: Encode<'q, Postgres>>(
    value: &T,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    value.encode_by_ref(buffer)
}

fn integer(
    value: i64,
    ty: &PgTypeInfo,
    buffer: &mut PgArgumentBuffer,
    misfit: impl Fn(&str) -> BoxDynError,
) -> Result<IsNull, BoxDynError> {
    let out_of_range = |_| misfit(&value.to_string());
    match ty.name() {
        "INT8" => write(&value, buffer),
        "INT4" => write(&i32::try_from(value).map_err(out_of_range)?, buffer),
        "INT2" => write(&i16::try_from(value).map_err(out_of_range)?, buffer),
        "OID" => write(&Oid(u32::try_from(value).map_err(out_of_range)?), buffer),
        "NUMERIC" => write(&Decimal::from(value), buffer),
        // Beyond 53 bits the nearest float, as the server itself would make it.
        "FLOAT4" | "FLOAT8" => float(value.to_string().parse()?, ty, buffer, misfit),
        _ => Err(misfit("an integer")),
    }
}

fn float(
    value: f64,
    ty: &PgTypeInfo,
    buffer: &mut PgArgumentBuffer,
    misfit: impl Fn(&str) -> BoxDynError,
) -> Result<IsNull, BoxDynError> {
    match ty.name() {
        "FLOAT8" => write(&value, buffer),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the nearest, as the server makes it"
        )]
        "FLOAT4" => write(&(value as f32), buffer),
        "NUMERIC" => write(&decimal(&value)?, buffer),
        _ => Err(misfit("a number")),
    }
}

/// The decimal that a float is written as.
fn decimal(float: &impl ToString) -> Result<Decimal, BoxDynError> {
    let number = float.to_string();
    number
        .parse()
        .map_err(|e| format!("{number} is no decimal: {e}").into())
}

fn text(
    value: &str,
    ty: &PgTypeInfo,
    buffer: &mut PgArgumentBuffer,
    misfit: impl Fn(&str) -> BoxDynError,
) -> Result<IsNull, BoxDynError> {
    match ty.name() {
        "JSONB" => {
            // The version of the format.
            buffer.push(1);
        }
        "UUID" => return write(&value.parse::<uuid::Uuid>()?, buffer),
        _ if is_text(ty) => {}
        "JSON" => {}
        _ => return Err(misfit("a text")),
    }
    buffer.extend_from_slice(value.as_bytes());
    Ok(IsNull::No)
}

/// An array of one dimension, as the protocol lays it out. NULLs, which the compiler tests for beside
/// the list, are left out.
fn array(
    values: &[Value],
    ty: &PgTypeInfo,
    buffer: &mut PgArgumentBuffer,
) -> Result<IsNull, BoxDynError> {
    let oid = ty.oid().ok_or_else(|| {
        format!(
            "the server did not tell the number of the type {}",
            ty.name()
        )
    })?;
    let values = || values.iter().filter(|value| !value.is_null());
    for word in [1, 0] {
        buffer.extend_from_slice(&i32::to_be_bytes(word));
    }
    buffer.extend_from_slice(&oid.0.to_be_bytes());
    for word in [i32::try_from(values().count())?, 1] {
        buffer.extend_from_slice(&word.to_be_bytes());
    }
    for value in values() {
        let start = buffer.len();
        buffer.extend_from_slice(&[0; 4]);
        let _ = Typed { value, ty }.encode_by_ref(buffer)?;
        let length = i32::try_from(buffer.len() - start - 4)?;
        buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(IsNull::No)
}

/// Whether the type travels as plain text.
pub(super) fn is_text(ty: &PgTypeInfo) -> bool {
    match ty.kind() {
        PgTypeKind::Enum(_) => true,
        PgTypeKind::Domain(base) => is_text(base),
        _ => {
            let name = ty.name();
            matches!(name, "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN")
                || name.eq_ignore_ascii_case("citext")
        }
    }
}
