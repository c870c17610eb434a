//! The tests that libtest gets: little more than what only the call site knows.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, ItemFn, Lit, Meta, Type};

use super::backends::Backend;
use super::parse::{Options, OrmTest, Target};
use super::{capabilities, manifest};

/// Attributes of the body rather than of the test: lints, and what is written about it.
const OF_THE_BODY: &[&str] = &["allow", "warn", "deny", "forbid", "expect", "doc"];

pub(super) fn expand(test: &OrmTest) -> TokenStream {
    match &test.target {
        Target::One(backend) => single(test, *backend),
        Target::Each(backends) => one_per_backend(test, backends),
    }
}

/// What is left of a test that was written wrongly.
pub(super) fn kept(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            function.attrs.clear();
            quote!(#function)
        }
        Err(_) => item,
    }
}

/// `#[test] fn name()` with the body inside.
fn single(test: &OrmTest, backend: Backend) -> TokenStream {
    let (of_the_test, body) = split(test);
    let name = &test.function.sig.ident;
    let visibility = &test.function.vis;
    let run = run(test, name, &quote!(#name), &models(test), backend);
    let ignored = ignored(test, backend);
    let watched = watched(test);
    quote! {
        #(#of_the_test)*
        #ignored
        #[::core::prelude::v1::test]
        #visibility fn #name() {
            #watched
            #body
            #run
        }
    }
}

/// The body, and beside it a module of the same name with a test for each backend.
fn one_per_backend(test: &OrmTest, backends: &[(Ident, Backend)]) -> TokenStream {
    let (of_the_test, body) = split(test);
    let (cfgs, of_the_test): (Vec<&Attribute>, Vec<&Attribute>) = of_the_test
        .into_iter()
        .partition(|attribute| attribute.path().is_ident("cfg"));
    let name = &test.function.sig.ident;
    // Beside the body: in the module of the tests, the names of models may mean nothing.
    let tables = format_ident!("__tables_of_{name}");
    let models = models(test);
    let private = private();
    let tests = backends.iter().map(|(written, backend)| {
        let run = run(
            test,
            written,
            &quote!(super::#name),
            &quote!(super::#tables),
            *backend,
        );
        let ignored = ignored(test, *backend);
        quote! {
            #(#of_the_test)*
            #ignored
            #[::core::prelude::v1::test]
            fn #written() {
                #run
            }
        }
    });
    let watched = watched(test);
    let tables_of_models = (!test.options.models.is_empty()).then(|| {
        quote! {
            #(#cfgs)*
            #[cfg(test)]
            #[doc(hidden)]
            #[allow(non_upper_case_globals)]
            const #tables: &[#private::TablesOf] = #models;
        }
    });
    quote! {
        #(#cfgs)*
        #[cfg(test)]
        #body

        #tables_of_models

        #(#cfgs)*
        #[cfg(test)]
        // rstest makes names such as `name_1___alice__`.
        #[allow(non_snake_case)]
        mod #name {
            #watched
            #(#tests)*
        }
    }
}

/// The tables of the models, as a list of functions that know them.
fn models(test: &OrmTest) -> TokenStream {
    let private = private();
    let models = &test.options.models;
    quote!(&[#(#private::tables_of::<#models>),*])
}

fn watched(test: &OrmTest) -> Option<TokenStream> {
    test.follows_manifest.then(manifest::watched).flatten()
}

/// The attributes of the test, and the function that is its body.
fn split(test: &OrmTest) -> (Vec<&Attribute>, ItemFn) {
    let mut body = test.function.clone();
    body.vis = syn::Visibility::Inherited;
    body.attrs.retain(is_of_the_body);
    let of_the_test = test
        .function
        .attrs
        .iter()
        .filter(|attribute| !is_of_the_body(attribute))
        .collect();
    (of_the_test, body)
}

/// `#[ignore]` on a backend that has not what the test requires: listed, with the reason, and not run.
fn ignored(test: &OrmTest, backend: Backend) -> Option<TokenStream> {
    let reason = capabilities::missing(&test.options.requires, backend)?;
    let by_the_user = (test.function.attrs.iter()).any(|attr| attr.path().is_ident("ignore"));
    (!by_the_user).then(|| quote!(#[ignore = #reason]))
}

fn is_of_the_body(attribute: &Attribute) -> bool {
    OF_THE_BODY
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

fn run(
    test: &OrmTest,
    function: &Ident,
    body: &TokenStream,
    models: &TokenStream,
    backend: Backend,
) -> TokenStream {
    let private = private();
    let arguments = test.parameters.iter().map(|ty| argument(ty, backend));
    let options = options(test, models, backend);
    let function = function.to_string();
    let run = located_at(quote!(#private::run), test.function.sig.output.span());
    quote! {
        #run(
            #private::site!(#function),
            #options,
            |context| async move {
                ::core::result::Result::<_, #private::Error>::Ok(#body(#(#arguments),*).await)
            },
        )
    }
}

/// What the body gets for a parameter of this type. Every token stands where the type is written, so
/// that the compiler complains about a wrong one there. The type itself is left to inference: in a
/// module of its own its name may mean nothing.
fn argument(ty: &Type, backend: Backend) -> TokenStream {
    let private = private();
    let backend = format_ident!("{}", backend.variant());
    located_at(
        quote! {
            #private::Parameter::<#private::on::#backend>::from_context(&context).await?
        },
        ty.span(),
    )
}

/// The same tokens, which mean what they meant, at another place.
fn located_at(tokens: TokenStream, place: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    moved.collect()
}

fn options(test: &OrmTest, models: &TokenStream, of: Backend) -> TokenStream {
    let private = private();
    let backend = format_ident!("{}", of.variant());
    let Options {
        fails_on,
        migrations,
        fixtures,
        isolation,
        runtime,
        seed,
        ..
    } = &test.options;
    let mut fields = vec![quote!(backend: #private::Backend::#backend)];
    fields.extend(
        fails_on
            .iter()
            .find(|failure| failure.backend == of)
            .map(|failure| {
                let reason = &failure.reason;
                quote!(expected_failure: ::core::option::Option::Some(#reason))
            }),
    );
    fields.extend(
        migrations
            .as_ref()
            .map(|dir| quote!(migrations: ::core::option::Option::Some(#dir))),
    );
    if !test.options.models.is_empty() {
        fields.push(quote!(models: #models));
    }
    if !fixtures.is_empty() {
        fields.push(quote!(fixtures: &[#(#fixtures),*]));
    }
    fields.extend(isolation.as_ref().map(|text| {
        let name = capitalized(&text.value());
        quote!(isolation: #private::Isolation::#name)
    }));
    fields.extend(runtime.as_ref().map(|text| {
        let name = capitalized(&text.value());
        quote!(runtime: #private::RuntimeKind::#name)
    }));
    fields.extend(seed.map(|seed| quote!(seed: ::core::option::Option::Some(#seed))));
    fields.extend(
        should_panic(&test.function.attrs)
            .map(|message| quote!(should_panic: ::core::option::Option::Some(#message))),
    );
    quote!(#private::Options { #(#fields,)* ..#private::Options::DEFAULT })
}

/// What the panic message of a `#[should_panic]` test has to contain; nothing in particular is `""`.
fn should_panic(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|attribute| attribute.path().is_ident("should_panic"))?;
    let expected = match &attribute.meta {
        Meta::Path(_) => None,
        Meta::NameValue(pair) => string(&pair.value),
        Meta::List(list) => list
            .parse_args::<syn::MetaNameValue>()
            .ok()
            .and_then(|pair| string(&pair.value)),
    };
    Some(expected.unwrap_or_default())
}

fn string(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

fn capitalized(name: &str) -> Ident {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    Ident::new(
        &first.into_iter().chain(letters).collect::<String>(),
        Span::call_site(),
    )
}

/// `testudo::__private`, whatever the crate is called here.
fn private() -> TokenStream {
    match crate_name("testudo") {
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            quote!(::#name::__private)
        }
        Ok(FoundCrate::Itself) | Err(_) => quote!(::testudo::__private),
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn the_complaint_about_a_wrong_parameter_stands_where_its_type_is_written() {
        let tokens = TokenStream::from_str("\n   Vec<u8>").expect("tokens");
        let ty: Type = syn::parse2(tokens).expect("a type");
        for token in argument(&ty, Backend::Sqlite) {
            let place = token.span().start();
            assert_eq!((place.line, place.column), (2, 3), "{token}");
        }
    }
}
