//! `default = expression`.

use syn::{Expr, ExprLit, ExprUnary, UnOp};

use super::super::Default;

/// A default, and whether the database can keep it as a constant: a literal, a path such as an enum's
/// variant, or `dec!(...)`. Any other expression may give another value each time, as `Uuid::new_v4()`
/// does, and stays in the program.
pub(super) fn default(expr: Expr) -> Default {
    Default {
        constant: is_constant(&expr),
        expr,
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(ExprLit { .. }) | Expr::Path(_) => true,
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => is_constant(expr),
        Expr::Paren(paren) => is_constant(&paren.expr),
        // The key of a row that a foreign key of several columns points to.
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_constant),
        Expr::Macro(call) => call
            .mac
            .path
            .segments
            .last()
            .is_some_and(|name| name.ident == "dec"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn literals_and_paths_are_constants_and_calls_are_not() {
        let constants: [Expr; 5] = [
            parse_quote!("x"),
            parse_quote!(-1),
            parse_quote!(OrderStatus::Pending),
            parse_quote!(dec!(9.99)),
            parse_quote!((true)),
        ];
        assert!(constants.into_iter().all(|expr| default(expr).constant));
        let others: [Expr; 3] = [
            parse_quote!(Uuid::new_v4()),
            parse_quote!(a + 1),
            parse_quote!(now!()),
        ];
        assert!(others.into_iter().all(|expr| !default(expr).constant));
    }
}
