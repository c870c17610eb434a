//! Reads a field with `flatten`: the fields of a shared struct become the model's own.

use proc_macro2::TokenStream;
use syn::{Type, parse_quote};

use super::super::{Default, Field, Holder, Kind, composition};
use super::constraints::Constraints;
use super::{Owner, field, shown};
use crate::attributes::Attributes;
use crate::diagnostics::Diagnostics;

/// Refuses what `flatten` does not go with. Whether there is a struct to take fields from.
pub(super) fn check(field: &syn::Field, diagnostics: &mut Diagnostics) -> bool {
    let attributes = Attributes::parse(
        &field.attrs,
        "field",
        super::settings::ALL,
        &[],
        diagnostics,
    );
    for entry in attributes.iter().filter(|entry| entry.name != "flatten") {
        let message = format!("`{}` does not go with `flatten`", entry.name);
        let help = "set it on the fields of the shared struct, or on `#[model(...)]`";
        diagnostics.error(&entry.name, message, help);
    }
    let named = composition::path_of(&field.ty).is_some();
    if !named {
        let message = format!(
            "`{}` is no struct that fields can be taken from",
            shown(&field.ty)
        );
        let help = "name a struct with #[derive(ModelFields)]";
        diagnostics.error(&field.ty, message, help);
    }
    named
}

/// The fields of the shared struct, as fields of the one with `flatten`. Their own mistakes were
/// reported where they are declared.
pub(super) fn fields(
    holder: &syn::Field,
    shared: &[syn::Field],
    owner: Owner<'_>,
    constraints: &mut Constraints,
) -> Vec<Field> {
    let mut diagnostics = Diagnostics::new();
    let mut fields = Vec::new();
    for (at, declared) in shared.iter().enumerate() {
        let mut declared = declared.clone();
        declared.vis = holder.vis.clone();
        if let (Some(ident), Some(holder)) = (&mut declared.ident, &holder.ident) {
            ident.set_span(holder.span());
        }
        let read = field::field(&declared, owner, constraints, &mut diagnostics);
        fields.extend(read.and_then(|field| of_holder(field, holder, at, owner.private)));
    }
    diagnostics.discard();
    fields
}

/// The names in a shared field mean something in its own module alone, so all of them are taken from
/// the traits of its struct.
fn of_holder(
    mut field: Field,
    holder: &syn::Field,
    at: usize,
    private: &TokenStream,
) -> Option<Field> {
    let ty: &Type = &holder.ty;
    field.ty = parse_quote!(<#ty as #private::FieldAt<#at>>::Type);
    let default = match &mut field.kind {
        Kind::Column(column) => &mut column.default,
        Kind::Reference(reference) => {
            reference.target = parse_quote!(<#ty as #private::ReferenceAt<#at>>::Target);
            reference.handle = parse_quote!(<#ty as #private::ReferenceAt<#at>>::Handle);
            &mut reference.default
        }
        Kind::Reverse(_) | Kind::ManyToMany(_) => &mut None,
    };
    if let Some(Default { expr, .. }) = default {
        *expr = parse_quote!(<#ty as #private::DefaultAt<#at>>::value());
    }
    field.holder = Some(Holder {
        ident: holder.ident.clone()?,
        ty: ty.clone(),
        at,
    });
    Some(field)
}

/// The fields that a shared struct hands on: its own, and those that it takes from others.
pub(super) fn handed_on(written: &[&syn::Field], shared: &[Vec<syn::Field>]) -> Vec<syn::Field> {
    let mut shared = shared.iter();
    let mut fields = Vec::new();
    for &field in written {
        if composition::is_flattened(field) {
            fields.extend(shared.next().into_iter().flatten().cloned());
        } else {
            fields.push(field.clone());
        }
    }
    fields
}
