//! Columns and relations as user code names them: `Order::status`, `Order::user().username`.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::Model;
use super::{Names, docs};

/// The columns as seen over a path: a struct beside the model, so that it can be named.
pub(super) fn structure(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        columns,
        private,
        ..
    } = names;
    let vis = &model.vis;
    let title =
        format!("The columns of [`{ident}`] and its relations, as reached over the path `P`.");
    let fields = model.columns().map(|(field, column)| {
        let (vis, accessor) = (&field.vis, &column.accessor);
        let docs = docs(field, &format!("The column `{}`.", column.name));
        let ty = column.value_type(field, &names.private);
        quote!(#docs #vis #accessor: #private::Column<<P as #private::ModelPath>::Root, #ty>)
    });
    quote! {
        #[doc = #title]
        #[allow(dead_code)]
        #vis struct #columns<P: #private::ModelPath<Target = #ident>> {
            #(#fields,)*
        }
    }
}

/// What the struct of columns can do.
pub(super) fn implementations(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        columns,
        private,
        ..
    } = names;
    let shown = columns.to_string();
    let values = model.columns().map(|(_, column)| {
        let (accessor, meta) = (&column.accessor, names.column(column));
        quote!(#accessor: #private::Column::new(<P as #private::ModelPath>::PATH, #meta))
    });
    let relations = relations(model, names, &quote!(P), &quote!(self));
    quote! {
        #[automatically_derived]
        impl<P: #private::ModelPath<Target = #ident>> #columns<P> {
            const COLUMNS: Self = #columns { #(#values,)* };

            #relations
        }

        #[automatically_derived]
        impl<P: #private::ModelPath<Target = #ident>> ::core::clone::Clone for #columns<P> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<P: #private::ModelPath<Target = #ident>> ::core::marker::Copy for #columns<P> {}

        #[automatically_derived]
        impl<P: #private::ModelPath<Target = #ident>> ::core::fmt::Debug for #columns<P> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#shown).finish_non_exhaustive()
            }
        }

        #[automatically_derived]
        impl<P: #private::ModelPath<Target = #ident>> #private::PathHandle for #columns<P> {
            type Path = P;
        }
    }
}

/// The constants and functions on the model itself.
pub(super) fn inherent(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        private,
        ..
    } = names;
    let root = quote!(#private::Root<#ident>);
    let constants = model.columns().map(|(field, column)| {
        let (vis, accessor) = (&field.vis, &column.accessor);
        let docs = docs(field, &format!("The column `{}`.", column.name));
        let (ty, meta) = (
            column.value_type(field, &names.private),
            names.column(column),
        );
        quote! {
            #docs
            #vis const #accessor: #private::Column<#ident, #ty> =
                #private::Column::new(<#root as #private::ModelPath>::PATH, #meta);
        }
    });
    let relations = relations(model, names, &root, &TokenStream::new());
    quote! {
        #[automatically_derived]
        impl #ident {
            #(#constants)*
            #relations
        }
    }
}

/// A function for each relation, which goes on from a path.
fn relations(
    model: &Model,
    names: &Names<'_>,
    path: &TokenStream,
    receiver: &TokenStream,
) -> TokenStream {
    let private = &names.private;
    let functions = model.fields.iter().filter_map(|field| {
        let target = field.kind.target()?;
        let (vis, name, relation) = (&field.vis, &field.ident, names.relation(field));
        let docs = docs(field, &format!("The relation `{}`.", field.name()));
        Some(quote! {
            #docs
            #[must_use]
            #vis fn #name(#receiver) -> <#target as #private::Model>::Columns<#private::Via<#path, #relation>> {
                <#target as #private::Model>::columns()
            }
        })
    });
    quote!(#(#functions)*)
}
