//! The builder of a model: a method per field, defaults, and what is missing.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::{Column, Field, Generated, Kind, Model, Reference};
use super::row::{placed, relation_field, without_column};
use super::{Names, construct, default_value, docs};

/// The struct, beside the model, so that it can be named.
pub(super) fn structure(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        builder,
        ..
    } = names;
    let vis = &model.vis;
    let title = format!("Sets the fields of a new [`{ident}`], one by one.");
    let fields = settable(model).map(|(field, _)| {
        let (name, ty) = (&field.ident, &field.ty);
        quote!(#name: ::core::option::Option<#ty>)
    });
    quote! {
        #[doc = #title]
        #[must_use = "a builder does nothing until `build` or `create` is called"]
        #vis struct #builder {
            #(#fields,)*
        }
    }
}

/// What the builder can do.
pub(super) fn implementations(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        builder,
        private,
        ..
    } = names;
    let shown = builder.to_string();
    let setters = settable(model).map(|(field, column)| setters(field, column, names));
    let empty = settable(model).map(|(field, _)| {
        let name = &field.ident;
        quote!(#name: ::core::option::Option::None)
    });
    let build = build(model, names);
    quote! {
        #[automatically_derived]
        impl #builder {
            #(#setters)*
        }

        #[automatically_derived]
        impl ::core::default::Default for #builder {
            fn default() -> Self {
                #builder { #(#empty,)* }
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #builder {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#shown).finish_non_exhaustive()
            }
        }

        #[automatically_derived]
        impl #private::ModelBuilder for #builder {
            type Model = #ident;

            fn build(self) -> #private::Result<#ident> {
                #build
            }
        }
    }
}

/// The fields that a user sets: versions, and those that follow the clock, are set when the row is saved.
fn settable(model: &Model) -> impl Iterator<Item = (&Field, &Column)> {
    model
        .columns()
        .filter(|(_, column)| column.clock.is_none() && !column.version)
}

fn setters(field: &Field, column: &Column, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let Field {
        ident: name,
        ty,
        vis,
        ..
    } = field;
    let docs = docs(field, &format!("Sets `{}`.", field.name()));
    let setter = quote! {
        #docs
        #vis fn #name(mut self, value: impl #private::IntoField<#ty>) -> Self {
            self.#name = ::core::option::Option::Some(#private::IntoField::into_field(value));
            self
        }
    };
    let Some(Reference {
        handle, nullable, ..
    }) = &column.reference
    else {
        return setter;
    };
    let (accessor, key) = (&column.accessor, column.value_type(field, &names.private));
    let title = format!(
        "Sets `{}` by the primary key of the row that it points to.",
        field.name()
    );
    let reference = if *nullable {
        quote!(key.map(<#handle>::new))
    } else {
        quote!(<#handle>::new(key))
    };
    quote! {
        #setter

        #[doc = #title]
        #vis fn #accessor(mut self, key: impl #private::IntoField<#key>) -> Self {
            let key: #key = #private::IntoField::into_field(key);
            self.#name = ::core::option::Option::Some(#reference);
            self
        }
    }
}

fn build(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        private,
        ..
    } = names;
    let local = |column: &Column| format_ident!("__{}", column.position);
    let mut required: Vec<(Ident, String, TokenStream)> = Vec::new();
    let mut values = Vec::new();
    for (field, column) in model.columns() {
        let local = local(column);
        match initial(model, field, column, names) {
            Initial::Value(value) => values.push(quote!(let #local = #value;)),
            Initial::Needed(value) => required.push((local, field.name(), value)),
        }
    }
    let owner = format_ident!("__owner");
    let key = local(model.key().1);
    let owned = without_column(model)
        .next()
        .map(|_| quote!(let #owner = #private::owner(&#key);));
    let row = construct(ident, &model.fields, private, |field| match &field.kind {
        Kind::Column(column) => {
            let local = local(column);
            placed(field, &quote!(#local), names)
        }
        _ => relation_field(field, &owner, names),
    });
    let made = quote! {
        #(#values)*
        #owned
        ::core::result::Result::Ok(#row)
    };
    if required.is_empty() {
        return made;
    }
    let locals = required.iter().map(|(local, ..)| local).collect::<Vec<_>>();
    let missing = required
        .iter()
        .map(|(local, name, _)| quote!((#local.is_none(), #name)));
    let given = required.iter().map(|(.., value)| value);
    let shown = ident.to_string();
    quote! {
        match (#(#given,)*) {
            (#(::core::option::Option::Some(#locals),)*) => {
                #made
            }
            (#(#locals,)*) => ::core::result::Result::Err(#private::missing_fields(#shown, &[#(#missing),*])),
        }
    }
}

/// Where a field's first value comes from.
enum Initial {
    /// An expression that always gives one.
    Value(TokenStream),
    /// An `Option`; without a value the row cannot be built.
    Needed(TokenStream),
}

fn initial(model: &Model, field: &Field, column: &Column, names: &Names<'_>) -> Initial {
    let private = &names.private;
    let Field {
        ident: name, ty, ..
    } = field;
    if column.clock.is_some() {
        return Initial::Value(
            quote!(<#ty as #private::FromClock>::from_clock(#private::Utc::now())),
        );
    }
    if column.version {
        return Initial::Value(quote!(0));
    }
    if column.generated == Generated::Yes {
        return Initial::Value(quote!(self.#name.unwrap_or(0)));
    }
    if let Some(default) = &column.default {
        let value = default_value(default, &column.value_type(field, &names.private), private);
        let value = match &column.reference {
            None => value,
            Some(Reference {
                handle,
                nullable: true,
                ..
            }) => quote!(#value.map(<#handle>::new)),
            Some(Reference { handle, .. }) => quote!(<#handle>::new(#value)),
        };
        return Initial::Value(quote!(match self.#name {
            ::core::option::Option::Some(value) => value,
            ::core::option::Option::None => #value,
        }));
    }
    if column.generated == Generated::ByType {
        return Initial::Needed(quote!(self.#name.or_else(<#ty as #private::Key>::unset)));
    }
    if column.position == model.primary_key {
        return Initial::Needed(quote!(self.#name.or_else(<#ty as #private::Key>::fresh)));
    }
    // Whether the type has a NULL to start from is for the compiler to say: it may be an alias.
    Initial::Needed(quote!(self.#name.or_else(<#ty as #private::FieldType>::absent)))
}
