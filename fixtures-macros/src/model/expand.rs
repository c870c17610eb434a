//! Writes the code for a [`Model`].

mod builder;
mod columns;
mod relation;
mod row;
mod rules;
mod shared;
mod table;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Visibility;
use syn::spanned::Spanned;

pub(super) use self::shared::shared;
use super::{Column, Default, Field, Generated, Holder, Kind, Member, Model, Reference, members};
use crate::names::QuotedText;

/// Everything that the derive adds beside the struct.
pub(super) fn model(model: &Model) -> TokenStream {
    let names = Names::new(model);
    let columns_struct = columns::structure(model, &names);
    let builder_struct = builder::structure(model, &names);
    let relations = relation::relations(model, &names);
    let model_impl = model_impl(model, &names);
    let columns_impl = columns::implementations(model, &names);
    let inherent = columns::inherent(model, &names);
    let builder_impl = builder::implementations(model, &names);
    quote! {
        #columns_struct
        #builder_struct

        #[allow(non_camel_case_types, non_upper_case_globals, dead_code, clippy::all, clippy::pedantic)]
        const _: () = {
            #relations
            #model_impl
            #columns_impl
            #inherent
            #builder_impl
        };
    }
}

/// The names that several parts of the code share.
struct Names<'m> {
    model: &'m Ident,
    vis: &'m Visibility,
    columns: Ident,
    builder: Ident,
    /// The module of the ORM that is there for this code.
    private: TokenStream,
}

impl<'m> Names<'m> {
    fn new(model: &'m Model) -> Self {
        let root = &model.root;
        Names {
            model: &model.ident,
            vis: &model.vis,
            columns: format_ident!("{}Columns", model.ident),
            builder: format_ident!("{}Builder", model.ident),
            private: quote!(#root::__private),
        }
    }

    /// The type that stands for the relation of a field.
    fn relation(&self, field: &Field) -> Ident {
        format_ident!("__{}_{}", self.model, field.name())
    }

    /// The visibility of that type. It is as private as the less visible of model and field, for its
    /// implementation of `Relation` names the model and the field's target.
    fn relation_vis<'f>(&'f self, field: &'f Field) -> &'f Visibility {
        let openness = |vis: &Visibility| match vis {
            Visibility::Inherited => 0,
            Visibility::Restricted(restricted) if restricted.path.is_ident("self") => 0,
            Visibility::Restricted(restricted) if restricted.path.is_ident("crate") => 2,
            Visibility::Restricted(_) => 1,
            Visibility::Public(_) => 3,
        };
        if openness(&field.vis) < openness(self.vis) {
            &field.vis
        } else {
            self.vis
        }
    }

    /// The relation of a field as data.
    fn relation_data(&self, field: &Field) -> TokenStream {
        let (private, relation) = (&self.private, self.relation(field));
        quote!(<#relation as #private::Relation>::RELATION)
    }

    /// The table of the model.
    fn table(&self) -> TokenStream {
        let (private, model) = (&self.private, self.model);
        quote!(<#model as #private::Model>::TABLE)
    }

    /// A reference to a column of the model.
    fn column(&self, column: &Column) -> TokenStream {
        let (table, position) = (self.table(), column.position);
        quote!(&#table.columns[#position])
    }
}

impl Column {
    /// The type of the column in queries: of a foreign key, the part of the key that it holds.
    fn value_type(&self, field: &Field, private: &TokenStream) -> TokenStream {
        let Kind::Reference(reference) = &field.kind else {
            return field.ty.to_token_stream();
        };
        let (key, part) = (reference.key(private), reference.part(self));
        let part = quote!(<#key as #private::KeyPart<#part>>::Part);
        if reference.nullable {
            quote!(::core::option::Option<#part>)
        } else {
            part
        }
    }

    /// Whether the server numbers the column, as an expression.
    fn is_generated(&self, field: &Field, private: &TokenStream) -> TokenStream {
        match self.generated {
            Generated::No => quote!(false),
            Generated::Yes => quote!(true),
            Generated::ByType => {
                let ty = &field.ty;
                quote!(<#ty as #private::Key>::NUMBERED)
            }
        }
    }
}

impl Reference {
    /// The primary key that it holds.
    fn key(&self, private: &TokenStream) -> TokenStream {
        let target = &self.target;
        quote!(<#target as #private::Model>::PrimaryKey)
    }

    /// The type of its default: the key, or an `Option` of it.
    fn default_type(&self, private: &TokenStream) -> TokenStream {
        let key = self.key(private);
        if self.nullable {
            quote!(::core::option::Option<#key>)
        } else {
            key
        }
    }
}

/// One thing by itself, several as a tuple.
fn one_or_tuple(mut items: Vec<TokenStream>) -> TokenStream {
    match items.len() {
        1 => items.remove(0),
        _ => quote!((#(#items),*)),
    }
}

fn model_impl(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        columns,
        builder,
        private,
        ..
    } = names;
    let key = one_or_tuple(
        model
            .key()
            .map(|(field, column)| column.value_type(field, private))
            .collect(),
    );
    let key_types = model
        .key()
        .map(|(field, column)| table::column_type(field, column, private));
    let table = table::table(model, names);
    let join_tables = model
        .fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::ManyToMany(_)))
        .map(|field| names.relation(field));
    let row = row::functions(model, names);
    let validators = rules::validators(model, private);
    let version = version(model, private);
    let default_scope = model.default_scope.as_ref().map(|scope| {
        let some = quote_spanned!(scope.span()=> ::core::option::Option::Some(#scope));
        quote! {
            fn default_scope() -> ::core::option::Option<#private::Filter<Self>> {
                #some
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #private::Model for #ident {
            type PrimaryKey = #key;
            type Columns<P: #private::ModelPath<Target = Self>> = #columns<P>;
            type Builder = #builder;

            const TABLE: &'static #private::meta::Table = #table;
            const KEY_TYPES: &'static [#private::meta::ColumnType] = &[#(#key_types),*];
            const JOIN_TABLES: &'static [&'static #private::meta::Table] = &[#(#join_tables::JOIN_TABLE),*];

            fn columns<P: #private::ModelPath<Target = Self>>() -> #columns<P> {
                #columns::<P>::COLUMNS
            }

            fn builder() -> #builder {
                <#builder as ::core::default::Default>::default()
            }

            #validators
            #version
            #default_scope
            #row
        }
    }
}

/// How the version of a row is known, if it has one.
fn version(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let (field, column) = model.version()?;
    let (position, place) = (column.position, get_mut(field, &quote!(self), private));
    Some(quote! {
        const VERSION: ::core::option::Option<usize> = ::core::option::Option::Some(#position);

        fn set_version(&mut self, version: i64) {
            *#place = version;
        }
    })
}

/// `Quoted { .. }` in the generated code.
fn quoted(text: &QuotedText, private: &TokenStream) -> TokenStream {
    let QuotedText { double, backtick } = text;
    quote!(#private::meta::Quoted { double: #double, backtick: #backtick })
}

/// A field of a row as a reference; the fields of a shared struct may be private to its module.
fn get(field: &Field, row: &TokenStream, private: &TokenStream) -> TokenStream {
    let ident = &field.ident;
    match &field.holder {
        None => quote!(&#row.#ident),
        Some(Holder { ident, ty, at }) => {
            quote!(<#ty as #private::FieldAt<#at>>::get(&#row.#ident))
        }
    }
}

/// A field of a row as a reference that can be written through.
fn get_mut(field: &Field, row: &TokenStream, private: &TokenStream) -> TokenStream {
    let ident = &field.ident;
    match &field.holder {
        None => quote!(&mut #row.#ident),
        Some(Holder { ident, ty, at }) => {
            quote!(<#ty as #private::FieldAt<#at>>::get_mut(&mut #row.#ident))
        }
    }
}

/// The struct made of the values of its fields.
fn construct(
    ident: &Ident,
    fields: &[Field],
    private: &TokenStream,
    value: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let members = members(fields).into_iter().map(|member| match member {
        Member::Own(field) => {
            let (name, value) = (&field.ident, value(field));
            quote!(#name: #value)
        }
        Member::Shared(Holder { ident, ty, .. }, held) => {
            let values = held.into_iter().map(&value);
            quote!(#ident: <#ty as #private::ModelFields>::from_fields((#(#values,)*)))
        }
    });
    quote!(#ident { #(#members,)* })
}

/// The expression of a default as a value of its field; a misfit is reported at the expression.
fn default_value(default: &Default, ty: &TokenStream, private: &TokenStream) -> TokenStream {
    let expr = &default.expr;
    let convert = quote_spanned!(expr.span()=> <_ as #private::IntoField<#ty>>::into_field);
    quote!(#convert(#expr))
}

/// The documentation of a field, or a sentence in its place.
fn docs(field: &Field, otherwise: &str) -> TokenStream {
    if field.docs.is_empty() {
        return quote!(#[doc = #otherwise]);
    }
    let docs = &field.docs;
    quote!(#(#docs)*)
}
