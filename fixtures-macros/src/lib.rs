//! The procedural macros of Testudo. Use them through `testudo` and `testudo-orm`, which document
//! them where they belong.

mod atomic;
mod attributes;
mod base_model;
mod crate_root;
mod db_enum;
mod diagnostics;
mod field_type;
mod hybrid;
mod model;
mod names;
mod orm_test;
mod projection;
mod scopes;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::model::{Deriving, Gathered};

/// Makes a struct a row of a table. See `testudo_orm::Model`.
#[proc_macro_derive(Model, attributes(model, field))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::derive(Gathered::new(Deriving::Model, input)).into()
}

/// Makes a struct a group of fields that models share. See `testudo_orm::ModelFields`.
#[proc_macro_derive(ModelFields, attributes(model, field))]
pub fn derive_model_fields(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::derive(Gathered::new(Deriving::ModelFields, input)).into()
}

/// Goes on with a derive once the fields of a shared struct are known; the derives call it.
#[doc(hidden)]
#[proc_macro]
pub fn with_shared_fields(input: TokenStream) -> TokenStream {
    model::derive(parse_macro_input!(input as Gathered)).into()
}

/// Makes a type that a model's field can have out of another. See `testudo_orm::CustomType`.
#[proc_macro_derive(FieldType, attributes(field_type))]
pub fn derive_field_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    field_type::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a fieldless enum a type that a model's field can have. See `testudo_orm::DbEnum`.
#[proc_macro_derive(DbEnum, attributes(db_enum))]
pub fn derive_db_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    db_enum::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a struct what a query returns in place of models. See `testudo_orm::Projection`.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    projection::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes methods of a model expressions of queries too. See `testudo_orm::hybrid`.
#[proc_macro_attribute]
pub fn hybrid(_options: TokenStream, item: TokenStream) -> TokenStream {
    hybrid::expand(item.into()).into()
}

/// Makes methods of query sets out of an `impl` block. See `testudo_orm::scopes`.
#[proc_macro_attribute]
pub fn scopes(visibility: TokenStream, item: TokenStream) -> TokenStream {
    scopes::expand(visibility.into(), item.into()).into()
}

/// Runs the body of an `async fn` in a transaction. See `testudo_orm::atomic`.
#[proc_macro_attribute]
pub fn atomic(options: TokenStream, item: TokenStream) -> TokenStream {
    atomic::atomic(options.into(), item.into()).into()
}

/// Makes a test out of an `async fn` that takes a database. See `testudo::orm_test`.
#[proc_macro_attribute]
pub fn orm_test(options: TokenStream, item: TokenStream) -> TokenStream {
    orm_test::orm_test(options.into(), item.into()).into()
}

/// Makes a trait that a model, a mock and a transition model implement. See `testudo_mocks::base_model`.
#[proc_macro_attribute]
pub fn base_model(options: TokenStream, item: TokenStream) -> TokenStream {
    base_model::base_model(options.into(), item.into()).into()
}

/// What the macro of a base trait calls; not for users.
#[doc(hidden)]
#[proc_macro]
pub fn complete_base(call: TokenStream) -> TokenStream {
    base_model::complete(call.into()).into()
}
