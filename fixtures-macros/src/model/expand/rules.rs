//! Checks that run before a row is written.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Type};

use super::super::parse::argument_of;
use super::super::{Column, Field, Holder, Model, Rule};

/// `VALIDATORS` of a model, if any of its fields has rules.
pub(super) fn validators(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let checks: Vec<TokenStream> = model
        .columns()
        .filter(|(_, column)| !column.rules.is_empty())
        .map(|(field, column)| {
            let (position, ident) = (column.position, &field.ident);
            let problems = match &field.holder {
                None => problems(&quote!(&row.#ident), field, column, private),
                Some(Holder { ident, ty, at }) => {
                    quote!(<#ty as #private::FieldAt<#at>>::problems(&row.#ident))
                }
            };
            quote!(#private::Validator { position: #position, problems: |row: &Self| #problems })
        })
        .collect();
    (!checks.is_empty())
        .then(|| quote!(const VALIDATORS: &'static [#private::Validator<Self>] = &[#(#checks),*];))
}

/// What is wrong with the field at `place`, a reference, as an expression of type `Vec<String>`.
pub(super) fn problems(
    place: &TokenStream,
    field: &Field,
    column: &Column,
    private: &TokenStream,
) -> TokenStream {
    let inner = argument_of(&field.ty, "Option");
    let value = match inner {
        Some(_) => quote!(::core::option::Option::as_ref(#place)),
        None => quote!(::core::option::Option::Some(#place)),
    };
    let ty = inner.unwrap_or(&field.ty);
    let rules = column
        .rules
        .iter()
        .map(|rule| self::rule(rule, ty, private));
    quote! {{
        let mut __problems = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(__value) = #value {
            #(::core::iter::Extend::extend(&mut __problems, #rules);)*
        }
        __problems
    }}
}

/// What a rule says of `__value`, as an expression of type `Option<String>`.
fn rule(rule: &Rule, ty: &Type, private: &TokenStream) -> TokenStream {
    let rules = quote!(#private::rules);
    let converted = |expr: &Expr| {
        let convert = quote_spanned!(expr.span()=> <_ as #private::IntoField<#ty>>::into_field);
        quote!(#convert(#expr))
    };
    match rule {
        Rule::AtLeast(least) => {
            let value = converted(least);
            quote_spanned!(least.span()=> #rules::at_least::<#ty>(__value, &#value))
        }
        Rule::AtMost(most) => {
            let value = converted(most);
            quote_spanned!(most.span()=> #rules::at_most::<#ty>(__value, &#value))
        }
        Rule::MinLength(least) => {
            quote_spanned!(least.span()=> #rules::min_length(__value, #least))
        }
        Rule::Pattern(pattern) => quote_spanned! {pattern.span()=> {
            static __PATTERN: #rules::Pattern = #rules::Pattern::new(|| #rules::compiled(#pattern));
            #rules::pattern(__value, &__PATTERN)
        }},
        Rule::Email => quote!(#rules::email(__value)),
        Rule::OneOf(choices) => {
            let choices = choices.iter().map(converted);
            quote!(#rules::one_of::<#ty>(__value, &[#(#choices),*]))
        }
        Rule::Function(function) => {
            quote_spanned!(function.span()=> #rules::told((#function)(__value)))
        }
    }
}
