//! What the code written by the derives calls.

use std::fmt::Display;

use testudo_sql::schema::ColumnType;

use crate::row::CellError;
use crate::{DbEnum, Error, KeyValues, PrimaryKey};

/// The type of a text column whose field has `max_length`. Evaluated by the compiler.
///
/// # Panics
/// When the field is no text, which its type may hide behind an alias.
#[must_use]
pub const fn text_of_length(ty: ColumnType, length: u32) -> ColumnType {
    match ty {
        ColumnType::Text => ColumnType::VarChar(length),
        _ => panic!("`max_length` fits a field of type `String` only"),
    }
}

/// The type of a decimal column whose field has `max_digits` and `decimal_places`. Evaluated by the compiler.
///
/// # Panics
/// When the field is no decimal, which its type may hide behind an alias.
#[must_use]
pub const fn decimal_of_digits(ty: ColumnType, precision: u8, scale: u8) -> ColumnType {
    match ty {
        ColumnType::Decimal { .. } => ColumnType::Decimal { precision, scale },
        _ => panic!("`max_digits` and `decimal_places` fit a field of type `Decimal` only"),
    }
}

/// The values by which other rows know a row; none as long as the server has yet to number it.
pub fn owner<K: PrimaryKey>(key: &K, generated: bool) -> KeyValues {
    if generated && key.is_unassigned() {
        KeyValues::default()
    } else {
        KeyValues::of(key)
    }
}

/// The error for the fields of a builder that are missing (`true`).
#[must_use]
pub fn missing_fields(model: &'static str, fields: &[(bool, &'static str)]) -> Error {
    let missing = fields
        .iter()
        .filter(|(missing, _)| *missing)
        .map(|(_, name)| *name);
    Error::missing_fields_of(model, missing.collect())
}

/// What a conversion from the database gave, or why it gave nothing.
///
/// # Errors
/// When the conversion failed.
pub fn converted<T>(result: Result<T, impl Display>) -> Result<T, CellError> {
    result.map_err(|error| CellError::new(error.to_string()))
}

/// The error for a text that is no variant of an enum.
#[must_use]
pub fn unknown_variant<T: DbEnum>(name: &str, text: &str) -> CellError {
    CellError::new(format!(
        "`{text}` is no `{name}`; known are `{}`",
        T::VARIANTS.join("`, `")
    ))
}
