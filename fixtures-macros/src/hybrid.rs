//! `#[hybrid]`: methods of a model that are expressions of queries too.
//!
//! The block stays as it is. Beside it, each method is written a second time for the struct of the
//! model's columns: there `self.price` is a column, so that `self.price * self.quantity` is an
//! expression as it stands. What has another form in queries is rewritten by `translate`.

mod translate;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Expr, ExprClosure, ImplItem, ImplItemFn, ItemImpl, Pat, Path, ReceiverKind, ReturnType, Stmt,
    Type,
};

use crate::attributes::Attributes;
use crate::crate_root;
use crate::diagnostics::Diagnostics;

/// The block, and its methods as expressions.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let code = match syn::parse2::<ItemImpl>(item) {
        Ok(item) => hybrids(item, &mut diagnostics),
        Err(error) => {
            diagnostics.add(error);
            None
        }
    };
    let mistakes = diagnostics
        .finish()
        .err()
        .map(syn::Error::into_compile_error);
    quote!(#mistakes #code)
}

fn hybrids(mut item: ItemImpl, diagnostics: &mut Diagnostics) -> Option<TokenStream> {
    let attributes = Attributes::parse(&[], "hybrid", &["crate"], &[], diagnostics);
    let root = crate_root::of(&attributes, diagnostics)?;
    let model = match &*item.self_ty {
        Type::Path(ty) if item.trait_.is_none() && item.generics.params.is_empty() => &ty.path,
        other => {
            let help = "write `impl Order { .. }` with the model's name";
            diagnostics.error(other, "`#[hybrid]` stands on the methods of a model", help);
            return None;
        }
    };
    let columns = columns_of(model)?;
    let model = model.clone();
    let mut expressions = Vec::new();
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else {
            let help = "move it to a block without #[hybrid]";
            diagnostics.error(member, "only methods are expressions of queries", help);
            continue;
        };
        expressions.extend(expression(function, &root, diagnostics));
    }
    let private = quote!(#root::__private);
    Some(quote! {
        #item

        #[automatically_derived]
        #[allow(dead_code, clippy::all, clippy::pedantic)]
        impl<__P: #private::ModelPath<Target = #model>> #columns<__P> {
            #(#expressions)*
        }
    })
}

/// `OrderColumns` beside `Order`.
fn columns_of(model: &Path) -> Option<Path> {
    let mut columns = model.clone();
    let last = columns.segments.last_mut()?;
    last.ident = format_ident!("{}Columns", last.ident);
    Some(columns)
}

/// A method as an expression; its own `#[sql(..)]` is taken off.
fn expression(
    function: &mut ImplItemFn,
    root: &Path,
    diagnostics: &mut Diagnostics,
) -> Option<TokenStream> {
    let position = function.attrs.iter().position(|a| a.path().is_ident("sql"));
    let written = position.map(|position| function.attrs.remove(position));
    let receiver = function
        .sig
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None)));
    let ReturnType::Type(_, ty) = &function.sig.output else {
        let help = "return what the property is: `-> Decimal`";
        diagnostics.error(&function.sig, "a property has a value", help);
        return None;
    };
    if !receiver || function.sig.inputs.len() != 1 {
        let help = "take `&self` alone; what depends on more is a scope or a function of your own";
        diagnostics.error(&function.sig, "a property follows from its row alone", help);
        return None;
    }
    let private = quote!(#root::__private);
    let before = diagnostics.count();
    let (binding, body) = match &written {
        Some(attribute) => match attribute.parse_args::<ExprClosure>() {
            Ok(closure) => {
                let row = row_of(&closure, diagnostics)?;
                let body = &closure.body;
                (quote!(let #row = self;), quote!(#body))
            }
            Err(_) => {
                let help = "write `#[sql(|row| row.price * row.quantity)]`";
                diagnostics.error(attribute, "`#[sql(..)]` needs a closure", help);
                return None;
            }
        },
        None => {
            let Some(tail) = tail_of(function) else {
                let help = translate::HELP;
                diagnostics.error(
                    &function.block,
                    "only a single expression can be translated",
                    help,
                );
                return None;
            };
            (
                TokenStream::new(),
                translate::value(tail, ty, &private, diagnostics),
            )
        }
    };
    if diagnostics.count() > before {
        return None;
    }
    let (vis, name) = (&function.vis, &function.sig.ident);
    let docs = function.attrs.iter().filter(|a| a.path().is_ident("doc"));
    let root_model = quote!(<__P as #private::ModelPath>::Root);
    let is_condition = matches!(&**ty, Type::Path(ty) if ty.path.is_ident("bool"));
    let span = ty.span();
    let (output, made) = if is_condition {
        (
            quote!(#private::Filter<#root_model>),
            quote_spanned!(span=> #private::hybrid::condition::<#root_model, _>(#body)),
        )
    } else {
        (
            quote!(#private::Expression<#root_model, #ty>),
            quote_spanned!(span=> #private::hybrid::expression::<#root_model, #ty, _>(#body)),
        )
    };
    Some(quote! {
        #(#docs)*
        #[must_use]
        #vis fn #name(self) -> #output {
            #binding
            #made
        }
    })
}

/// The name by which a closure knows the row.
fn row_of<'c>(closure: &'c ExprClosure, diagnostics: &mut Diagnostics) -> Option<&'c Pat> {
    let mut inputs = closure.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(row @ Pat::Ident(_)), None) => Some(row),
        _ => {
            let help = "write `#[sql(|row| row.price * row.quantity)]`";
            diagnostics.error(closure, "the closure of `#[sql(..)]` takes the row", help);
            None
        }
    }
}

/// The expression that a body consists of.
fn tail_of(function: &ImplItemFn) -> Option<&Expr> {
    match function.block.stmts.as_slice() {
        [Stmt::Expr(tail, None)] => Some(tail),
        _ => None,
    }
}
