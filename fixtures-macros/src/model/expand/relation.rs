//! A type for each relation, and the implementations that the model at the other end takes it from.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

use super::super::{Between, Field, Kind, ManyToMany, Model, Reference, Reverse, ReverseSide};
use super::{Names, get_mut, table};
use crate::names;

/// All relations of the model.
pub(super) fn relations(model: &Model, names: &Names<'_>) -> TokenStream {
    let relations = model.fields.iter().filter_map(|field| match &field.kind {
        Kind::Column(_) => None,
        Kind::Reference(of) => Some(reference(field, of, names)),
        Kind::Reverse(side) => Some(reverse(field, side, names)),
        Kind::ManyToMany(relation) => Some(many_to_many(field, relation, names)),
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

/// A foreign key or one-to-one relation, seen from the model that has the columns.
fn reference(field: &Field, reference: &Reference, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let Reference {
        target,
        nullable,
        one_to_one,
        related_name,
        ..
    } = reference;
    let place = get_mut(field, &quote!(from), private);
    let own: Vec<TokenStream> = reference
        .columns
        .iter()
        .map(|column| names.column(column))
        .collect();
    let theirs: Vec<TokenStream> = (0..own.len())
        .map(|part| quote!(#private::key_column::<#target>(#part)))
        .collect();
    let attach = if *nullable {
        quote! {
            if let ::core::option::Option::Some(reference) = #place {
                reference.attach(fetched);
            }
        }
    } else {
        quote!((#place).attach(fetched);)
    };
    let (there, back) = (pairs(private, &own, &theirs), pairs(private, &theirs, &own));
    let (model, hash) = (names.model, names::hash(&field.name()));
    let tied = quote!(<#model as #private::References<#target, #hash>>);
    let references = quote! {
        #[automatically_derived]
        impl #private::References<#target, #hash> for #model {
            const THERE: &'static [#private::meta::Pair] = #there;
            const BACK: &'static [#private::meta::Pair] = #back;
        }
    };
    let facts = Facts {
        link: quote!(#private::meta::Link::Direct(#tied::THERE)),
        to_many: false,
        nullable: *nullable,
        attach,
    };
    let relation = implementation(field, target, &facts, names);
    let back = related_name.as_ref().map(|name| {
        let link = quote!(#private::meta::Link::Direct(#tied::BACK));
        related_by(name, target, &link, !one_to_one, None, names)
    });
    let whole_key = whole_key(field, reference, names);
    quote!(#references #relation #back #whole_key)
}

/// Refuses a foreign key that does not hold the whole primary key that it points to.
fn whole_key(field: &Field, reference: &Reference, names: &Names<'_>) -> TokenStream {
    let (private, target, span) = (&names.private, &reference.target, field.ty.span());
    let named = reference.named.iter().map(ToString::to_string);
    let (is, message) = if reference.named.is_empty() {
        let message = format!(
            "`{}` points to a model with a composite primary key; name its columns: \
             #[field(references(first, second))]",
            field.name()
        );
        (
            quote!(<#target as #private::Model>::KEY_TYPES.len() == 1),
            message,
        )
    } else {
        let message = format!(
            "the columns that `{}` references are not the primary key of the other model: name all of \
             them, in its order",
            field.name()
        );
        (
            quote!(#private::is_key_of::<#target>(&[#(#named),*])),
            message,
        )
    };
    quote_spanned!(span=> const _: () = ::core::assert!(#is, #message);)
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
    let tie = (*side == ReverseSide::ManyToMany).then(|| {
        let (marker, private) = (names.relation(field), &names.private);
        quote! {
            impl #marker {
                const TIE: ::core::option::Option<#private::Tie> = #related::TIE;
            }
        }
    });
    quote!(#relation #check #tie)
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
fn many_to_many(field: &Field, relation: &ManyToMany, names: &Names<'_>) -> TokenStream {
    let Names { private, model, .. } = names;
    let marker = names.relation(field);
    let ManyToMany {
        target,
        related_name,
        between,
    } = relation;
    let (table, tie, [there, back], check) = match between {
        Between::Table { name, near, far } => {
            let table = table::join_table(field, target, (name, near, far), names);
            let side = |of: TokenStream, at: usize| {
                let key = [quote!(#private::key_column::<#of>(0))];
                let column = [quote!(&#marker::JOIN_TABLE.columns[#at])];
                [pairs(private, &key, &column), pairs(private, &column, &key)]
            };
            let sides = [side(quote!(#model), 0), side(quote!(#target), 1)];
            let none = quote!(::core::option::Option::None);
            (table, none, sides, Some(single_keys(field, target, names)))
        }
        Between::Model { path, near, far } => {
            let side = |of: TokenStream, name: &str| {
                let hash = names::hash(name);
                let tied =
                    quote_spanned!(path.span()=> <#path as #private::References<#of, #hash>>);
                [quote!(#tied::BACK), quote!(#tied::THERE)]
            };
            let table = quote!(<#path as #private::Model>::TABLE);
            let tie = quote!(::core::option::Option::Some(#private::tie::<#path>));
            let sides = [side(quote!(#model), near), side(quote!(#target), far)];
            (table, tie, sides, None)
        }
    };
    // Each side by the pairs from its key to the table in between, and back.
    let link = |[near, _]: &[TokenStream; 2], [_, far]: &[TokenStream; 2]| {
        quote!(#private::meta::Link::Through {
            table: #marker::JOIN_TABLE,
            near: #near,
            far: #far,
        })
    };
    let place = get_mut(field, &quote!(from), private);
    let facts = Facts {
        link: link(&there, &back),
        to_many: true,
        nullable: true,
        attach: quote!((#place).attach(fetched);),
    };
    let relation = implementation(field, target, &facts, names);
    let back = related_name
        .as_ref()
        .map(|name| related_by(name, target, &link(&back, &there), true, Some(&tie), names));
    quote! {
        #relation

        impl #marker {
            const JOIN_TABLE: &'static #private::meta::Table = #table;
            const TIE: ::core::option::Option<#private::Tie> = #tie;
        }

        #back
        #check
    }
}

/// Refuses a table of two columns between models whose keys have more.
fn single_keys(field: &Field, target: &syn::Type, names: &Names<'_>) -> TokenStream {
    let (Names { private, model, .. }, span) = (names, field.ty.span());
    let message = format!(
        "`{}` ties rows by a table of two columns, and a key has more: write a model for that table, and \
         name it by `through = ...`",
        field.name()
    );
    quote_spanned! {span=>
        const _: () = ::core::assert!(
            <#model as #private::Model>::KEY_TYPES.len() == 1
                && <#target as #private::Model>::KEY_TYPES.len() == 1,
            #message
        );
    }
}

/// What the other model's field of the name `related_name` is made from; `tie` for a many-to-many
/// relation.
fn related_by(
    related_name: &LitStr,
    target: &syn::Type,
    link: &TokenStream,
    to_many: bool,
    tie: Option<&TokenStream>,
    names: &Names<'_>,
) -> TokenStream {
    let Names { model, private, .. } = names;
    let hash = names::hash(&related_name.value());
    let many_to_many = tie.is_some();
    let tie = tie.map(|tie| quote!(const TIE: ::core::option::Option<#private::Tie> = #tie;));
    quote! {
        #[automatically_derived]
        impl #private::RelatedBy<#target, #hash> for #model {
            const LINK: #private::meta::Link = #link;
            const TO_MANY: bool = #to_many;
            const MANY_TO_MANY: bool = #many_to_many;
            #tie
        }
    }
}

/// Pairs of columns as `&'static [Pair]`.
fn pairs(private: &TokenStream, local: &[TokenStream], remote: &[TokenStream]) -> TokenStream {
    let width = local.len();
    quote!({
        static __PAIRS: [#private::meta::Pair; #width] = [#((#local, #remote)),*];
        &__PAIRS
    })
}
