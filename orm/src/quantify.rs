//! Conditions on columns at the ends of to-many paths: they hold when *some* rows there satisfy them.

use testudo_sql::schema::Path;
use testudo_sql::{Any, Expr};

/// A condition on one column, which holds for some row at the end of its path.
pub(crate) fn some_row(path: &'static Path, mut condition: Expr) -> Expr {
    let mut path = path;
    while let Some(hop) = &path.hop {
        if !hop.crosses_many {
            break;
        }
        if hop.relation.to_many {
            condition = any(path, condition);
        }
        path = hop.parent;
    }
    condition
}

/// A condition on any expressions, which holds for some rows at the ends of their paths.
pub(crate) fn quantified(condition: Expr) -> Expr {
    let mut steps = Vec::new();
    collect(&condition, &mut steps);
    // The longest path is the innermost question.
    steps.sort_by_key(|path| std::cmp::Reverse(hops(path)));
    steps
        .into_iter()
        .fold(condition, |condition, path| any(path, condition))
}

/// The relations to many rows on the way to the columns of these expressions.
pub(crate) fn to_many_steps(exprs: &[Expr]) -> Vec<&'static Path> {
    let mut steps = Vec::new();
    exprs.iter().for_each(|expr| collect(expr, &mut steps));
    steps
}

/// The condition about the row that these relations have led to already, not about some row there.
pub(crate) fn of_one_row(condition: Expr, steps: &[&'static Path]) -> Expr {
    match condition {
        Expr::Any(any) if steps.contains(&any.path) => of_one_row(any.filter, steps),
        mut operands => {
            operands.for_each_operand_mut(&mut |operand| {
                let taken = std::mem::replace(operand, Expr::And(Vec::new()));
                *operand = of_one_row(taken, steps);
            });
            operands
        }
    }
}

fn any(path: &'static Path, filter: Expr) -> Expr {
    Expr::Any(Box::new(Any { path, filter }))
}

fn hops(path: &Path) -> usize {
    path.hop.map_or(0, |hop| 1 + hops(hop.parent))
}

/// What an aggregate or a window is of are not columns of one row, and a condition on related rows has
/// been asked already.
fn collect(expr: &Expr, steps: &mut Vec<&'static Path>) {
    match expr {
        Expr::Column(column) | Expr::Compare { column, .. } | Expr::ColumnIn { column, .. } => {
            let mut path = column.path;
            while let Some(hop) = path.hop.filter(|hop| hop.crosses_many) {
                if hop.relation.to_many && !steps.contains(&path) {
                    steps.push(path);
                }
                path = hop.parent;
            }
        }
        Expr::Any(_) | Expr::Aggregate(..) | Expr::Window(_) => {}
        Expr::Function(call) if call.is_aggregate() => {}
        operands => operands.for_each_operand(&mut |operand| collect(operand, steps)),
    }
}
