//! Conditions combined by AND, OR and NOT.

use crate::{CompareOp, Expr};

impl Expr {
    /// This and that. A chain extends one list in place; conditions on the same to-many path are
    /// drawn together, so that one row has to satisfy both.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        match (self, other) {
            (Expr::And(mut all), Expr::And(more)) => {
                for expr in more {
                    push_and(&mut all, expr);
                }
                Expr::And(all)
            }
            (Expr::And(mut all), expr) | (expr, Expr::And(mut all)) => {
                push_and(&mut all, expr);
                Expr::And(all)
            }
            (Expr::Any(mut a), Expr::Any(b)) if a.path == b.path => {
                a.filter = a.filter.and(b.filter);
                Expr::Any(a)
            }
            (a, b) => Expr::And(pair(a, b)),
        }
    }

    /// This or that. A chain extends one list in place; conditions on the same to-many path are
    /// drawn together, which selects the same rows, and lets a condition added by [`Expr::and`] be
    /// about the row that one of them is met by.
    #[must_use]
    pub fn or(self, other: Expr) -> Expr {
        let (mut all, more) = match (self, other) {
            (Expr::Any(mut a), Expr::Any(b)) if a.path == b.path => {
                a.filter = a.filter.or(b.filter);
                return Expr::Any(a);
            }
            (Expr::Or(all), Expr::Or(more)) => (all, more),
            (Expr::Or(mut all), expr) => {
                push_or(&mut all, expr);
                return Expr::Or(all);
            }
            (expr, Expr::Or(more)) => {
                let mut all = Vec::with_capacity(more.len() + 1);
                all.push(expr);
                (all, more)
            }
            (a, b) => return Expr::Or(pair(a, b)),
        };
        for expr in more {
            push_or(&mut all, expr);
        }
        Expr::Or(all)
    }

    /// The opposite; twice the opposite is the expression itself. What has a complement of its own
    /// becomes that, without a node around it.
    #[must_use]
    pub fn negate(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            Expr::Compare {
                column,
                op: CompareOp::Eq,
                value,
            } => Expr::Compare {
                column,
                op: CompareOp::Ne,
                value,
            },
            Expr::Compare {
                column,
                op: CompareOp::Ne,
                value,
            } => Expr::Compare {
                column,
                op: CompareOp::Eq,
                value,
            },
            Expr::IsNull(inner) => Expr::IsNotNull(inner),
            Expr::IsNotNull(inner) => Expr::IsNull(inner),
            Expr::ColumnIn {
                column,
                values,
                negated,
            } => Expr::ColumnIn {
                column,
                values,
                negated: !negated,
            },
            Expr::In(mut set) => {
                set.negated = !set.negated;
                Expr::In(set)
            }
            Expr::Between(mut between) => {
                between.negated = !between.negated;
                Expr::Between(between)
            }
            Expr::Like(mut like) => {
                like.negated = !like.negated;
                Expr::Like(like)
            }
            expr => Expr::Not(Box::new(expr)),
        }
    }

    /// Whether the expression reads a column of this name, in whatever table.
    pub(crate) fn reads(&self, name: &str) -> bool {
        match self {
            Expr::Column(column)
            | Expr::Compare { column, .. }
            | Expr::ColumnIn { column, .. }
            | Expr::Aggregate(_, column)
            | Expr::Outer(column) => column.column.name == name,
            Expr::Name(qualified) => qualified.name.as_str() == name,
            // The new row, which no assignment changes.
            Expr::Excluded(_) => false,
            operands => {
                let mut found = false;
                operands.for_each_operand(&mut |operand| found = found || operand.reads(name));
                found
            }
        }
    }
}

/// Room for two more: most chains have three or four terms.
fn pair(a: Expr, b: Expr) -> Vec<Expr> {
    let mut all = Vec::with_capacity(4);
    all.push(a);
    all.push(b);
    all
}

fn push_and(all: &mut Vec<Expr>, expr: Expr) {
    push(all, expr, Expr::and);
}

fn push_or(all: &mut Vec<Expr>, expr: Expr) {
    push(all, expr, Expr::or);
}

/// Adds an operand; a condition on a to-many path that the list has one of already is joined to it.
fn push(all: &mut Vec<Expr>, expr: Expr, join: fn(Expr, Expr) -> Expr) {
    let new = match expr {
        Expr::Any(new) => new,
        expr => return all.push(expr),
    };
    let old = all.iter_mut().find_map(|expr| match expr {
        Expr::Any(old) if old.path == new.path => Some(old),
        _ => None,
    });
    match old {
        Some(old) => {
            let filter = std::mem::replace(&mut old.filter, Expr::And(Vec::new()));
            old.filter = join(filter, new.filter);
        }
        None => all.push(Expr::Any(new)),
    }
}
