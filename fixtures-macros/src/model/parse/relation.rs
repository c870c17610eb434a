//! Reads a field that is a relation.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Expr, Type};

use super::super::{Between, Column, Kind, ManyToMany, Reference, Reverse, ReverseSide};
use super::constraints::Constraints;
use super::field::Context;
use super::field_type::{argument_of, base_name};
use super::{Owner, shown, unraw};
use crate::attributes::{Entry, Given};
use crate::diagnostics::{Diagnostics, suggestion};
use crate::names;

/// What `on_delete` may be.
const ON_DELETE: &[&str] = &["Cascade", "Restrict", "SetNull", "SetDefault", "NoAction"];

impl Context<'_> {
    /// Where a foreign key or one-to-one relation points to.
    pub(super) fn reference(
        &self,
        target: Type,
        nullable: bool,
        one_to_one: bool,
        constraints: &mut Constraints,
        diagnostics: &mut Diagnostics,
    ) -> Reference {
        let named = self.names("references", "references(order_id, position)", diagnostics);
        let mut reference = Reference {
            columns: self.reference_columns(&named, constraints, diagnostics),
            named,
            target,
            handle: argument_of(self.ty, "Option").unwrap_or(self.ty).clone(),
            nullable,
            one_to_one,
            on_delete: self.on_delete(nullable, diagnostics),
            related_name: self.attributes.text("related_name", diagnostics),
            default: self.default(diagnostics),
        };
        if reference.on_delete == "SetDefault" && reference.default.is_none() {
            let message = "`SetDefault` needs a default to set";
            let help = "add `default = ` and the primary key of a row";
            diagnostics.error(&reference.on_delete, message, help);
        }
        let positions = || reference.columns.iter().map(|column| column.position);
        if self.attributes.flag("index", false, diagnostics) {
            constraints.add_index(positions().collect(), false);
        }
        if self.attributes.flag("primary_key", false, diagnostics) {
            positions().for_each(|position| constraints.add_primary_key(position));
            if nullable {
                let message = "a primary key cannot be NULL";
                diagnostics.error(self.ty, message, "remove the `Option`");
                constraints.refuse_primary_key();
            }
        }
        if one_to_one || self.attributes.flag("unique", false, diagnostics) {
            match reference.columns.as_mut_slice() {
                [column] => column.unique = true,
                columns => {
                    let positions = columns.iter().map(|column| column.position);
                    constraints.add_index(positions.collect(), true);
                }
            }
        }
        reference
    }

    /// The names that a setting lists, as identifiers.
    pub(super) fn names(
        &self,
        setting: &str,
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Ident> {
        let Some(entry) = self.attributes.get(setting) else {
            return Vec::new();
        };
        let items = match &entry.value {
            Given::List(items) if !items.is_empty() => items.as_slice(),
            _ => {
                let help = format!("write `{example}`");
                diagnostics.error(&entry.name, format!("`{setting}` needs names"), help);
                &[]
            }
        };
        let name = |item: &Expr| match item {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        };
        if let Some(item) = items.iter().find(|item| name(item).is_none()) {
            diagnostics.error(item, "expected a name", format!("write `{example}`"));
        }
        items.iter().filter_map(name).collect()
    }

    /// One column for each that is referred to: `line_order_id`; `user_id` where none is named.
    fn reference_columns(
        &self,
        named: &[Ident],
        constraints: &mut Constraints,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Column> {
        let mut column = |suffix: &str| {
            let accessor = format!("{}_{suffix}", unraw(self.ident));
            let accessor = format_ident!("{accessor}", span = self.ident.span());
            Column::new(constraints.next_position(), accessor)
        };
        let mut columns = match named {
            [] => vec![column("id")],
            named => named.iter().map(|name| column(&unraw(name))).collect(),
        };
        if let [column] = columns.as_mut_slice() {
            column.name = self.column_name(std::mem::take(&mut column.name), diagnostics);
        } else if let Some(entry) = self.attributes.get("column") {
            let texts = entry.texts();
            if texts.len() == columns.len() {
                for (column, text) in columns.iter_mut().zip(texts) {
                    column.name = text.value();
                }
            } else {
                let message = format!("this foreign key has {} columns", columns.len());
                let help = "name each of them: `column(\"first\", \"second\")`";
                diagnostics.error(&entry.name, message, help);
            }
        }
        columns
    }

    /// What happens to the row when the one that it points to is deleted; it goes too, as in Tortoise.
    fn on_delete(&self, nullable: bool, diagnostics: &mut Diagnostics) -> Ident {
        let cascade = format_ident!("Cascade");
        let Some(expr) = self.attributes.expr("on_delete", diagnostics) else {
            return cascade;
        };
        // `Cascade` and `OnDelete::Cascade` are the same.
        let name = match &expr {
            Expr::Path(path) => path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.clone()),
            _ => None,
        };
        match name {
            Some(name) if name == "SetNull" && !nullable => {
                let message = "`SetNull` needs a foreign key that may be NULL";
                let help = format!(
                    "make the type `Option<{}>`, or choose another `on_delete`",
                    shown(self.ty)
                );
                diagnostics.error(&expr, message, help);
                name
            }
            Some(name) if ON_DELETE.contains(&name.to_string().as_str()) => name,
            _ => {
                let message = format!("`{}` is not an `on_delete`", shown(&expr));
                diagnostics.error(&expr, message, suggestion(&shown(&expr), ON_DELETE));
                cascade
            }
        }
    }

    /// A many-to-many relation, or the other side of one.
    pub(super) fn many_to_many(
        &self,
        target: Type,
        owner: Owner<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Kind {
        let related_name = self.attributes.text("related_name", diagnostics);
        if self.attributes.flag("reverse", false, diagnostics) {
            for name in ["related_name", "through", "through_fields"] {
                if let Some(entry) = self.attributes.get(name) {
                    let message =
                        format!("`{name}` belongs to the other side of a many-to-many relation");
                    diagnostics.error(
                        &entry.name,
                        message,
                        "set it on the field without `reverse` in the other model",
                    );
                }
            }
            return Kind::Reverse(Reverse {
                target,
                side: ReverseSide::ManyToMany,
            });
        }
        Kind::ManyToMany(ManyToMany {
            between: self.between(&target, owner, diagnostics),
            target,
            related_name,
        })
    }

    fn between(&self, target: &Type, owner: Owner<'_>, diagnostics: &mut Diagnostics) -> Between {
        let near = names::snake_case(&unraw(owner.ident));
        let far = names::snake_case(&base_name(target).unwrap_or_default());
        let through = self.attributes.get("through");
        let named = self.names("through_fields", "through_fields(user, group)", diagnostics);
        if let Some(path) = through.and_then(Entry::path) {
            let (near, far) = match named.as_slice() {
                [near, far] => (unraw(near), unraw(far)),
                [] if near != far => (near, far),
                _ => {
                    let message = "the model in between has two foreign keys: name both";
                    let help = "add `through_fields(from, to)`: the one to this model first";
                    diagnostics.error(path, message, help);
                    (near, far)
                }
            };
            let path = path.clone();
            return Between::Model { path, near, far };
        }
        if let (false, Some(entry)) = (named.is_empty(), self.attributes.get("through_fields")) {
            let message = "`through_fields` names the foreign keys of a model in between";
            diagnostics.error(
                &entry.name,
                message,
                "name that model: `through = Membership`",
            );
        }
        let (near, far) = if near == far {
            (format!("from_{near}_id"), format!("to_{far}_id"))
        } else {
            (format!("{near}_id"), format!("{far}_id"))
        };
        let name = through.and_then(|_| self.attributes.text("through", diagnostics));
        let default = || format!("{}_{}", owner.table, unraw(self.ident));
        let name = name.map_or_else(default, |name| name.value());
        Between::Table { name, near, far }
    }
}
