//! A Rust expression on the fields of a row as an expression of a query.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, ExprIf, ExprLit, ExprMethodCall, Lit, Stmt, Token, Type, UnOp};

use crate::diagnostics::Diagnostics;

/// What can be translated, and what to do about the rest.
pub(super) const HELP: &str = "fields, other properties, arithmetic, comparisons, `&&`, `||`, `!`, `if .. else ..`, \
    `format!(\"{} {}\", ..)` and the methods is_some, is_none, is_empty, contains, starts_with, ends_with, \
    to_lowercase, to_uppercase, trim, abs, unwrap_or and clone can be translated; for anything else write the SQL \
    form beside the Rust one: #[sql(|row| ..)]";

/// An expression for the place of a value or a condition.
pub(super) fn value(
    expr: &Expr,
    ty: &Type,
    private: &TokenStream,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    if !mentions_row(expr.to_token_stream()) {
        return expr.to_token_stream();
    }
    let mut translator = Translator {
        ty,
        private,
        diagnostics,
    };
    translator.value(expr)
}

struct Translator<'t> {
    /// The type of the property.
    ty: &'t Type,
    private: &'t TokenStream,
    diagnostics: &'t mut Diagnostics,
}

impl Translator<'_> {
    fn value(&mut self, expr: &Expr) -> TokenStream {
        // What does not depend on the row is a plain value, whatever it is made of.
        if !mentions_row(expr.to_token_stream()) {
            return expr.to_token_stream();
        }
        match expr {
            Expr::Field(field) if is_self(&field.base) => quote!(#field),
            Expr::Paren(paren) => {
                let inner = self.value(&paren.expr);
                quote!((#inner))
            }
            Expr::Reference(reference) => self.value(&reference.expr),
            Expr::Unary(unary) => match unary.op {
                UnOp::Not(_) => {
                    let operand = self.condition(&unary.expr);
                    quote!(!#operand)
                }
                UnOp::Deref(_) => self.value(&unary.expr),
                _ => self.refuse(expr, "a sign"),
            },
            Expr::Binary(binary) => self.binary(expr, &binary.left, &binary.op, &binary.right),
            Expr::If(choice) => self.choice(choice),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            Expr::MethodCall(call) => self.method(expr, call),
            Expr::Macro(call) if call.mac.path.is_ident("format") => {
                self.format(expr, call.mac.tokens.clone())
            }
            _ => self.refuse(expr, "this"),
        }
    }

    /// An expression that is a condition.
    fn condition(&mut self, expr: &Expr) -> TokenStream {
        let private = self.private;
        let value = self.value(expr);
        quote_spanned!(expr.span()=> #private::hybrid::condition(#value))
    }

    fn binary(&mut self, expr: &Expr, left: &Expr, op: &BinOp, right: &Expr) -> TokenStream {
        let comparison = |op: &BinOp, swapped: bool| {
            Some(match (op, swapped) {
                (BinOp::Eq(_), _) => "eq",
                (BinOp::Ne(_), _) => "ne",
                (BinOp::Lt(_), false) | (BinOp::Gt(_), true) => "lt",
                (BinOp::Le(_), false) | (BinOp::Ge(_), true) => "lte",
                (BinOp::Gt(_), false) | (BinOp::Lt(_), true) => "gt",
                (BinOp::Ge(_), false) | (BinOp::Le(_), true) => "gte",
                _ => return None,
            })
        };
        // A plain value has no lookups: `10 < self.total` is `self.total > 10`.
        let swapped = !mentions_row(left.to_token_stream());
        if let Some(name) = comparison(op, swapped) {
            let (subject, other) = if swapped {
                (right, left)
            } else {
                (left, right)
            };
            let (subject, other) = (self.value(subject), self.value(other));
            let name = syn::Ident::new(name, op.span());
            return quote!((#subject).#name(#other));
        }
        match op {
            BinOp::And(_) => {
                let (left, right) = (self.condition(left), self.condition(right));
                quote!((#left & #right))
            }
            BinOp::Or(_) => {
                let (left, right) = (self.condition(left), self.condition(right));
                quote!((#left | #right))
            }
            BinOp::Add(_) | BinOp::Mul(_) if swapped => {
                let (left, right) = (self.value(left), self.value(right));
                quote!((#right #op #left))
            }
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_)
                if !swapped =>
            {
                let (left, right) = (self.value(left), self.value(right));
                quote!((#left #op #right))
            }
            _ => self.refuse(expr, "this operator with these operands"),
        }
    }

    fn choice(&mut self, choice: &ExprIf) -> TokenStream {
        let (private, ty) = (self.private, self.ty);
        let Some((_, otherwise)) = &choice.else_branch else {
            return self.refuse(&Expr::If(choice.clone()), "an `if` without `else`");
        };
        if matches!(&*choice.cond, Expr::Let(_)) {
            return self.refuse(&choice.cond, "`if let`");
        }
        let condition = self.condition(&choice.cond);
        let then = self.block(&choice.then_branch);
        let otherwise = self.value_or_plain(otherwise);
        quote!(#private::hybrid::choice::<_, #ty, _, _>(#condition, #then, #otherwise))
    }

    /// The `else` of an `if`: a block, or another `if`.
    fn value_or_plain(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Block(block) => self.block(&block.block),
            other => self.value(other),
        }
    }

    fn block(&mut self, block: &Block) -> TokenStream {
        match block.stmts.as_slice() {
            [Stmt::Expr(tail, None)] => self.value(tail),
            _ => {
                let message = "only a single expression can be translated";
                self.diagnostics.error(block, message, HELP);
                TokenStream::new()
            }
        }
    }

    fn method(&mut self, expr: &Expr, call: &ExprMethodCall) -> TokenStream {
        let name = call.method.to_string();
        let arguments: Vec<&Expr> = call.args.iter().collect();
        if is_self(&call.receiver) && arguments.is_empty() {
            // Another property of the same row.
            return call.to_token_stream();
        }
        if !mentions_row(call.receiver.to_token_stream()) {
            return self.refuse(expr, &format!("`{name}` of a plain value"));
        }
        let method = |name: &str| syn::Ident::new(name, call.method.span());
        match (name.as_str(), arguments.as_slice()) {
            ("clone" | "as_str" | "to_owned" | "as_ref" | "as_deref", []) => {
                self.value(&call.receiver)
            }
            ("is_some", []) => self.call(&call.receiver, &method("is_not_null"), &[]),
            ("is_none", []) => self.call(&call.receiver, &method("is_null"), &[]),
            ("is_empty", []) => {
                let receiver = self.value(&call.receiver);
                quote!((#receiver).eq(""))
            }
            ("contains", [_]) => self.call(&call.receiver, &method("contains"), &arguments),
            ("starts_with", [_]) => self.call(&call.receiver, &method("startswith"), &arguments),
            ("ends_with", [_]) => self.call(&call.receiver, &method("endswith"), &arguments),
            ("to_lowercase", []) => self.function(&call.receiver, &method("lower"), &[]),
            ("to_uppercase", []) => self.function(&call.receiver, &method("upper"), &[]),
            ("trim", []) => self.function(&call.receiver, &method("trim"), &[]),
            ("abs", []) => self.function(&call.receiver, &method("abs"), &[]),
            ("unwrap_or", [_]) => self.function(&call.receiver, &method("coalesce"), &arguments),
            _ => self.refuse(expr, &format!("`{name}`")),
        }
    }

    /// A method of columns and expressions.
    fn call(&mut self, receiver: &Expr, method: &syn::Ident, arguments: &[&Expr]) -> TokenStream {
        let receiver = self.value(receiver);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| self.value(argument))
            .collect();
        quote!((#receiver).#method(#(#arguments),*))
    }

    /// A function of the ORM.
    fn function(&mut self, of: &Expr, name: &syn::Ident, more: &[&Expr]) -> TokenStream {
        let private = self.private;
        let of = self.value(of);
        let more: Vec<_> = more.iter().map(|argument| self.value(argument)).collect();
        quote!(#private::hybrid::#name(#of #(, #more)*))
    }

    /// `format!("{} {}", a, b)` as CONCAT.
    fn format(&mut self, expr: &Expr, tokens: TokenStream) -> TokenStream {
        let private = self.private;
        let parse = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(arguments) = syn::parse::Parser::parse2(parse, tokens) else {
            return self.refuse(expr, "this `format!`");
        };
        let mut arguments = arguments.iter();
        let Some(Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        })) = arguments.next()
        else {
            return self.refuse(expr, "this `format!`");
        };
        let text = text.value();
        let pieces: Vec<&str> = text.split("{}").collect();
        let values: Vec<&Expr> = arguments.collect();
        if pieces.len() != values.len() + 1 || pieces.iter().any(|p| p.contains(['{', '}'])) {
            return self.refuse(expr, "a `format!` with other than plain `{}`");
        }
        let mut parts: Vec<TokenStream> = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if !piece.is_empty() {
                parts.push(quote!(#piece));
            }
            if let Some(value) = values.get(at) {
                parts.push(self.value(value));
            }
        }
        // The first part decides the type; an empty text is one whatever the others are.
        quote!(#private::hybrid::text()#(.then(#parts))*.end())
    }

    fn refuse(&mut self, expr: &Expr, what: &str) -> TokenStream {
        let message = format!("{what} has no form in SQL that is known here");
        self.diagnostics.error(expr, message, HELP);
        TokenStream::new()
    }
}

fn is_self(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("self"))
}

/// Whether `self` stands in it.
fn mentions_row(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "self",
        TokenTree::Group(group) => mentions_row(group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn translated(expr: &Expr) -> Result<String, String> {
        let mut diagnostics = Diagnostics::new();
        let tokens = value(expr, &parse_quote!(Decimal), &quote!(p), &mut diagnostics);
        diagnostics.finish().map_err(|error| error.to_string())?;
        Ok(tokens.to_string())
    }

    #[test]
    fn arithmetic_stays_and_comparisons_become_lookups() {
        let sum: Expr = parse_quote!(self.price * self.quantity);
        assert_eq!(
            translated(&sum).unwrap(),
            "(self . price * self . quantity)"
        );
        let compared: Expr = parse_quote!(10 < self.price);
        assert_eq!(translated(&compared).unwrap(), "(self . price) . gt (10)");
    }

    #[test]
    fn what_does_not_depend_on_the_row_is_left_alone() {
        let plain: Expr = parse_quote!(limits().iter().max());
        assert_eq!(translated(&plain).unwrap(), "limits () . iter () . max ()");
    }

    #[test]
    fn what_cannot_be_translated_is_named() {
        let lost: Expr = parse_quote!(self.name.chars().rev());
        let error = translated(&lost).unwrap_err();
        assert!(error.starts_with("`rev` has no form in SQL"), "{error}");
    }
}
