//! Optimistic locking: a field with `version` counts the changes of its row, and a row that others have
//! changed since it was read is not written.

use testudo_sql::{ArithmeticOp, Assignment, CompareOp, Expr, Value};

use super::key_condition;
use crate::queryset::own_column;
use crate::{Db, Error, Filter, Model, QuerySet, Result};

/// Whether a row that counts its changes was never saved.
pub(super) fn is_new<M: Model>(row: &M) -> bool {
    current(row) == Some(0)
}

/// The condition that finds the row, unless others have changed it.
pub(super) fn unchanged<M: Model>(row: &M) -> Expr {
    let found = key_condition(row);
    let (Some(position), Some(version)) = (M::VERSION, current(row)) else {
        return found;
    };
    found.and(Expr::Compare {
        column: own_column::<M>(&M::TABLE.columns[position]),
        op: CompareOp::Eq,
        value: Value::I64(version),
    })
}

/// One change more, in the statement that makes it.
pub(crate) fn counted<M: Model>() -> Option<Assignment> {
    let column = &M::TABLE.columns[M::VERSION?];
    let before = Expr::Column(own_column::<M>(column));
    let after = Expr::arithmetic(before, ArithmeticOp::Add, Expr::Value(Value::I64(1)));
    Some(Assignment::Column(column, after))
}

/// One change more, in the row.
pub(super) fn count<M: Model>(row: &mut M) {
    if let Some(version) = current(row) {
        row.set_version(version + 1);
    }
}

/// Why the row was not found.
pub(super) fn not_found<M: Model>(row: &M) -> Error {
    match M::VERSION {
        Some(_) => Error::stale(M::TABLE.model, format!("{:?}", row.primary_key())),
        None => Error::does_not_exist(M::TABLE.model),
    }
}

/// The error for the first of these rows that was changed.
pub(super) async fn first_stale<M: Model>(rows: &[M], db: &Db) -> Result<Option<Error>> {
    for row in rows {
        let same = Filter::from_expr(unchanged(row));
        if !QuerySet::<M>::unscoped().filter(same).exists(db).await? {
            return Ok(Some(not_found(row)));
        }
    }
    Ok(None)
}

fn current<M: Model>(row: &M) -> Option<i64> {
    match row.value(M::VERSION?) {
        Value::I64(version) => Some(version),
        _ => None,
    }
}
