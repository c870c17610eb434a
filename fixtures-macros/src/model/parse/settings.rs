//! The settings of `#[field(...)]`, and which kind of field each one fits.

use syn::Type;

use super::field_type::Shape;
use super::shown;
use crate::attributes::Attributes;
use crate::diagnostics::{Diagnostics, listed};

const PLAIN: &[&str] = &[
    "primary_key",
    "generated",
    "unique",
    "index",
    "max_length",
    "max_digits",
    "decimal_places",
    "default",
    "auto_now",
    "auto_now_add",
    "column",
    "version",
    "validate",
    "min",
    "max",
    "min_length",
    "pattern",
    "email",
    "choices",
];
const FOREIGN_KEY: &[&str] = &[
    "primary_key",
    "references",
    "related_name",
    "on_delete",
    "unique",
    "index",
    "default",
    "column",
];
const ONE_TO_ONE: &[&str] = &[
    "primary_key",
    "references",
    "related_name",
    "on_delete",
    "default",
    "column",
];
const MANY_TO_MANY: &[&str] = &["related_name", "through", "through_fields", "reverse"];
const REVERSE: &[&str] = &[];

/// All of them, for the nearest name to a misspelt one.
pub(super) const ALL: &[&str] = &[
    "primary_key",
    "unique",
    "index",
    "max_length",
    "max_digits",
    "decimal_places",
    "default",
    "auto_now",
    "auto_now_add",
    "column",
    "generated",
    "references",
    "related_name",
    "on_delete",
    "through",
    "through_fields",
    "reverse",
    "flatten",
    "version",
    "validate",
    "min",
    "max",
    "min_length",
    "pattern",
    "email",
    "choices",
];

/// Reports the settings that do not fit the kind of field.
pub(super) fn refuse_misfits(
    attributes: &Attributes,
    shape: &Shape,
    ty: &Type,
    diagnostics: &mut Diagnostics,
) {
    let fitting = match shape {
        Shape::Plain => PLAIN,
        Shape::ForeignKey {
            one_to_one: false, ..
        } => FOREIGN_KEY,
        Shape::ForeignKey {
            one_to_one: true, ..
        } => ONE_TO_ONE,
        Shape::Reverse { .. } => REVERSE,
        Shape::ManyToMany { .. } => MANY_TO_MANY,
    };
    for entry in attributes.iter() {
        let name = entry.name.to_string();
        if fitting.contains(&name.as_str()) {
            continue;
        }
        let message = format!("`{name}` does not fit a field of type `{}`", shown(ty));
        diagnostics.error(&entry.name, message, help(&name, shape, fitting));
    }
}

fn help(name: &str, shape: &Shape, fitting: &[&str]) -> String {
    match (name, shape) {
        ("primary_key", _) => "a primary key is a field with a column".to_owned(),
        (
            "unique",
            Shape::ForeignKey {
                one_to_one: true, ..
            },
        ) => "remove it; a one-to-one relation is unique by itself".to_owned(),
        ("on_delete" | "related_name" | "references", Shape::Plain) => {
            format!("`{name}` belongs to a field of type `ForeignKey<...>` or `OneToOne<...>`")
        }
        ("on_delete" | "related_name" | "column" | "unique", Shape::Reverse { .. }) => {
            "set it on the foreign key in the other model; this field has no column".to_owned()
        }
        ("through" | "through_fields" | "reverse", _) => {
            format!("`{name}` belongs to a field of type `ManyToMany<...>`")
        }
        ("flatten", _) => {
            "`flatten` belongs to a field whose type is a struct with #[derive(ModelFields)]"
                .to_owned()
        }
        _ if fitting.is_empty() => format!("remove it; {} takes no settings", shape.in_words()),
        _ => format!("{} takes {}", shape.in_words(), listed(fitting)),
    }
}
