//! A type for each relation, and the implementations that the model at the other end takes it from.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

use super::super::{Column, Field, Kind, ManyToMany, Model, Reference, Reverse, ReverseSide};
use super::{Names, get_mut, table};
use crate::names;

/// All relations of the model.
pub(super) fn relations(model: &Model, names: &Names<'_>) -> TokenStream {
    let relations = model.fields.iter().filter_map(|field| match &field.kind {
        Kind::Column(column) => Some(reference(field, column, column.reference.as_ref()?, names)),
        Kind::Reverse(side) => Some(reverse(field, side, names)),
        Kind::ManyToMany(relation) => Some(many_to_many(model, field, relation, names)),
    });
    quote!(#(#relations)*)
}

/// How a relation looks from one of its ends.
struct Facts {
    link: TokenStream,
    to_many: bool,
    nullable: bool,
    /// What `attach` does with `from` and `fetched`.
    attach: TokenStream,
}

fn implementation(
    field: &Field,
    target: &syn::Type,
    facts: &Facts,
    names: &Names<'_>,
) -> TokenStream {
    let Names { model, private, .. } = names;
    let (relation, vis, name) = (
        names.relation(field),
        names.relation_vis(field),
        field.name(),
    );
    let Facts {
        link,
        to_many,
        nullable,
        attach,
    } = facts;
    let to_one = (!to_many).then(|| {
        quote! {
            #[automatically_derived]
            impl #private::ToOne for #relation {}
        }
    });
    quote! {
        #[doc(hidden)]
        #[derive(::core::fmt::Debug)]
        #vis struct #relation;

        #[automatically_derived]
        impl #private::Relation for #relation {
            type From = #model;
            type To = #target;

            const RELATION: &'static #private::meta::Relation = {
                static __RELATION: #private::meta::Relation = #private::meta::Relation {
                    name: #name,
                    from: <#model as #private::Model>::TABLE,
                    to: <#target as #private::Model>::TABLE,
                    link: #link,
                    to_many: #to_many,
                    nullable: #nullable,
                };
                &__RELATION
            };

            fn attach(from: &mut #model, fetched: #private::Fetched<#target>) {
                #attach
            }
        }

        #to_one
    }
}

/// A foreign key or one-to-one relation, seen from the model that has the column.
fn reference(
    field: &Field,
    column: &Column,
    reference: &Reference,
    names: &Names<'_>,
) -> TokenStream {
    let private = &names.private;
    let Reference {
        target,
        nullable,
        one_to_one,
        related_name,
        ..
    } = reference;
    let (place, own) = (get_mut(field, &quote!(from), private), names.column(column));
    let theirs = quote!(#private::primary_key_column::<#target>());
    let attach = if *nullable {
        quote! {
            if let ::core::option::Option::Some(reference) = #place {
                reference.attach(fetched);
            }
        }
    } else {
        quote!((#place).attach(fetched);)
    };
    let link = direct(private, &own, &theirs);
    let facts = Facts {
        link,
        to_many: false,
        nullable: *nullable,
        attach,
    };
    let relation = implementation(field, target, &facts, names);
    let back = related_name.as_ref().map(|name| {
        related_by(
            name,
            target,
            &direct(private, &theirs, &own),
            !one_to_one,
            false,
            names,
        )
    });
    quote!(#relation #back)
}

/// The other side of a relation that the other model declares.
fn reverse(field: &Field, reverse: &Reverse, names: &Names<'_>) -> TokenStream {
    let Names { model, private, .. } = names;
    let Reverse { target, side } = reverse;
    let (ident, hash) = (&field.ident, names::hash(&field.name()));
    let related = quote_spanned!(target.span()=> <#target as #private::RelatedBy<#model, #hash>>);
    let facts = Facts {
        link: quote!(#related::LINK),
        to_many: *side != ReverseSide::Row,
        nullable: true,
        attach: quote!(from.#ident.attach(fetched);),
    };
    let relation = implementation(field, target, &facts, names);
    let check = check(field, reverse, &related);
    quote!(#relation #check)
}

/// Refuses a field whose type does not fit the relation that the other model declares.
fn check(field: &Field, reverse: &Reverse, related: &TokenStream) -> TokenStream {
    let span = field.ty.span();
    let name = field.name();
    let cases = [
        (
            ReverseSide::ManyToMany,
            quote!(#related::MANY_TO_MANY),
            "a many-to-many relation: write `#[field(reverse)]` and the type `ManyToMany<...>`",
        ),
        (
            ReverseSide::Row,
            quote!(!#related::TO_MANY),
            "a one-to-one relation: use `ReverseOneToOne<...>`",
        ),
        (
            ReverseSide::Rows,
            quote!(#related::TO_MANY && !#related::MANY_TO_MANY),
            "a foreign key: use `ReverseRelation<...>`",
        ),
    ];
    let checks = cases
        .into_iter()
        .filter(|(side, ..)| *side != reverse.side)
        .map(|(_, other, is)| {
            let message = format!("the other side of `{name}` is {is}");
            quote_spanned!(span=> ::core::assert!(!(#other), #message);)
        });
    quote_spanned!(span=> const _: () = { #(#checks)* };)
}

/// A many-to-many relation, seen from the model that declares it.
fn many_to_many(
    model: &Model,
    field: &Field,
    relation: &ManyToMany,
    names: &Names<'_>,
) -> TokenStream {
    let private = &names.private;
    let marker = names.relation(field);
    let ManyToMany {
        target,
        related_name,
        ..
    } = relation;
    let ident = &field.ident;
    let table = table::join_table(field, relation, names);
    let own = names.column(model.key().1);
    let theirs = quote!(#private::primary_key_column::<#target>());
    let link = |from: &TokenStream, near: usize, far: usize, to: &TokenStream| {
        quote!(#private::meta::Link::Through {
            table: #marker::JOIN_TABLE,
            near: (#from, &#marker::JOIN_TABLE.columns[#near]),
            far: (&#marker::JOIN_TABLE.columns[#far], #to),
        })
    };
    let facts = Facts {
        link: link(&own, 0, 1, &theirs),
        to_many: true,
        nullable: true,
        attach: quote!(from.#ident.attach(fetched);),
    };
    let relation = implementation(field, target, &facts, names);
    let back = related_name
        .as_ref()
        .map(|name| related_by(name, target, &link(&theirs, 1, 0, &own), true, true, names));
    quote! {
        #relation

        impl #marker {
            const JOIN_TABLE: &'static #private::meta::Table = #table;
        }

        #back
    }
}

/// What the other model's field of the name `related_name` is made from.
fn related_by(
    related_name: &LitStr,
    target: &syn::Type,
    link: &TokenStream,
    to_many: bool,
    many_to_many: bool,
    names: &Names<'_>,
) -> TokenStream {
    let Names { model, private, .. } = names;
    let hash = names::hash(&related_name.value());
    quote! {
        #[automatically_derived]
        impl #private::RelatedBy<#target, #hash> for #model {
            const LINK: #private::meta::Link = #link;
            const TO_MANY: bool = #to_many;
            const MANY_TO_MANY: bool = #many_to_many;
        }
    }
}

fn direct(private: &TokenStream, local: &TokenStream, remote: &TokenStream) -> TokenStream {
    quote!({
        static __PAIRS: [(&#private::meta::Column, &#private::meta::Column); 1] = [(#local, #remote)];
        #private::meta::Link::Direct(&__PAIRS)
    })
}
