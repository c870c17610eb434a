//! Reads one field of the struct.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Attribute, Expr, LitInt, Type};

use super::super::{
    Clock, Column, Default, Field, Kind, ManyToMany, Reference, Refinement, Reverse, ReverseSide,
};
use super::constraints::Constraints;
use super::field_type::{Shape, argument_of, base_name, without_self};
use super::{default, settings, shown, unraw};
use crate::attributes::Attributes;
use crate::diagnostics::{Diagnostics, suggestion};
use crate::names;

/// What `on_delete` may be.
const ON_DELETE: &[&str] = &["Cascade", "Restrict", "SetNull", "SetDefault", "NoAction"];

/// The functions of every model, which a column's constant of the same name would hide.
const RESERVED: &[&str] = &[
    "all",
    "exclude",
    "filter",
    "get",
    "get_or_none",
    "first",
    "builder",
    "bulk_create",
    "get_or_create",
    "columns",
    "create",
    "save",
    "delete",
];

/// The most digits that a `Decimal` keeps.
const MAX_DIGITS: u8 = 28;

pub(super) fn field(
    field: &syn::Field,
    model: &Ident,
    table: &str,
    constraints: &mut Constraints,
    diagnostics: &mut Diagnostics,
) -> Option<Field> {
    let ident = field.ident.clone()?;
    let ty = without_self(&field.ty, model);
    let shape = Shape::of(&ty);
    let attributes = Attributes::parse(&field.attrs, "field", settings::ALL, &[], diagnostics);
    settings::refuse_misfits(&attributes, &shape, &ty, diagnostics);

    let context = Context {
        ident: &ident,
        ty: &ty,
        attributes: &attributes,
    };
    let kind = match shape {
        Shape::Plain => Kind::Column(Box::new(context.plain(constraints, diagnostics))),
        Shape::ForeignKey {
            target,
            nullable,
            one_to_one,
        } => {
            let reference = Reference {
                target,
                handle: argument_of(&ty, "Option").unwrap_or(&ty).clone(),
                nullable,
                one_to_one,
                on_delete: context.on_delete(nullable, diagnostics),
                related_name: attributes.text("related_name", diagnostics),
            };
            Kind::Column(Box::new(context.foreign_key(
                reference,
                constraints,
                diagnostics,
            )))
        }
        Shape::Reverse { target, one } => {
            let side = if one {
                ReverseSide::Row
            } else {
                ReverseSide::Rows
            };
            Kind::Reverse(Reverse { target, side })
        }
        Shape::ManyToMany { target } => context.many_to_many(target, model, table, diagnostics),
    };
    if RESERVED.contains(&unraw(&ident).as_str()) {
        let message = format!("the field `{ident}` would hide the function `{model}::{ident}`");
        let help = format!(
            "rename the field; its column may keep the name: #[field(column = \"{ident}\")]"
        );
        diagnostics.error(&ident, message, help);
    }
    Some(Field {
        docs: docs(&field.attrs),
        vis: field.vis.clone(),
        ident,
        ty,
        kind,
    })
}

/// The field being read.
struct Context<'f> {
    ident: &'f Ident,
    ty: &'f Type,
    attributes: &'f Attributes,
}

impl Context<'_> {
    fn plain(&self, constraints: &mut Constraints, diagnostics: &mut Diagnostics) -> Column {
        let mut column = self.column(
            self.ident.clone(),
            unraw(self.ident),
            constraints,
            diagnostics,
        );
        column.refinement = self.refinement(diagnostics);
        column.clock = self.clock(diagnostics);
        column.unique = self.attributes.flag("unique", false, diagnostics);
        let is_key = self.attributes.flag("primary_key", false, diagnostics);
        if is_key {
            constraints.add_primary_key(self.ident, column.position);
        }
        column.generated = self.generated(is_key, diagnostics);
        if is_key && argument_of(self.ty, "Option").is_some() {
            let message = "a primary key cannot be NULL";
            diagnostics.error(
                self.ty,
                message,
                "remove the `Option`: an unsaved row has the key 0",
            );
        }
        if column.generated
            && let Some(default) = &column.default
        {
            let message = "the server numbers this primary key, so it has no default";
            let help =
                "remove the default, or add `generated = false` to give each row its key yourself";
            diagnostics.error(&default.expr, message, help);
        }
        column
    }

    fn foreign_key(
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
        column.reference = Some(reference);
        column
    }

    /// What all columns have in common.
    fn column(
        &self,
        accessor: Ident,
        name: String,
        constraints: &mut Constraints,
        diagnostics: &mut Diagnostics,
    ) -> Column {
        let position = constraints.next_position();
        if self.attributes.flag("index", false, diagnostics) {
            constraints.add_index(position);
        }
        Column {
            position,
            name: self
                .attributes
                .text("column", diagnostics)
                .map_or(name, |name| name.value()),
            accessor,
            refinement: None,
            unique: false,
            generated: false,
            default: self.default(diagnostics),
            clock: None,
            reference: None,
        }
    }

    fn default(&self, diagnostics: &mut Diagnostics) -> Option<Default> {
        self.attributes
            .expr("default", diagnostics)
            .map(default::default)
    }

    /// Integer primary keys are numbered by the server unless the model says otherwise.
    fn generated(&self, is_key: bool, diagnostics: &mut Diagnostics) -> bool {
        let integer = matches!(base_name(self.ty).as_deref(), Some("i16" | "i32" | "i64"));
        let generated = self
            .attributes
            .flag("generated", is_key && integer, diagnostics);
        if let Some(entry) = self.attributes.get("generated") {
            if !is_key {
                diagnostics.error(
                    &entry.name,
                    "`generated` belongs to the primary key",
                    "remove it",
                );
            } else if generated && !integer {
                let message = format!("a server does not number keys of type `{}`", shown(self.ty));
                diagnostics.error(&entry.name, message, "use `i64`, or give the key a default");
            }
        }
        generated
    }

    fn clock(&self, diagnostics: &mut Diagnostics) -> Option<Clock> {
        let every = self.attributes.flag("auto_now", false, diagnostics);
        let once = self.attributes.flag("auto_now_add", false, diagnostics);
        if let (true, true, Some(entry)) = (every, once, self.attributes.get("auto_now_add")) {
            let message = "`auto_now` and `auto_now_add` exclude each other";
            let help = "keep `auto_now` for the time of the last save, `auto_now_add` for that of the first";
            diagnostics.error(&entry.name, message, help);
        }
        if let (true, Some(entry)) = (every || once, self.attributes.get("default")) {
            let message = "a field that takes the current time has no default";
            diagnostics.error(&entry.name, message, "remove `default`");
        }
        match (every, once) {
            (true, _) => Some(Clock::EverySave),
            (_, true) => Some(Clock::Creation),
            _ => None,
        }
    }

    fn refinement(&self, diagnostics: &mut Diagnostics) -> Option<Refinement> {
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
        for name in ["max_digits", "decimal_places"] {
            if self.attributes.get(name).is_none() {
                let message = format!("a `Decimal` needs `{name}`");
                let help = "write #[field(max_digits = 10, decimal_places = 2)] for amounts up to 99999999.99";
                diagnostics.error(self.ty, message, help);
            }
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

    /// Tortoise's default is to delete along.
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

    fn many_to_many(
        &self,
        target: Type,
        model: &Ident,
        table: &str,
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
        let near = names::snake_case(&unraw(model));
        let far = names::snake_case(&base_name(&target).unwrap_or_default());
        let (near, far) = if near == far {
            (format!("from_{near}_id"), format!("to_{far}_id"))
        } else {
            (format!("{near}_id"), format!("{far}_id"))
        };
        let default = || format!("{table}_{}", unraw(self.ident));
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

/// Whether a name is that of a field type, so that an attribute can be refused at its place. What
/// another name stands for only the compiler knows.
fn is_known_type(name: &str) -> bool {
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

fn docs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .cloned()
        .collect()
}
