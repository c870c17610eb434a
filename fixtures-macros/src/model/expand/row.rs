//! How a row is read, written and given its key: the functions of `Model`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::{Clock, Field, Generated, Kind, Model};
use super::{Names, construct, get, get_mut};

pub(super) fn functions(model: &Model, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let key = get(model.key().0, &quote!(self), private);
    let read = read(model, names);
    let values = model.columns().map(|(field, column)| {
        let (get, position) = (get(field, &quote!(self), private), column.position);
        quote!(#position => #private::FieldType::to_value(#get))
    });
    let pushes = model.columns().map(|(field, column)| {
        let (get, meta) = (get(field, &quote!(self), private), names.column(column));
        let push = quote!(values.push(#private::FieldType::to_value(#get)););
        match column.generated {
            Generated::No => push,
            Generated::Yes | Generated::ByType => {
                quote!(if numbered || !(#meta).generated { #push })
            }
        }
    });
    let set_primary_key = set_primary_key(model, names);
    let touch = touch(model, names);
    quote! {
        fn primary_key(&self) -> Self::PrimaryKey {
            ::core::clone::Clone::clone(#key)
        }

        #set_primary_key

        #read

        fn value(&self, position: usize) -> #private::Value {
            match position {
                #(#values,)*
                _ => #private::Value::Null,
            }
        }

        fn push_values(&self, numbered: bool, values: &mut ::std::vec::Vec<#private::Value>) {
            #(#pushes)*
            let _ = numbered;
        }

        #touch
    }
}

/// The expression that makes the field of a relation without a column, for the row whose key `owner`
/// holds as a value.
pub(super) fn relation_field(field: &Field, owner: &Ident, names: &Names<'_>) -> TokenStream {
    let (ty, relation) = (&field.ty, names.relation_data(field));
    quote!(<#ty>::of(#relation, ::core::clone::Clone::clone(&#owner)))
}

/// The expression that tells a foreign key which field it is, so that its errors can name it.
pub(super) fn placed(field: &Field, value: &TokenStream, names: &Names<'_>) -> TokenStream {
    let Kind::Column(column) = &field.kind else {
        return value.clone();
    };
    let relation = names.relation_data(field);
    match &column.reference {
        None => value.clone(),
        Some(reference) if reference.nullable => {
            quote!(#value.map(|reference| reference.of(#relation)))
        }
        Some(_) => quote!(#value.of(#relation)),
    }
}

/// The fields of a model that have no column.
pub(super) fn without_column(model: &Model) -> impl Iterator<Item = &Field> {
    model
        .fields
        .iter()
        .filter(|field| !matches!(field.kind, Kind::Column(_)))
}

fn read(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        private,
        ..
    } = names;
    let table = names.table();
    let local = |position: usize| format_ident!("__{position}");
    let reads = model.columns().map(|(field, column)| {
        let (local, ty, meta) = (local(column.position), &field.ty, names.column(column));
        quote!(let #local: #ty = reader.field::<#ty>(#table, #meta)?;)
    });
    let owner = format_ident!("__owner");
    let key = local(model.primary_key);
    let owned = without_column(model)
        .next()
        .map(|_| quote!(let #owner = #private::owner(&#key);));
    let row = construct(ident, &model.fields, private, |field| match &field.kind {
        Kind::Column(column) => {
            let local = local(column.position);
            placed(field, &quote!(#local), names)
        }
        _ => relation_field(field, &owner, names),
    });
    quote! {
        fn read(reader: &mut #private::RowReader<'_>) -> #private::Result<Self> {
            #(#reads)*
            #owned
            ::core::result::Result::Ok(#row)
        }
    }
}

fn set_primary_key(model: &Model, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let place = get_mut(model.key().0, &quote!(self), private);
    let owner = format_ident!("__owner");
    let owned = without_column(model)
        .next()
        .map(|_| quote!(let #owner = #private::owner(&key);));
    let relations = without_column(model).map(|field| {
        let (name, value) = (&field.ident, relation_field(field, &owner, names));
        quote!(self.#name = #value;)
    });
    quote! {
        fn set_primary_key(&mut self, key: Self::PrimaryKey) {
            #owned
            #(#relations)*
            *#place = key;
        }
    }
}

fn touch(model: &Model, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let of = |clock: Clock| {
        let fields = model
            .columns()
            .filter(move |(_, column)| column.clock == Some(clock));
        let fields = fields.map(|(field, _)| {
            let (place, ty) = (get_mut(field, &quote!(self), private), &field.ty);
            quote!(*#place = <#ty as #private::FromClock>::from_clock(now);)
        });
        quote!(#(#fields)*)
    };
    let (every, once) = (of(Clock::EverySave), of(Clock::Creation));
    let first_version = model.version().map(|(field, _)| {
        let place = get_mut(field, &quote!(self), private);
        quote!(*#place = 1;)
    });
    quote! {
        fn touch(&mut self, now: #private::DateTime<#private::Utc>, is_new: bool) {
            #every
            if is_new {
                #once
                #first_version
            }
            let _ = now;
        }
    }
}
