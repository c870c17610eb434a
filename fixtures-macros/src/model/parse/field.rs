//! Reads one field of the struct.

use proc_macro2::Ident;
use syn::{Attribute, Type};

use super::super::{Clock, Column, Field, Generated, Kind, Reverse, ReverseSide};
use super::constraints::Constraints;
use super::field_type::{Shape, argument_of, base_name, without_self};
use super::refinement::is_known_type;
use super::{Owner, default, settings, shown, unraw};
use crate::attributes::Attributes;
use crate::diagnostics::Diagnostics;

/// The functions that are called on every model by its name, as `Order::all()`: a constant or function
/// of the same name for a field would hide them.
const RESERVED: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "get",
    "builder",
    "columns",
    "this",
    "unscoped",
    "bulk_create",
];

pub(super) fn field(
    field: &syn::Field,
    owner: Owner<'_>,
    constraints: &mut Constraints,
    diagnostics: &mut Diagnostics,
) -> Option<Field> {
    let ident = field.ident.clone()?;
    let model = owner.ident;
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
            let reference =
                context.reference(target, nullable, one_to_one, constraints, diagnostics);
            Kind::Reference(Box::new(reference))
        }
        Shape::Reverse { target, one } => {
            let side = if one {
                ReverseSide::Row
            } else {
                ReverseSide::Rows
            };
            Kind::Reverse(Reverse { target, side })
        }
        Shape::ManyToMany { target } => context.many_to_many(target, owner, diagnostics),
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
        holder: None,
    })
}

/// The field being read.
pub(super) struct Context<'f> {
    pub(super) ident: &'f Ident,
    pub(super) ty: &'f Type,
    pub(super) attributes: &'f Attributes,
}

impl Context<'_> {
    fn plain(&self, constraints: &mut Constraints, diagnostics: &mut Diagnostics) -> Column {
        let mut column = Column::new(constraints.next_position(), self.ident.clone());
        column.refinement = self.refinement(diagnostics);
        column.clock = self.clock(diagnostics);
        column.version = self.version(diagnostics);
        column.rules = self.rules(diagnostics);
        column.unique = self.attributes.flag("unique", false, diagnostics);
        let is_key = self.attributes.flag("primary_key", false, diagnostics);
        if is_key {
            constraints.add_primary_key(column.position);
        }
        if self.attributes.flag("index", false, diagnostics) {
            constraints.add_index(vec![column.position], false);
        }
        column.name = self.column_name(unraw(self.ident), diagnostics);
        column.default = self.default(diagnostics);
        column.generated = self.generated(is_key, column.default.is_some(), diagnostics);
        if is_key && argument_of(self.ty, "Option").is_some() {
            let message = "a primary key cannot be NULL";
            diagnostics.error(
                self.ty,
                message,
                "remove the `Option`: an unsaved row has the key 0",
            );
            constraints.refuse_primary_key();
        }
        if let (true, Some(entry)) = (
            column.generated != Generated::No,
            self.attributes.get("generated"),
        ) {
            constraints.add_numbered(&entry.name);
        }
        column
    }

    /// The name of the only column, in place of the one that it has by itself.
    pub(super) fn column_name(&self, name: String, diagnostics: &mut Diagnostics) -> String {
        self.attributes
            .text("column", diagnostics)
            .map_or(name, |name| name.value())
    }

    pub(super) fn default(&self, diagnostics: &mut Diagnostics) -> Option<super::super::Default> {
        self.attributes
            .expr("default", diagnostics)
            .map(default::default)
    }

    /// Integer primary keys are numbered by the server unless the model says otherwise.
    fn generated(&self, is_key: bool, defaulted: bool, diagnostics: &mut Diagnostics) -> Generated {
        let base = base_name(self.ty).unwrap_or_default();
        let integer = matches!(base.as_str(), "i16" | "i32" | "i64");
        let unknown = !is_known_type(&base) && !defaulted;
        let generated =
            self.attributes
                .flag("generated", is_key && (integer || unknown), diagnostics);
        if let Some(entry) = self.attributes.get("generated") {
            if !is_key {
                diagnostics.error(
                    &entry.name,
                    "`generated` belongs to the primary key",
                    "remove it",
                );
            } else if generated && !integer && !unknown {
                let message = format!("a server does not number keys of type `{}`", shown(self.ty));
                diagnostics.error(&entry.name, message, "use `i64`, or give the key a default");
            }
        }
        match (is_key && generated, integer) {
            (true, true) => Generated::Yes,
            (true, false) if unknown => Generated::ByType,
            _ => Generated::No,
        }
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
}

fn docs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .cloned()
        .collect()
}
