//! Conditions that find rows by the columns of a key.

use testudo_sql::schema::Column;
use testudo_sql::{CompareOp, Expr, In, InSet, Value};

use super::{KeyValues, PrimaryKey, key_column};
use crate::Model;
use crate::queryset::own_column;

/// The row with this primary key.
pub(crate) fn is_key<M: Model>(key: &M::PrimaryKey) -> Expr {
    columns_are::<M>((0..M::PrimaryKey::WIDTH).map(|part| (key_column::<M>(part), key.value(part))))
}

/// `a = ? AND b = ?`
pub(crate) fn columns_are<M: Model>(
    columns: impl Iterator<Item = (&'static Column, Value)>,
) -> Expr {
    let mut conditions: Vec<Expr> = columns
        .map(|(column, value)| Expr::Compare {
            column: own_column::<M>(column),
            op: CompareOp::Eq,
            value,
        })
        .collect();
    match conditions.len() {
        1 => conditions.remove(0),
        _ => Expr::And(conditions),
    }
}

/// The primary key as an expression: a column, or a row of them.
pub(crate) fn key_expr<M: Model>() -> Expr {
    row((0..M::PrimaryKey::WIDTH).map(|part| Expr::Column(own_column::<M>(key_column::<M>(part)))))
}

/// One of these keys, whose columns are given as expressions.
pub(crate) fn one_of(columns: impl Iterator<Item = Expr>, keys: &[KeyValues]) -> Expr {
    let (expr, values) = (row(columns), keys.iter().cloned().flatten().collect());
    let set = match expr {
        Expr::Row(_) => InSet::Values(values),
        _ => InSet::of(values),
    };
    Expr::In(Box::new(In {
        expr,
        set,
        negated: false,
    }))
}

fn row(columns: impl Iterator<Item = Expr>) -> Expr {
    let mut columns: Vec<Expr> = columns.collect();
    match columns.len() {
        1 => columns.remove(0),
        _ => Expr::Row(columns.into()),
    }
}
