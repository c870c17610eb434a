//! Fields that a struct takes from another one: `#[field(flatten)] stamps: Timestamped`.
//!
//! A derive sees one struct and no other. So `#[derive(ModelFields)]` writes, beside the struct, a macro
//! of the same name that hands the struct's fields on to whoever calls it: a derive with `flatten`
//! expands to a call of that macro, which calls `with_shared_fields!` with the fields added. Names in
//! them (types, defaults) mean something in their own module alone, so they are only looked at here;
//! the code refers to them through the traits that the shared struct implements.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Field, Path, PathArguments, Token, Type, Visibility, braced};

use crate::attributes::{self, Attributes};
use crate::diagnostics::Diagnostics;
use crate::{crate_root, names};

/// A derive whose struct may take fields from others.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Deriving {
    Model,
    ModelFields,
}

/// What one call of a derive has gathered so far.
pub(crate) struct Gathered {
    pub(crate) deriving: Deriving,
    pub(crate) input: DeriveInput,
    /// The fields of each struct that `flatten` names, in the order of the fields.
    pub(crate) shared: Vec<Vec<Field>>,
}

impl Gathered {
    /// The beginning: nothing but the struct itself.
    pub(crate) fn new(deriving: Deriving, input: DeriveInput) -> Self {
        Gathered {
            deriving,
            input,
            shared: Vec::new(),
        }
    }

    /// The call that gathers the fields of the next shared struct, or `None` when all are there.
    pub(crate) fn next_call(&self) -> Option<TokenStream> {
        let path = named_fields(&self.input)
            .filter(|field| is_flattened(field))
            .nth(self.shared.len())
            .and_then(|field| path_of(&field.ty))?;
        // Mistakes are reported once everything is there.
        let mut diagnostics = Diagnostics::new();
        let attributes = Attributes::parse(
            &self.input.attrs,
            "model",
            &["crate"],
            &[],
            &mut diagnostics,
        );
        let root = crate_root::of(&attributes, &mut diagnostics);
        diagnostics.discard();
        let root = root?;
        let (deriving, input) = (self.deriving.name(), &self.input);
        let gathered = self.shared.iter().map(|fields| quote!({ #(#fields),* }));
        Some(quote! {
            #path! { { #root::__private::with_shared_fields } { #deriving } { #input } #(#gathered)* }
        })
    }
}

impl Deriving {
    const ALL: [Deriving; 2] = [Deriving::Model, Deriving::ModelFields];

    fn name(self) -> Ident {
        let name = match self {
            Deriving::Model => "Model",
            Deriving::ModelFields => "ModelFields",
        };
        Ident::new(name, Span::call_site())
    }
}

impl Parse for Gathered {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (name, item);
        braced!(name in input);
        let name: Ident = name.parse()?;
        let deriving = Deriving::ALL
            .into_iter()
            .find(|deriving| deriving.name() == name)
            .ok_or_else(|| syn::Error::new_spanned(&name, "not a derive that takes fields"))?;
        braced!(item in input);
        let item = item.parse()?;
        let mut shared = Vec::new();
        while !input.is_empty() {
            let fields;
            braced!(fields in input);
            let fields =
                Punctuated::<Field, Token![,]>::parse_terminated_with(&fields, Field::parse_named)?;
            shared.push(fields.into_iter().collect());
        }
        Ok(Gathered {
            deriving,
            input: item,
            shared,
        })
    }
}

/// Whether a field has `#[field(flatten)]`.
pub(super) fn is_flattened(field: &Field) -> bool {
    attributes::has_entry(&field.attrs, "field", "flatten")
}

/// The path by which a type without arguments is named, which names its macro too.
pub(super) fn path_of(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(ty) if ty.qself.is_none() => Some(&ty.path).filter(|path| {
            let plain =
                |segment: &syn::PathSegment| matches!(segment.arguments, PathArguments::None);
            path.segments.iter().all(plain)
        }),
        _ => None,
    }
}

fn named_fields(input: &DeriveInput) -> impl Iterator<Item = &Field> {
    match &input.data {
        Data::Struct(data) => Some(data.fields.iter()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

/// The macro that hands on the fields of a struct, under the struct's own name and visibility.
pub(super) fn handing_on(ident: &Ident, vis: &Visibility, fields: &[Field]) -> TokenStream {
    let fields = fields.iter().map(|field| {
        let of_interest =
            |attr: &&syn::Attribute| attr.path().is_ident("field") || attr.path().is_ident("doc");
        let attrs = field.attrs.iter().filter(of_interest);
        let (ident, ty) = (&field.ident, &field.ty);
        quote!(#(#attrs)* #ident: #ty)
    });
    let name = unique_name(ident);
    // Only an exported macro can be re-exported as `pub`; it then lies at the root of the crate too.
    let exported = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    quote! {
        #[doc(hidden)]
        #exported
        macro_rules! #name {
            ({ $($callback:tt)* } $($gathered:tt)*) => {
                $($callback)* ! { $($gathered)* { #(#fields),* } }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports, unreachable_pub)]
        #vis use #name as #ident;
    }
}

/// A name that no other struct of the crate has, as exported macros share one namespace: it follows
/// from where the struct stands.
fn unique_name(ident: &Ident) -> Ident {
    let span = ident.span().unwrap();
    let place = format!("{}:{}:{}", span.file(), span.line(), span.column());
    format_ident!("__fields_of_{}_{:x}", ident.unraw(), names::hash(&place))
}
