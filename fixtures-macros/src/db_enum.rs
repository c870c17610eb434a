//! `#[derive(DbEnum)]`: a fieldless enum stored as text.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Path};

use crate::attributes::Attributes;
use crate::diagnostics::Diagnostics;
use crate::{crate_root, names};

/// The code for one enum.
pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let parsed = parse(input, &mut diagnostics);
    diagnostics.finish()?;
    Ok(parsed.as_ref().map(expand).unwrap_or_default())
}

/// An enum that a column can hold.
struct DbEnum {
    root: Path,
    ident: Ident,
    variants: Vec<Variant>,
}

struct Variant {
    ident: Ident,
    /// What the database keeps.
    text: String,
}

fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<DbEnum> {
    let Data::Enum(data) = &input.data else {
        let help = "derive `Model` for a struct that is a row of a table";
        diagnostics.error(&input.ident, "only an enum can be a `DbEnum`", help);
        return None;
    };
    if !input.generics.params.is_empty() {
        let message = "a `DbEnum` cannot have generic parameters";
        diagnostics.error(
            &input.generics,
            message,
            "its variants are words; remove the parameters",
        );
    }
    if data.variants.is_empty() {
        let message = format!(
            "`{}` has no variant, so no column could hold it",
            input.ident
        );
        diagnostics.error(&input.ident, message, "add variants");
    }
    let root = root(input, diagnostics);
    let mut variants: Vec<Variant> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "`{}` has fields, which a word in a column cannot keep",
                variant.ident
            );
            diagnostics.error(
                variant,
                message,
                "remove them, or use a `serde_json::Value` field in the model",
            );
        }
        let attributes =
            Attributes::parse(&variant.attrs, "db_enum", &["rename"], &[], diagnostics);
        let text = attributes.text("rename", diagnostics).map_or_else(
            || names::snake_case(&variant.ident.unraw().to_string()),
            |text| text.value(),
        );
        if let Some(same) = variants.iter().find(|v| v.text == text) {
            let message = format!(
                "`{}` and `{}` are both stored as `{text}`",
                same.ident, variant.ident
            );
            diagnostics.error(
                &variant.ident,
                message,
                "give one of them another text by #[db_enum(rename = \"...\")]",
            );
        }
        variants.push(Variant {
            ident: variant.ident.clone(),
            text,
        });
    }
    Some(DbEnum {
        root: root?,
        ident: input.ident.clone(),
        variants,
    })
}

fn root(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Option<Path> {
    let attributes = Attributes::parse(&input.attrs, "db_enum", &["crate"], &[], diagnostics);
    crate_root::of(&attributes, diagnostics)
}

fn expand(parsed: &DbEnum) -> TokenStream {
    let DbEnum {
        root,
        ident,
        variants,
    } = parsed;
    let private = quote!(#root::__private);
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<&str> = variants
        .iter()
        .map(|variant| variant.text.as_str())
        .collect();
    let longest = texts
        .iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or(1);
    // A word of four billion letters does not compile anyway.
    let longest = u32::try_from(longest).unwrap_or(u32::MAX);
    let shown = ident.to_string();
    quote! {
        #[automatically_derived]
        impl #private::DbEnum for #ident {
            const VARIANTS: &'static [&'static str] = &[#(#texts),*];

            fn as_str(&self) -> &'static str {
                match self {
                    #(#ident::#idents => #texts,)*
                }
            }
        }

        #[automatically_derived]
        impl #private::OwnOperand for #ident {}

        #[automatically_derived]
        impl #private::FieldType for #ident {
            type Base = #ident;

            const COLUMN_TYPE: #private::meta::ColumnType = #private::meta::ColumnType::VarChar(#longest);
            const CHOICES: ::core::option::Option<&'static [&'static str]> =
                ::core::option::Option::Some(<Self as #private::DbEnum>::VARIANTS);

            fn to_value(&self) -> #private::Value {
                #private::Value::from(#private::DbEnum::as_str(self))
            }

            fn decode(cell: #private::Cell<'_>) -> ::core::result::Result<Self, #private::CellError> {
                match cell.text()? {
                    #(#texts => ::core::result::Result::Ok(#ident::#idents),)*
                    other => ::core::result::Result::Err(#private::unknown_variant::<Self>(#shown, other)),
                }
            }
        }
    }
}
