//! Reads what refines a column's type: the length of text, the digits of decimals.

use syn::LitInt;

use super::super::Refinement;
use super::field::Context;
use super::field_type::base_name;
use super::shown;
use crate::diagnostics::{Diagnostics, listed};

/// The most digits that a `Decimal` keeps.
const MAX_DIGITS: u8 = 28;

impl Context<'_> {
    /// What `max_length`, `max_digits` and `decimal_places` say of the column's type.
    pub(super) fn refinement(&self, diagnostics: &mut Diagnostics) -> Option<Refinement> {
        let base = base_name(self.ty).unwrap_or_default();
        let length = self.attributes.get("max_length");
        let digits = self
            .attributes
            .get("max_digits")
            .or_else(|| self.attributes.get("decimal_places"));
        if let Some(entry) = length
            && is_known_type(&base)
            && base != "String"
        {
            let message = format!(
                "`max_length` does not fit a field of type `{}`",
                shown(self.ty)
            );
            diagnostics.error(
                &entry.name,
                message,
                "only a `String` has a length; remove it, or change the type",
            );
            return None;
        }
        if let Some(entry) = digits
            && is_known_type(&base)
            && base != "Decimal"
        {
            let message = format!(
                "`{}` does not fit a field of type `{}`",
                entry.name,
                shown(self.ty)
            );
            diagnostics.error(
                &entry.name,
                message,
                "only a `Decimal` has digits; remove it, or change the type",
            );
            return None;
        }
        if digits.is_some() || base == "Decimal" {
            return self.digits(diagnostics);
        }
        let length = self.attributes.integer("max_length", diagnostics)?;
        match length.base10_parse::<u32>() {
            Ok(0) => diagnostics.error(
                &length,
                "`max_length` is zero",
                "give the number of characters",
            ),
            Ok(length) => return Some(Refinement::MaxLength(length)),
            Err(error) => diagnostics.add(error),
        }
        None
    }

    fn digits(&self, diagnostics: &mut Diagnostics) -> Option<Refinement> {
        let missing: Vec<&str> = ["max_digits", "decimal_places"]
            .into_iter()
            .filter(|name| self.attributes.get(name).is_none())
            .collect();
        if !missing.is_empty() {
            let message = format!("a `Decimal` needs {}", listed(&missing));
            let help =
                "write #[field(max_digits = 10, decimal_places = 2)] for amounts up to 99999999.99";
            diagnostics.error(self.ty, message, help);
        }
        let precision = self.attributes.integer("max_digits", diagnostics);
        let scale = self.attributes.integer("decimal_places", diagnostics);
        let (precision, scale) = (precision?, scale?);
        let number = |lit: &LitInt| lit.base10_parse::<u8>().unwrap_or(u8::MAX);
        let (digits, places) = (number(&precision), number(&scale));
        if digits == 0 || digits > MAX_DIGITS {
            let message = format!("`max_digits` is between 1 and {MAX_DIGITS}");
            diagnostics.error(&precision, message, "no more fit a `Decimal`");
        } else if places > digits {
            let message = format!("{places} decimal places do not fit {digits} digits");
            diagnostics.error(
                &scale,
                message,
                "`max_digits` counts all digits, those after the point too",
            );
        }
        Some(Refinement::Digits {
            precision: digits,
            scale: places,
        })
    }
}

/// Whether a name is that of a field type, so that an attribute can be refused at its place. What
/// another name stands for only the compiler knows.
pub(super) fn is_known_type(name: &str) -> bool {
    const KNOWN: &[&str] = &[
        "i16",
        "i32",
        "i64",
        "f32",
        "f64",
        "bool",
        "String",
        "Decimal",
        "Uuid",
        "DateTime",
        "NaiveDateTime",
        "NaiveDate",
        "NaiveTime",
        "Value",
        "Vec",
        "Duration",
    ];
    KNOWN.contains(&name)
}
