//! The operands of an expression, one level down.

use crate::Expr;

/// The same walk over shared and over exclusive references.
macro_rules! walk {
    ($($(#[$doc:meta])* $name:ident [$($mut:tt)?] $iter:ident;)*) => {
        impl Expr {$(
            $(#[$doc])*
            pub fn $name(&$($mut)? self, each: &mut dyn FnMut(&$($mut)? Expr)) {
                match self {
                    Expr::Value(_)
                    | Expr::Column(_)
                    | Expr::Name(_)
                    | Expr::Compare { .. }
                    | Expr::ColumnIn { .. }
                    | Expr::Aggregate(..)
                    | Expr::Exists(_)
                    | Expr::Subquery(_)
                    | Expr::Outer(_)
                    | Expr::Excluded(_) => {}
                    Expr::And(all) | Expr::Or(all) => all.$iter().for_each(each),
                    Expr::Row(parts) => parts.$iter().for_each(each),
                    Expr::Not(inner)
                    | Expr::IsNull(inner)
                    | Expr::IsNotNull(inner)
                    | Expr::DatePart(_, inner) => each(inner),
                    Expr::Comparison(comparison) => {
                        each(&$($mut)? comparison.left);
                        each(&$($mut)? comparison.right);
                    }
                    Expr::Arithmetic(arithmetic) => {
                        each(&$($mut)? arithmetic.left);
                        each(&$($mut)? arithmetic.right);
                    }
                    // The set has no operands: binds, or a subquery.
                    Expr::In(set) => each(&$($mut)? set.expr),
                    Expr::Between(between) => {
                        each(&$($mut)? between.expr);
                        each(&$($mut)? between.low);
                        each(&$($mut)? between.high);
                    }
                    Expr::Like(like) => each(&$($mut)? like.expr),
                    Expr::Regex(regex) => each(&$($mut)? regex.expr),
                    Expr::Json(json) => each(&$($mut)? json.expr),
                    Expr::JsonContains(contains) => {
                        each(&$($mut)? contains.container);
                        each(&$($mut)? contains.content);
                    }
                    Expr::Function(call) => {
                        call.args.$iter().for_each(&mut *each);
                        call.filter.$iter().for_each(each);
                    }
                    Expr::Window(over) => {
                        over.call.args.$iter().for_each(&mut *each);
                        over.call.filter.$iter().for_each(&mut *each);
                        over.window.partition_by.$iter().for_each(&mut *each);
                        for term in over.window.order_by.$iter() {
                            each(&$($mut)? term.expr);
                        }
                    }
                    Expr::Case(case) => {
                        for (when, then) in case.branches.$iter() {
                            each(when);
                            each(then);
                        }
                        case.otherwise.$iter().for_each(each);
                    }
                    Expr::Any(any) => each(&$($mut)? any.filter),
                }
            }
        )*}
    };
}

walk! {
    /// Calls back with each operand, from left to right. A subquery reads rows of its own and is not
    /// among them.
    for_each_operand [] iter;
    /// As [`for_each_operand`](Self::for_each_operand), to change them.
    for_each_operand_mut [mut] iter_mut;
}
