//! What `#[derive(ModelFields)]` adds beside a struct: how models get at its fields.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::{Column, Default, Field, Holder, Kind, Reference, Shared};
use super::{construct, default_value, get, get_mut, rules};

/// Everything that the derive adds beside the struct.
pub(crate) fn shared(shared: &Shared) -> TokenStream {
    let Shared {
        root,
        ident,
        fields,
        handing_on,
    } = shared;
    let private = quote!(#root::__private);
    let types = fields.iter().map(|field| &field.ty);
    let locals = |at: usize| format_ident!("__{at}");
    let names = (0..fields.len()).map(locals);
    let made = construct(ident, fields, &private, |field| {
        let at = fields.iter().position(|other| std::ptr::eq(other, field));
        let local = at.map(locals);
        quote!(#local)
    });
    let each = fields
        .iter()
        .enumerate()
        .map(|(at, field)| self::field(shared, at, field, &private));
    quote! {
        #handing_on

        #[allow(dead_code, clippy::all, clippy::pedantic)]
        const _: () = {
            #[automatically_derived]
            impl #private::ModelFields for #ident {
                type Fields = (#(#types,)*);

                fn from_fields((#(#names,)*): Self::Fields) -> Self {
                    #made
                }
            }

            #(#each)*
        };
    }
}

/// One field, by its place in the struct.
fn field(shared: &Shared, at: usize, field: &Field, private: &TokenStream) -> TokenStream {
    let (ident, ty) = (&shared.ident, &field.ty);
    let receiver = quote!(self);
    let (get, get_mut) = (
        get(field, &receiver, private),
        get_mut(field, &receiver, private),
    );
    let problems = match &field.kind {
        Kind::Column(column) => problems(field, column, private),
        Kind::Reference(_) | Kind::Reverse(_) | Kind::ManyToMany(_) => None,
    };
    let more = match &field.kind {
        Kind::Column(column) => default(shared, at, &column.default, &quote!(#ty), private),
        Kind::Reference(of) => reference(shared, at, of, private),
        Kind::Reverse(_) | Kind::ManyToMany(_) => TokenStream::new(),
    };
    quote! {
        #[automatically_derived]
        impl #private::FieldAt<#at> for #ident {
            type Type = #ty;

            fn get(&self) -> &#ty {
                #get
            }

            fn get_mut(&mut self) -> &mut #ty {
                #get_mut
            }

            #problems
        }

        #more
    }
}

/// What a field's rules say of it, if it has any.
fn problems(field: &Field, column: &Column, private: &TokenStream) -> Option<TokenStream> {
    let ident = &field.ident;
    let problems = match &field.holder {
        _ if column.rules.is_empty() => return None,
        None => rules::problems(&quote!(&self.#ident), field, column, private),
        Some(Holder { ident, ty, at }) => {
            quote!(<#ty as #private::FieldAt<#at>>::problems(&self.#ident))
        }
    };
    Some(quote! {
        fn problems(&self) -> ::std::vec::Vec<::std::string::String> {
            #problems
        }
    })
}

/// What a field points to, and its default.
fn reference(
    shared: &Shared,
    at: usize,
    reference: &Reference,
    private: &TokenStream,
) -> TokenStream {
    let ident = &shared.ident;
    let Reference { target, handle, .. } = reference;
    let ty = reference.default_type(private);
    let default = default(shared, at, &reference.default, &ty, private);
    quote! {
        #[automatically_derived]
        impl #private::ReferenceAt<#at> for #ident {
            type Target = #target;
            type Handle = #handle;
        }

        #default
    }
}

fn default(
    shared: &Shared,
    at: usize,
    default: &Option<Default>,
    ty: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    let (ident, Some(default)) = (&shared.ident, default) else {
        return TokenStream::new();
    };
    let value = default_value(default, ty, private);
    quote! {
        #[automatically_derived]
        impl #private::DefaultAt<#at> for #ident {
            type Value = #ty;

            fn value() -> Self::Value {
                #value
            }
        }
    }
}
