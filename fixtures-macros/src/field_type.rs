//! `#[derive(FieldType)]`: a type that is kept in the database as another one.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Member, Path, Type};

use crate::attributes::Attributes;
use crate::crate_root;
use crate::diagnostics::Diagnostics;

/// The settings of `#[field_type(...)]`.
const SETTINGS: &[&str] = &[
    "storage",
    "max_length",
    "max_digits",
    "decimal_places",
    "crate",
];

/// The code for one type.
pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let parsed = parse(input, &mut diagnostics);
    diagnostics.finish()?;
    Ok(parsed.as_ref().map(expand).unwrap_or_default())
}

struct FieldType {
    root: Path,
    ident: Ident,
    storage: Type,
    form: Form,
    length: Option<syn::LitInt>,
    digits: Option<(syn::LitInt, syn::LitInt)>,
}

/// How a value becomes what is kept.
enum Form {
    /// It is the only field of the struct.
    Newtype(Member),
    /// By `From` and `TryFrom`.
    Converted,
}

fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<FieldType> {
    let attributes = Attributes::parse(&input.attrs, "field_type", SETTINGS, &[], diagnostics);
    let root = crate_root::of(&attributes, diagnostics);
    if !input.generics.params.is_empty() {
        diagnostics.error(
            &input.generics,
            "a field's type cannot have generic parameters",
            "implement `CustomType` for the types that you need",
        );
    }
    let length = attributes.integer("max_length", diagnostics);
    let (precision, scale) = (
        attributes.integer("max_digits", diagnostics),
        attributes.integer("decimal_places", diagnostics),
    );
    if precision.is_some() != scale.is_some()
        && let Some(given) = precision.as_ref().or(scale.as_ref())
    {
        let help = "write #[field_type(max_digits = 12, decimal_places = 2)]";
        diagnostics.error(
            given,
            "a decimal needs `max_digits` and `decimal_places`",
            help,
        );
    }
    let (storage, form) = match attributes.get("storage") {
        Some(entry) => {
            let storage = entry.path().map(|path| syn::parse_quote!(#path));
            if storage.is_none() {
                let help = "write `storage = String`";
                diagnostics.error(&entry.name, "`storage` needs a type", help);
            }
            (storage?, Form::Converted)
        }
        None => newtype(input, diagnostics)?,
    };
    Some(FieldType {
        root: root?,
        ident: input.ident.clone(),
        storage,
        form,
        length,
        digits: precision.zip(scale),
    })
}

/// The only field of a struct.
fn newtype(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<(Type, Form)> {
    let (what, help) = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => {
            let members = data.fields.members().zip(&data.fields);
            return members
                .map(|(member, field)| (field.ty.clone(), Form::Newtype(member)))
                .next();
        }
        Data::Enum(data)
            if data
                .variants
                .iter()
                .all(|v| matches!(v.fields, Fields::Unit)) =>
        {
            (
                "an enum",
                "derive `DbEnum` for an enum that is kept as text",
            )
        }
        Data::Enum(_) => ("an enum with fields", CONVERT),
        Data::Union(_) => ("a union", CONVERT),
        Data::Struct(_) => ("a struct that is not around exactly one value", CONVERT),
    };
    let message = format!("{what} does not say what is kept in the database");
    diagnostics.error(&input.ident, message, help);
    None
}

const CONVERT: &str = "name a type to convert to: #[field_type(storage = String)]";

fn expand(parsed: &FieldType) -> TokenStream {
    let FieldType {
        root,
        ident,
        storage,
        form,
        length,
        digits,
    } = parsed;
    let private = quote!(#root::__private);
    let own = quote!(<#storage as #private::FieldType>::COLUMN_TYPE);
    let column_type = match (length, digits) {
        (Some(length), _) => quote!(#private::text_of_length(#own, #length)),
        (None, Some((precision, scale))) => {
            quote!(#private::decimal_of_digits(#own, #precision, #scale))
        }
        (None, None) => own,
    };
    let functions = match form {
        Form::Newtype(member) => quote! {
            fn to_storage(&self) -> #storage {
                ::core::clone::Clone::clone(&self.#member)
            }

            fn from_storage(storage: #storage) -> ::core::result::Result<Self, #private::CellError> {
                ::core::result::Result::Ok(#ident { #member: storage })
            }

            fn to_bind(&self) -> #private::Value {
                #private::FieldType::to_value(&self.#member)
            }
        },
        Form::Converted => {
            let span = storage.span();
            let to = quote_spanned!(span=> <#storage as ::core::convert::From<&Self>>::from);
            let back =
                quote_spanned!(span=> <Self as ::core::convert::TryFrom<#storage>>::try_from);
            quote! {
                fn to_storage(&self) -> #storage {
                    #to(self)
                }

                fn from_storage(storage: #storage) -> ::core::result::Result<Self, #private::CellError> {
                    #private::converted(#back(storage))
                }
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #private::CustomType for #ident {
            type Storage = #storage;

            const COLUMN_TYPE: #private::meta::ColumnType = #column_type;

            #functions
        }
    }
}
