//! Primary key, indexes and default order: what concerns several fields.

use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit};

use super::super::{Field, Index, Ordering};
use super::unraw;
use crate::attributes::{Attributes, Given};
use crate::diagnostics::{Diagnostics, suggestion};

/// The most columns that a primary key has: as many as `PrimaryKey` is implemented for.
const MAX_KEY: usize = 6;

/// Gathered while the fields are read.
#[derive(Default)]
pub(super) struct Constraints {
    columns: usize,
    primary_key: Vec<usize>,
    /// Where a field of the primary key says that the server numbers it.
    numbered: Option<Ident>,
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

    /// A column of the primary key.
    pub(super) fn add_primary_key(&mut self, position: usize) {
        self.primary_key.push(position);
    }

    /// The setting `generated` of a field of the primary key.
    pub(super) fn add_numbered(&mut self, setting: &Ident) {
        self.numbered = Some(setting.clone());
    }

    /// The field that is meant to be the primary key cannot be it, as was reported.
    pub(super) fn refuse_primary_key(&mut self) {
        self.primary_key_refused = true;
    }

    /// An index over the columns of one field.
    pub(super) fn add_index(&mut self, positions: Vec<usize>, unique: bool) {
        self.indexes.push(Index { positions, unique });
    }

    /// The positions of the primary key.
    pub(super) fn primary_key(
        &self,
        model: &Ident,
        fields: &[Field],
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<usize>> {
        match self.primary_key.as_slice() {
            _ if self.primary_key_refused => None,
            [] => {
                let help = if fields.iter().any(|field| field.name() == "id") {
                    "mark the field that identifies a row: #[field(primary_key)] id"
                } else {
                    "add `#[field(primary_key)] id: i64`, which the database numbers"
                };
                diagnostics.error(model, format!("`{model}` has no primary key"), help);
                None
            }
            key if key.len() > MAX_KEY => {
                let message = format!("the primary key of `{model}` has {} columns", key.len());
                let help = format!(
                    "at most {MAX_KEY} make a key; give the table a key of its own, and make these \
                     #[model(unique(..))]"
                );
                diagnostics.error(model, message, help);
                None
            }
            key => {
                if let (Some(setting), true) = (&self.numbered, key.len() > 1) {
                    let message = "a server numbers no column of a composite primary key";
                    let help = "remove `generated`; give each row its key yourself";
                    diagnostics.error(setting, message, help);
                }
                Some(key.to_vec())
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
                let mut positions: Vec<usize> = Vec::new();
                for item in items {
                    let named = self.named(item, fields, diagnostics);
                    if named.iter().any(|position| positions.contains(position)) {
                        diagnostics.error(item, "this field is named twice", "remove one of them");
                    }
                    positions.extend(named);
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
        let positions = positions(name, fields);
        if positions.is_empty() {
            unknown(item, name, fields, diagnostics);
        }
        let descending = value.starts_with('-');
        self.ordering
            .extend(positions.into_iter().map(|position| Ordering {
                position,
                descending,
            }));
    }

    fn named(&self, item: &Expr, fields: &[Field], diagnostics: &mut Diagnostics) -> Vec<usize> {
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
            return Vec::new();
        };
        let positions = positions(&name, fields);
        if positions.is_empty() {
            unknown(item, &name, fields, diagnostics);
        }
        positions
    }
}

/// The positions of columns by their field (`user`), or of one by its name in queries (`user_id`).
fn positions(name: &str, fields: &[Field]) -> Vec<usize> {
    let columns = |field: &'_ Field| {
        let whole = field.name() == name;
        let named = field.kind.columns().iter();
        let named = named.filter(|column| whole || column.accessor == name);
        named.map(|column| column.position).collect::<Vec<_>>()
    };
    fields.iter().flat_map(columns).collect()
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
        .filter(|field| !field.kind.columns().is_empty())
        .map(Field::name)
        .collect();
    diagnostics.error(
        item,
        format!("there is no field `{name}`"),
        suggestion(name, &known),
    );
}
