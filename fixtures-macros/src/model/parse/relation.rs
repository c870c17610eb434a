//! Reads a field that is a relation.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Expr, Type};

use super::super::{Column, Kind, ManyToMany, Reference, Reverse, ReverseSide};
use super::constraints::Constraints;
use super::field::Context;
use super::field_type::{argument_of, base_name};
use super::{Owner, shown, unraw};
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
        diagnostics: &mut Diagnostics,
    ) -> Reference {
        Reference {
            target,
            handle: argument_of(self.ty, "Option").unwrap_or(self.ty).clone(),
            nullable,
            one_to_one,
            on_delete: self.on_delete(nullable, diagnostics),
            related_name: self.attributes.text("related_name", diagnostics),
        }
    }

    /// The column of a foreign key or one-to-one relation.
    pub(super) fn foreign_key(
        &self,
        reference: Reference,
        constraints: &mut Constraints,
        diagnostics: &mut Diagnostics,
    ) -> Column {
        let name = format!("{}_id", unraw(self.ident));
        let accessor = format_ident!("{name}", span = self.ident.span());
        let mut column = self.column(accessor, name, constraints, diagnostics);
        column.unique = reference.one_to_one || self.attributes.flag("unique", false, diagnostics);
        if reference.on_delete == "SetDefault" && column.default.is_none() {
            let message = "`SetDefault` needs a default to set";
            diagnostics.error(
                &reference.on_delete,
                message,
                "add `default = ` and the primary key of a row",
            );
        }
        if self.attributes.get("primary_key").is_some() {
            constraints.refuse_primary_key();
        }
        column.reference = Some(reference);
        column
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
        let through = self.attributes.text("through", diagnostics);
        if self.attributes.flag("reverse", false, diagnostics) {
            for (name, text) in [("related_name", &related_name), ("through", &through)] {
                if let Some(text) = text {
                    let message =
                        format!("`{name}` belongs to the other side of a many-to-many relation");
                    diagnostics.error(
                        text,
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
        let near = names::snake_case(&unraw(owner.ident));
        let far = names::snake_case(&base_name(&target).unwrap_or_default());
        let (near, far) = if near == far {
            (format!("from_{near}_id"), format!("to_{far}_id"))
        } else {
            (format!("{near}_id"), format!("{far}_id"))
        };
        let default = || format!("{}_{}", owner.table, unraw(self.ident));
        let table = through.map_or_else(default, |name| name.value());
        Kind::ManyToMany(ManyToMany {
            target,
            table,
            near,
            far,
            related_name,
        })
    }
}
