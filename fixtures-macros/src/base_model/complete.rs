//! An `impl` of a base trait, completed by the accessors that it lacks, from fields of the same names.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Ident, ImplItem, ItemImpl, LitBool, Path, ReturnType, Signature, Token, braced};

/// What the trait's macro says of it, and the `impl` that the macro was given.
struct Call {
    root: Path,
    has_async: bool,
    accessors: Vec<Signature>,
    item: ItemImpl,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let base;
        braced!(base in input);
        name(&base)?;
        let root = base.parse()?;
        base.parse::<Token![,]>()?;
        name(&base)?;
        let has_async = base.parse::<LitBool>()?.value;
        base.parse::<Token![,]>()?;
        let accessors = signatures(&base)?;
        let item = input.parse()?;
        Ok(Call {
            root,
            has_async,
            accessors,
            item,
        })
    }
}

fn name(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    Ok(())
}

fn signatures(input: ParseStream<'_>) -> syn::Result<Vec<Signature>> {
    name(input)?;
    let list;
    braced!(list in input);
    let list = list.parse_terminated(Signature::parse, Token![;])?;
    Ok(list.into_iter().collect())
}

pub(crate) fn complete(call: TokenStream) -> TokenStream {
    let Call {
        root,
        has_async,
        accessors,
        mut item,
    } = match syn::parse2(call) {
        Ok(call) => call,
        Err(error) => return error.into_compile_error(),
    };
    let written: Vec<String> = item
        .items
        .iter()
        .filter_map(|item| match item {
            ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        })
        .collect();
    let lacks = |signature: &&Signature| !written.contains(&signature.ident.to_string());
    let added: Vec<TokenStream> = accessors
        .iter()
        .filter(lacks)
        .map(|accessor| from_field(accessor, &root))
        .collect();
    item.items.extend(added.into_iter().map(ImplItem::Verbatim));

    let async_trait = has_async.then(|| quote!(#[#root::__private::async_trait]));
    quote!(#async_trait #item)
}

/// An accessor that a field answers; what does not fit is reported at the type that the trait asks for.
fn from_field(accessor: &Signature, root: &Path) -> TokenStream {
    let name = &accessor.ident;
    let span = match &accessor.output {
        ReturnType::Type(_, output) => output.span(),
        ReturnType::Default => name.span(),
    };
    let value = quote_spanned!(span=> #root::__private::Access::access(&self.#name));
    quote!(#accessor { #value })
}
