//! `#[derive(Projection)]`: a struct that a query returns in place of models.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Fields, Path, Type};

use crate::attributes::Attributes;
use crate::crate_root;
use crate::diagnostics::Diagnostics;

/// The most members of a tuple that is a selection.
const LONGEST_TUPLE: usize = 12;

/// The code for one struct.
pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let parsed = parse(input, &mut diagnostics);
    diagnostics.finish()?;
    Ok(parsed.as_ref().map(expand).unwrap_or_default())
}

/// A struct that rows are read into.
struct Projection {
    root: Path,
    ident: Ident,
    /// The model that it is a part of.
    model: Option<Path>,
    fields: Vec<Field>,
}

struct Field {
    ident: Ident,
    ty: Type,
    /// What it is, if not the column of its name.
    expr: Option<Expr>,
}

fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Projection> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => &fields.named,
            _ => {
                let help = "give it fields with names, or use `values(..)` for tuples";
                diagnostics.error(&input.ident, "a `Projection` needs named fields", help);
                return None;
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            let help = "make it a struct with a field for each column";
            diagnostics.error(&input.ident, "only a struct can be a `Projection`", help);
            return None;
        }
    };
    if !input.generics.params.is_empty() {
        let help = "remove the parameters";
        let message = "a `Projection` cannot have generic parameters";
        diagnostics.error(&input.generics, message, help);
    }
    if fields.len() > LONGEST_TUPLE * LONGEST_TUPLE {
        let message = "a `Projection` has at most 144 fields";
        diagnostics.error(&input.ident, message, "make it two structs");
    }
    let known = ["model", "crate"];
    let attributes = Attributes::parse(&input.attrs, "projection", &known, &[], diagnostics);
    let root = crate_root::of(&attributes, diagnostics);
    let model = attributes.get("model").and_then(|entry| {
        let path = entry.path().cloned();
        if path.is_none() {
            let help = "write #[projection(model = Order)]";
            diagnostics.error(&entry.name, "`model` needs the name of a model", help);
        }
        path
    });
    let fields: Vec<Field> = fields
        .iter()
        .filter_map(|field| {
            let expr = expression(field, diagnostics);
            if let (Some(expr), None) = (&expr, attributes.get("model")) {
                let help = "add #[projection(model = ..)] to the struct";
                diagnostics.error(expr, "an expression belongs to a query on a model", help);
            }
            Some(Field {
                ident: field.ident.clone()?,
                ty: field.ty.clone(),
                expr,
            })
        })
        .collect();
    Some(Projection {
        root: root?,
        ident: input.ident.clone(),
        model,
        fields,
    })
}

/// The expression of a field's `#[projection(..)]`.
fn expression(field: &syn::Field, diagnostics: &mut Diagnostics) -> Option<Expr> {
    let mut given = None;
    for attr in &field.attrs {
        if !attr.path().is_ident("projection") {
            continue;
        }
        match attr.parse_args::<Expr>() {
            Ok(_) if given.is_some() => {
                let message = "a field is one expression";
                diagnostics.error(attr, message, "remove one of them");
            }
            Ok(expr) => given = Some(expr),
            Err(error) => diagnostics.add(error),
        }
    }
    given
}

fn expand(parsed: &Projection) -> TokenStream {
    let Projection { root, ident, .. } = parsed;
    let private = quote!(#root::__private);
    let from_row = from_row(parsed, &private);
    let Some(model) = &parsed.model else {
        return from_row;
    };
    let exprs: Vec<TokenStream> = parsed
        .fields
        .iter()
        .map(|field| match &field.expr {
            Some(expr) => quote!(#expr),
            None => {
                let name = &field.ident;
                quote!(#model::#name)
            }
        })
        .collect();
    // At the type of the field, where the compiler points if the expression is of another.
    let locals: Vec<TokenStream> = parsed
        .fields
        .iter()
        .enumerate()
        .map(|(i, field)| {
            let local = format_ident!("__{i}", span = field.ty.span());
            quote!(#local)
        })
        .collect();
    let names = parsed.fields.iter().map(|field| &field.ident);
    let (selected, pattern) = (tuple(&exprs), tuple(&locals));
    quote! {
        #from_row

        #[automatically_derived]
        impl #private::Projection<#model> for #ident {
            fn selection() -> impl #private::Selection<#model, Output = Self> {
                #private::select_into::<#model, _, _>(
                    #selected,
                    |#pattern| #ident { #(#names: #locals,)* },
                )
            }
        }
    }
}

/// A tuple, of tuples where one would be too long.
fn tuple(members: &[TokenStream]) -> TokenStream {
    if members.len() <= LONGEST_TUPLE {
        return quote!((#(#members,)*));
    }
    let groups: Vec<TokenStream> = members.chunks(LONGEST_TUPLE).map(tuple).collect();
    tuple(&groups)
}

/// How it is read from the rows of a hand-written query.
fn from_row(parsed: &Projection, private: &TokenStream) -> TokenStream {
    let ident = &parsed.ident;
    let names: Vec<String> = parsed
        .fields
        .iter()
        .map(|field| field.ident.unraw().to_string())
        .collect();
    let reads = parsed.fields.iter().zip(&names).map(|(field, text)| {
        let (name, ty) = (&field.ident, &field.ty);
        quote!(#name: reader.named::<#ty>(#text)?)
    });
    quote! {
        #[automatically_derived]
        impl #private::FromRow for #ident {
            fn columns() -> #private::Columns {
                #private::Columns::Named(&[#(#names),*])
            }

            fn read(reader: &mut #private::RowReader<'_>) -> #private::Result<Self> {
                ::core::result::Result::Ok(#ident { #(#reads,)* })
            }
        }
    }
}
