//! Whether an expression may be NULL, so that its complement has to say what becomes of NULL.

use crate::compile::writer::Writer;
use crate::expr::NullRule;
use crate::schema::Path;
use crate::{
    Aggregate, ArithmeticOp, ColumnRef, CompareOp, Expr, FunctionCall, InSet, Projection, Select,
};

/// Past this depth an expression counts as nullable, which is never wrong.
const LOOK: usize = 64;

impl Writer<'_> {
    /// Whether the expression may be NULL, or unknown if it is a condition. True in doubt.
    pub(super) fn nullable(&self, expr: &Expr) -> bool {
        self.may_be_null(expr, LOOK)
    }

    pub(super) fn column_nullable(&self, column: &ColumnRef) -> bool {
        column.column.nullable || self.path_nullable(column.path)
    }

    /// Whether a LEFT JOIN leads to the path. Within the EXISTS of a path, a row is there for
    /// everything up to that path.
    fn path_nullable(&self, path: &'static Path) -> bool {
        let mut path = path;
        while let Some(hop) = path.hop {
            let there =
                |sought: Option<&Path>| sought.is_some_and(|sought| sought.starts_with(path));
            if there(self.scope.sought) || self.outer.iter().any(|scope| there(scope.sought)) {
                return false;
            }
            if hop.relation.nullable || hop.relation.to_many {
                return true;
            }
            path = hop.parent;
        }
        self.scope.outer_join || self.outer.iter().any(|scope| scope.outer_join)
    }

    fn may_be_null(&self, expr: &Expr, look: usize) -> bool {
        let Some(look) = look.checked_sub(1) else {
            return true;
        };
        let any = |exprs: &[Expr]| exprs.iter().any(|expr| self.may_be_null(expr, look));
        match expr {
            Expr::Value(value) => value.is_null(),
            Expr::Column(column) | Expr::Excluded(column) => self.column_nullable(column),
            Expr::Compare { column, op, value } => {
                *op != CompareOp::Ne && !value.is_null() && self.column_nullable(column)
            }
            Expr::Comparison(comparison) => {
                let nulls = |expr: &Expr| self.may_be_null(expr, look);
                comparison.op != CompareOp::Ne
                    && (nulls(&comparison.left) || nulls(&comparison.right))
            }
            Expr::And(all) | Expr::Or(all) => any(all),
            Expr::Row(parts) => any(parts),
            Expr::Not(inner) => self.complement_may_be_null(inner, look),
            Expr::IsNull(_) | Expr::IsNotNull(_) => false,
            Expr::Exists(_) | Expr::Any(_) => false,
            Expr::ColumnIn {
                column,
                values,
                negated,
            } => !negated && !values.is_empty() && self.column_nullable(column),
            Expr::Aggregate(function, _) => *function != Aggregate::Count,
            Expr::In(set) => {
                !set.negated
                    && match &set.set {
                        InSet::Values(values) => {
                            !values.is_empty() && self.may_be_null(&set.expr, look)
                        }
                        InSet::Array(_) => self.may_be_null(&set.expr, look),
                        InSet::Select(select) => {
                            self.may_be_null(&set.expr, look) || !self.never_null_select(select)
                        }
                    }
            }
            Expr::Between(between) => {
                !between.negated
                    && [&between.expr, &between.low, &between.high]
                        .iter()
                        .any(|expr| self.may_be_null(expr, look))
            }
            Expr::Like(like) => !like.negated && self.may_be_null(&like.expr, look),
            Expr::Arithmetic(arithmetic) => {
                // A division by zero is NULL on SQLite and MySQL.
                matches!(arithmetic.op, ArithmeticOp::Div | ArithmeticOp::Rem)
                    || self.may_be_null(&arithmetic.left, look)
                    || self.may_be_null(&arithmetic.right, look)
            }
            Expr::Function(call) => self.call_may_be_null(call, look),
            Expr::Window(over) => self.call_may_be_null(&over.call, look),
            Expr::Regex(regex) => self.may_be_null(&regex.expr, look),
            Expr::JsonContains(contains) => {
                self.may_be_null(&contains.container, look)
                    || self.may_be_null(&contains.content, look)
            }
            Expr::Case(case) => {
                case.otherwise
                    .as_ref()
                    .is_none_or(|expr| self.may_be_null(expr, look))
                    || case
                        .branches
                        .iter()
                        .any(|(_, result)| self.may_be_null(result, look))
            }
            Expr::DatePart(_, inner) => self.may_be_null(inner, look),
            Expr::Json(_) | Expr::Name(_) | Expr::Subquery(_) | Expr::Outer(_) => true,
        }
    }

    /// A complement is never unknown, but the complement of a complement is written as what that was
    /// made of, which may be.
    fn complement_may_be_null(&self, expr: &Expr, look: usize) -> bool {
        match expr {
            Expr::Not(inner) => self.may_be_null(inner, look),
            Expr::Compare { column, op, value } => {
                *op == CompareOp::Ne && !value.is_null() && self.column_nullable(column)
            }
            Expr::Comparison(comparison) => {
                comparison.op == CompareOp::Ne
                    && (self.may_be_null(&comparison.left, look)
                        || self.may_be_null(&comparison.right, look))
            }
            Expr::ColumnIn {
                column, negated, ..
            } => *negated && self.column_nullable(column),
            Expr::In(set) => set.negated,
            Expr::Between(between) => between.negated,
            Expr::Like(like) => like.negated && self.may_be_null(&like.expr, look),
            _ => false,
        }
    }

    fn call_may_be_null(&self, call: &FunctionCall, look: usize) -> bool {
        let mut args = call.args.iter();
        match call.function.facts().nulls {
            NullRule::Never => false,
            NullRule::AnyArgument => args.any(|arg| self.may_be_null(arg, look)),
            NullRule::AllArguments => args.all(|arg| self.may_be_null(arg, look)),
            NullRule::Maybe => true,
        }
    }

    /// Whether a subquery of one column certainly yields no NULL: a plain column of its own model
    /// that is NOT NULL.
    pub(super) fn never_null_select(&self, select: &Select) -> bool {
        let Projection::Items(items) = &select.projection else {
            return matches!(select.projection, Projection::One);
        };
        select.clauses().joins.is_empty()
            && matches!(
                items.as_slice(),
                [item] if matches!(
                    &item.expr,
                    Expr::Column(column) if column.path.hop.is_none() && !column.column.nullable
                )
            )
    }
}
