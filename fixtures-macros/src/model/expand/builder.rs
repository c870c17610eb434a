//! The builder of a model: a method per field, defaults, and what is missing.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::super::{Field, Generated, Kind, Model, Reference};
use super::row::{key, local, owner, placed, relation_field};
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
    let fields = settable(model).map(|field| {
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
    let setters = settable(model).map(|field| setters(field, names));
    let empty = settable(model).map(|field| {
        let name = &field.ident;
        quote!(#name: ::core::option::Option::None)
    });
    let build = build(model, names);
    let refer = refer(model, private);
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

            #refer
        }
    }
}

/// The fields that a user sets: versions, and those that follow the clock, are set when the row is saved.
fn settable(model: &Model) -> impl Iterator<Item = &Field> {
    model.stored().filter(|field| {
        let mut columns = field.kind.columns().iter();
        columns.all(|column| column.clock.is_none() && !column.version)
    })
}

fn setters(field: &Field, names: &Names<'_>) -> TokenStream {
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
    let Kind::Reference(reference) = &field.kind else {
        return setter;
    };
    let Reference {
        handle, nullable, ..
    } = &**reference;
    let (by_key, key) = (reference.by_key(field), reference.key(private));
    let title = format!(
        "Sets `{}` by the primary key of the row that it points to.",
        field.name()
    );
    let (taken, made) = match (nullable, reference.columns.len()) {
        (true, 1) => (
            quote!(#private::IntoField<::core::option::Option<#key>>),
            quote!(#private::IntoField::into_field(key).map(<#handle>::new)),
        ),
        (false, 1) => (
            quote!(#private::IntoField<#key>),
            quote!(<#handle>::new(#private::IntoField::into_field(key))),
        ),
        (true, _) => (
            quote!(#private::IntoKey<#key>),
            quote!(::core::option::Option::Some(<#handle>::new(#private::IntoKey::into_key(key)))),
        ),
        (false, _) => (
            quote!(#private::IntoKey<#key>),
            quote!(<#handle>::new(#private::IntoKey::into_key(key))),
        ),
    };
    quote! {
        #setter

        #[doc = #title]
        #vis fn #by_key(mut self, key: impl #taken) -> Self {
            self.#name = ::core::option::Option::Some(#made);
            self
        }
    }
}

/// Sets a foreign key by the position of its first column.
fn refer(model: &Model, private: &TokenStream) -> Option<TokenStream> {
    let references = model.stored().filter_map(|field| match &field.kind {
        Kind::Reference(reference) => Some((field, reference)),
        _ => None,
    });
    let arms: Vec<_> = references
        .map(|(field, reference)| {
            let (name, handle, key) = (&field.ident, &reference.handle, reference.key(private));
            let position = reference.columns[0].position;
            let some = reference
                .nullable
                .then(|| quote!(.map(::core::option::Option::Some)));
            quote!(#position => {
                self.#name = <#key as #private::PrimaryKey>::from_values(key).map(<#handle>::new)#some;
            })
        })
        .collect();
    (!arms.is_empty()).then(|| {
        quote! {
            fn refer(mut self, position: usize, key: &[#private::Value]) -> Self {
                match position {
                    #(#arms)*
                    _ => {}
                }
                self
            }
        }
    })
}

fn build(model: &Model, names: &Names<'_>) -> TokenStream {
    let Names {
        model: ident,
        private,
        ..
    } = names;
    let mut required: Vec<(Ident, String, TokenStream)> = Vec::new();
    let mut values = Vec::new();
    for field in model.stored() {
        let local = local(field);
        match initial(model, field, names) {
            Initial::Value(value) => values.push(quote!(let #local = #value;)),
            Initial::Needed(value) => required.push((local, field.name(), value)),
        }
    }
    let own = format_ident!("__owner");
    let key = key(model, |field| {
        let local = local(field);
        quote!(&#local)
    });
    let owned = owner(model, &own, &key, names);
    let row = construct(ident, &model.fields, private, |field| {
        if field.kind.columns().is_empty() {
            relation_field(field, &own, names)
        } else {
            placed(field, &local(field).into_token_stream(), names)
        }
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

fn initial(model: &Model, field: &Field, names: &Names<'_>) -> Initial {
    let private = &names.private;
    let Field {
        ident: name, ty, ..
    } = field;
    let column = match &field.kind {
        Kind::Column(column) => column,
        Kind::Reference(reference) => return initial_reference(field, reference, names),
        Kind::Reverse(_) | Kind::ManyToMany(_) => return Initial::Needed(TokenStream::new()),
    };
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
        let value = default_value(default, &ty.to_token_stream(), private);
        return Initial::Value(or_default(name, &value));
    }
    if column.generated == Generated::ByType {
        return Initial::Needed(quote!(self.#name.or_else(<#ty as #private::Key>::unset)));
    }
    if model.primary_key.contains(&column.position) {
        return Initial::Needed(quote!(self.#name.or_else(<#ty as #private::Key>::fresh)));
    }
    // Whether the type has a NULL to start from is for the compiler to say: it may be an alias.
    Initial::Needed(quote!(self.#name.or_else(<#ty as #private::FieldType>::absent)))
}

fn initial_reference(field: &Field, reference: &Reference, names: &Names<'_>) -> Initial {
    let name = &field.ident;
    let Reference {
        handle, nullable, ..
    } = reference;
    let Some(default) = &reference.default else {
        return match nullable {
            true => Initial::Value(quote!(self.#name.unwrap_or_default())),
            false => Initial::Needed(quote!(self.#name)),
        };
    };
    let private = &names.private;
    let key = default_value(default, &reference.default_type(private), private);
    let value = if *nullable {
        quote!(#key.map(<#handle>::new))
    } else {
        quote!(<#handle>::new(#key))
    };
    Initial::Value(or_default(name, &value))
}

/// What was set, or else the default, which is not evaluated before it is needed.
fn or_default(name: &Ident, default: &TokenStream) -> TokenStream {
    quote!(match self.#name {
        ::core::option::Option::Some(value) => value,
        ::core::option::Option::None => #default,
    })
}
