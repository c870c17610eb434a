//! Primary key, indexes and default order: what concerns several fields.

use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit};

use super::super::{Field, Index, Kind, Ordering};
use super::unraw;
use crate::attributes::{Attributes, Given};
use crate::diagnostics::{Diagnostics, suggestion};

/// Gathered while the fields are read.
#[derive(Default)]
pub(super) struct Constraints {
    columns: usize,
    primary_keys: Vec<(Ident, usize)>,
    primary_key_refused: bool,
    pub(super) indexes: Vec<Index>,
    pub(super) ordering: Vec<Ordering>,
}

impl Constraints {
    /// The position of one more column.
    pub(super) fn next_position(&mut self) -> usize {
        self.columns += 1;
        self.columns - 1
    }

    pub(super) fn add_primary_key(&mut self, field: &Ident, position: usize) {
        self.primary_keys.push((field.clone(), position));
    }

    /// The field that is meant to be the primary key cannot be it, as was reported.
    pub(super) fn refuse_primary_key(&mut self) {
        self.primary_key_refused = true;
    }

    /// An index over one column.
    pub(super) fn add_index(&mut self, position: usize) {
        self.indexes.push(Index {
            positions: vec![position],
            unique: false,
        });
    }

    /// The position of the only primary key.
    pub(super) fn primary_key(
        &self,
        model: &Ident,
        fields: &[Field],
        diagnostics: &mut Diagnostics,
    ) -> Option<usize> {
        match self.primary_keys.as_slice() {
            _ if self.primary_key_refused => None,
            [(_, position)] => Some(*position),
            [] => {
                let help = if fields.iter().any(|field| field.name() == "id") {
                    "mark the field that identifies a row: #[field(primary_key)] id"
                } else {
                    "add `#[field(primary_key)] id: i64`, which the database numbers"
                };
                diagnostics.error(model, format!("`{model}` has no primary key"), help);
                None
            }
            [(first, position), rest @ ..] => {
                for (field, _) in rest {
                    let message =
                        format!("`{model}` has two primary keys, `{first}` and `{field}`");
                    let help = "keep one; several columns that are unique together are #[model(unique(a, b))]";
                    diagnostics.error(field, message, help);
                }
                Some(*position)
            }
        }
    }

    /// The entries of `#[model(...)]` that name fields.
    pub(super) fn read(
        &mut self,
        attributes: &Attributes,
        fields: &[Field],
        diagnostics: &mut Diagnostics,
    ) {
        for (name, unique) in [("index", false), ("unique", true)] {
            for entry in attributes.all(name) {
                let Given::List(items) = &entry.value else {
                    let help = format!("write `{name}(field, another)`");
                    diagnostics.error(
                        &entry.name,
                        format!("`{name}` needs the names of fields"),
                        help,
                    );
                    continue;
                };
                if items.is_empty() {
                    let help = format!("write `{name}(field, another)`");
                    diagnostics.error(&entry.name, format!("`{name}` names no field"), help);
                    continue;
                }
                let positions: Vec<usize> = items
                    .iter()
                    .filter_map(|item| self.named(item, fields, diagnostics))
                    .collect();
                for (i, item) in items
                    .iter()
                    .enumerate()
                    .filter(|_| positions.len() == items.len())
                {
                    if positions[..i].contains(&positions[i]) {
                        diagnostics.error(item, "this field is named twice", "remove one of them");
                    }
                }
                self.indexes.push(Index { positions, unique });
            }
        }
        if let Some(entry) = attributes.get("ordering") {
            match &entry.value {
                Given::List(items) if !items.is_empty() => {
                    for item in items {
                        self.order(item, fields, diagnostics);
                    }
                }
                _ => {
                    let message = "`ordering` needs the names of fields";
                    diagnostics.error(
                        &entry.name,
                        message,
                        "write `ordering(\"-created_at\", \"id\")`",
                    );
                }
            }
        }
    }

    fn order(&mut self, item: &Expr, fields: &[Field], diagnostics: &mut Diagnostics) {
        let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = item
        else {
            let help = "write a field's name as a string, with `-` before it for descending: \"-created_at\"";
            diagnostics.error(item, "an ordering is a string", help);
            return;
        };
        let value = text.value();
        let name = value.strip_prefix('-').unwrap_or(&value);
        if let Some(position) = position(name, fields) {
            self.ordering.push(Ordering {
                position,
                descending: value.starts_with('-'),
            });
        } else {
            unknown(item, name, fields, diagnostics);
        }
    }

    fn named(&self, item: &Expr, fields: &[Field], diagnostics: &mut Diagnostics) -> Option<usize> {
        let name = match item {
            Expr::Path(path) => path.path.get_ident().map(unraw),
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        };
        let Some(name) = name else {
            diagnostics.error(
                item,
                "expected the name of a field",
                "write `status, created_at`",
            );
            return None;
        };
        let position = position(&name, fields);
        if position.is_none() {
            unknown(item, &name, fields, diagnostics);
        }
        position
    }
}

/// The position of a column by its field (`user`) or by its name in queries (`user_id`).
fn position(name: &str, fields: &[Field]) -> Option<usize> {
    fields.iter().find_map(|field| match &field.kind {
        Kind::Column(column) if field.name() == name || column.accessor == name => {
            Some(column.position)
        }
        _ => None,
    })
}

fn unknown(item: &Expr, name: &str, fields: &[Field], diagnostics: &mut Diagnostics) {
    if fields.iter().any(|field| field.name() == name) {
        let message = format!("`{name}` has no column in this table");
        diagnostics.error(
            item,
            message,
            "name a field that has one: a plain field or a foreign key",
        );
        return;
    }
    let known: Vec<String> = fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Column(_)))
        .map(Field::name)
        .collect();
    diagnostics.error(
        item,
        format!("there is no field `{name}`"),
        suggestion(name, &known),
    );
}
