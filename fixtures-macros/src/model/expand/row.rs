//! How a row is read, written and given its key: the functions of `Model`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::super::{Clock, Column, Field, Generated, Kind, Model, Reverse, ReverseSide};
use super::{Names, construct, get, get_mut, one_or_tuple};

pub(super) fn functions(model: &Model, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let key = key(model, |field| get(field, &quote!(self), private));
    let read = read(model, names);
    let values = model.columns().map(|(field, column)| {
        let (position, value) = (column.position, value(field, column, names));
        quote!(#position => #value)
    });
    let pushes = model.columns().map(|(field, column)| {
        let (value, meta) = (value(field, column, names), names.column(column));
        let push = quote!(values.push(#value););
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
            #key
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

/// The primary key of a row, made of references to its fields.
pub(super) fn key(model: &Model, place: impl Fn(&Field) -> TokenStream) -> TokenStream {
    let part = |(field, column): (&Field, &Column)| {
        let place = place(field);
        match &field.kind {
            Kind::Reference(reference) if reference.columns.len() == 1 => quote!((#place).id()),
            Kind::Reference(reference) => {
                let part = syn::Index::from(reference.part(column));
                quote!((#place).id().#part)
            }
            _ => quote!(::core::clone::Clone::clone(#place)),
        }
    };
    one_or_tuple(model.key().map(part).collect())
}

/// The statement that makes `owner`, by which fields without a column know the row; nothing if there
/// are none.
pub(super) fn owner(
    model: &Model,
    owner: &Ident,
    key: &TokenStream,
    names: &Names<'_>,
) -> TokenStream {
    let private = &names.private;
    let mut parts = model.key();
    let generated = match (parts.next(), parts.next()) {
        (Some((field, column)), None) => column.is_generated(field, private),
        _ => quote!(false),
    };
    without_column(model).next().map_or_else(
        TokenStream::new,
        |_| quote!(let #owner = #private::owner(&#key, #generated);),
    )
}

/// The value that goes into a column.
fn value(field: &Field, column: &Column, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let place = get(field, &quote!(self), private);
    let Kind::Reference(reference) = &field.kind else {
        return quote!(#private::FieldType::to_value(#place));
    };
    let part = reference.part(column);
    if reference.nullable {
        quote!((#place).as_ref().map_or(#private::Value::Null, |reference| reference.value(#part)))
    } else {
        quote!((#place).value(#part))
    }
}

/// The expression that makes the field of a relation without a column, for the row whose key `owner`
/// holds as a value.
pub(super) fn relation_field(field: &Field, owner: &Ident, names: &Names<'_>) -> TokenStream {
    let (ty, relation) = (&field.ty, names.relation_data(field));
    let made = quote!(<#ty>::of(#relation, ::core::clone::Clone::clone(&#owner)));
    match &field.kind {
        Kind::ManyToMany(_)
        | Kind::Reverse(Reverse {
            side: ReverseSide::ManyToMany,
            ..
        }) => {
            let marker = names.relation(field);
            quote!(#made.tied_by(#marker::TIE))
        }
        _ => made,
    }
}

/// The expression that tells a foreign key which field it is, so that its errors can name it.
pub(super) fn placed(field: &Field, value: &TokenStream, names: &Names<'_>) -> TokenStream {
    let relation = names.relation_data(field);
    match &field.kind {
        Kind::Reference(reference) if reference.nullable => {
            quote!(#value.map(|reference| reference.of(#relation)))
        }
        Kind::Reference(_) => quote!(#value.of(#relation)),
        _ => value.clone(),
    }
}

/// The fields of a model that have no column.
pub(super) fn without_column(model: &Model) -> impl Iterator<Item = &Field> {
    model
        .fields
        .iter()
        .filter(|field| field.kind.columns().is_empty())
}

fn read(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        private,
        ..
    } = names;
    let reads = model.stored().map(|field| {
        let (local, ty, value) = (local(field), &field.ty, read_field(field, names));
        quote!(let #local: #ty = #value;)
    });
    let own = format_ident!("__owner");
    let key = key(model, |field| {
        let local = local(field);
        quote!(&#local)
    });
    let owned = owner(model, &own, &key, names);
    let row = construct(ident, &model.fields, private, |field| {
        if field.kind.columns().is_empty() {
            relation_field(field, &own, names)
        } else {
            local(field).into_token_stream()
        }
    });
    quote! {
        fn read(reader: &mut #private::RowReader<'_>) -> #private::Result<Self> {
            #(#reads)*
            #owned
            ::core::result::Result::Ok(#row)
        }
    }
}

/// The variable that holds a field's value.
pub(super) fn local(field: &Field) -> Ident {
    format_ident!("__{}", field.name())
}

/// The expression that reads a field, column by column.
fn read_field(field: &Field, names: &Names<'_>) -> TokenStream {
    let table = names.table();
    let reads = field.kind.columns().iter().map(|column| {
        let (ty, meta) = (
            column.value_type(field, &names.private),
            names.column(column),
        );
        quote!(reader.field::<#ty>(#table, #meta)?)
    });
    let reads: Vec<TokenStream> = reads.collect();
    let Kind::Reference(reference) = &field.kind else {
        return quote!(#(#reads)*);
    };
    let handle = &reference.handle;
    let parts: Vec<Ident> = (0..reads.len())
        .map(|part| format_ident!("__part{part}"))
        .collect();
    let key = one_or_tuple(parts.iter().map(ToTokens::to_token_stream).collect());
    let made = if reference.nullable {
        // Without all of its parts it is no key, as in the database (MATCH SIMPLE).
        quote! {
            match (#(#parts,)*) {
                (#(::core::option::Option::Some(#parts),)*) => {
                    ::core::option::Option::Some(<#handle>::new(#key))
                }
                _ => ::core::option::Option::None,
            }
        }
    } else {
        quote!(<#handle>::new(#key))
    };
    let placed = placed(field, &made, names);
    quote!({ #(let #parts = #reads;)* #placed })
}

fn set_primary_key(model: &Model, names: &Names<'_>) -> TokenStream {
    let own = format_ident!("__owner");
    let owned = owner(model, &own, &quote!(key), names);
    let relations = without_column(model).map(|field| {
        let (name, value) = (&field.ident, relation_field(field, &own, names));
        quote!(self.#name = #value;)
    });
    let locals: Vec<Ident> = (0..model.primary_key.len())
        .map(|part| format_ident!("__key{part}"))
        .collect();
    let parts = one_or_tuple(locals.iter().map(ToTokens::to_token_stream).collect());
    let fields = model.stored().filter_map(|field| {
        let held: Vec<TokenStream> = model
            .key()
            .zip(&locals)
            .filter(|((of, _), _)| of.ident == field.ident)
            .map(|(_, local)| local.to_token_stream())
            .collect();
        let place = get_mut(field, &quote!(self), &names.private);
        match &field.kind {
            _ if held.is_empty() => None,
            Kind::Reference(reference) => {
                let handle = &reference.handle;
                let key = one_or_tuple(held);
                let placed = placed(field, &quote!(reference), names);
                // One to the same row stays, with what was fetched.
                Some(quote! {
                    let reference = <#handle>::new(#key);
                    let place = #place;
                    if *place != reference {
                        *place = #placed;
                    }
                })
            }
            _ => Some(quote!(*#place = #(#held)*;)),
        }
    });
    quote! {
        fn set_primary_key(&mut self, key: Self::PrimaryKey) {
            #owned
            #(#relations)*
            let #parts = key;
            #(#fields)*
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
