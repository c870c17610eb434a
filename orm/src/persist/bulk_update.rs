//! Many rows updated in few statements: `Order::bulk_update(&db, &mut orders, Order::status)`.

use std::collections::HashSet;

use testudo_sql::{Assignment, Case, Dialect, Expr, Source, Update, Value};

use super::batch::{self, Batch};
use super::{auto_now, key_condition, version};
use crate::key::{is_unsaved, key_column, one_of};
use crate::queryset::own_column;
use crate::validate::Problems;
use crate::{Db, Error, KeyValues, Model, PrimaryKey, Result};

/// A server looks through the branches of a CASE one by one, so that the time for a statement grows
/// with the square of its rows; beyond this a larger one is slower.
const MOST_ROWS: usize = 500;

/// Sets the columns of all rows, and those with `auto_now`; returns how many rows were there. Rows that
/// count their changes are all as they were read, or none is changed.
pub(super) async fn update<M: Model>(
    rows: &mut [M],
    mut columns: Vec<usize>,
    db: &Db,
) -> Result<u64> {
    check_rows(rows, &columns)?;
    columns.retain(|at| M::VERSION != Some(*at));
    for row in &mut *rows {
        for position in auto_now(row) {
            if !columns.contains(&position) {
                columns.push(position);
            }
        }
    }
    if rows.is_empty() || columns.is_empty() {
        return Ok(0);
    }
    let dialect = db.speaks().await?;
    let values = values(rows, &columns, dialect)?;
    // Beside each value stands the key of its row, as it does in the condition.
    let binds = columns.len() + (columns.len() + 1) * M::PrimaryKey::WIDTH + 1;
    let mut batch = Batch::new(dialect, binds, Some(MOST_ROWS))?;
    let mut starts = Vec::new();
    for (at, row) in values.iter().enumerate() {
        if batch.starts_anew(row, &[]) || at == 0 {
            starts.push(at);
        }
        let field = |at: usize| M::TABLE.columns[columns[at]].field;
        batch::check_packet::<M>(row, field, db).await?;
    }
    let ends = starts.iter().skip(1).copied().chain([rows.len()]);
    let batches: Vec<_> = starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| start..end)
        .collect();
    let send = async |db: &Db| {
        let mut found = 0;
        for batch in &batches {
            let (rows, values) = (&rows[batch.clone()], &values[batch.clone()]);
            let update = statement(rows, values, &columns);
            let compiled = update.compile(dialect)?;
            found += db.run(compiled.sql, &compiled.binds).await?.rows_affected;
        }
        if M::VERSION.is_some() && found < rows.len() as u64 {
            return Err(Error::stale(M::TABLE.model, "of many"));
        }
        Ok(found)
    };
    let sent = match batches.len() {
        // One statement is atomic by itself, but for the rows that it did not find.
        1 if M::VERSION.is_none() => send(db).await,
        _ => db.transaction(async |tx| send(&tx).await).await,
    };
    match sent {
        Ok(found) => {
            rows.iter_mut().for_each(version::count);
            Ok(found)
        }
        Err(error) if error.is_stale() => {
            Err(version::first_stale(rows, db).await?.unwrap_or(error))
        }
        Err(error) => Err(error),
    }
}

fn check_rows<M: Model>(rows: &[M], columns: &[usize]) -> Result<()> {
    let model = M::TABLE.model;
    if let Some(key) = columns.iter().find(|at| M::TABLE.primary_key.contains(at)) {
        return Err(Error::misuse(format!(
            "`{model}.{}` is the key by which the rows are found, and cannot be updated",
            M::TABLE.columns[*key].field
        )));
    }
    let mut seen = HashSet::new();
    for row in rows {
        if is_unsaved(row) {
            return Err(Error::not_saved(model, "update many rows"));
        }
        let key = row.primary_key();
        if !seen.insert(KeyValues::of(&key)) {
            return Err(Error::misuse(format!(
                "two of the rows to update are the `{model}` {key:?}; which one counts?"
            )));
        }
    }
    Ok(())
}

fn values<M: Model>(rows: &[M], columns: &[usize], dialect: Dialect) -> Result<Vec<Vec<Value>>> {
    let of_row = |row: &M| {
        let mut problems = Problems::default();
        let values: Vec<Value> = columns.iter().map(|&at| row.value(at)).collect();
        for (value, &at) in values.iter().zip(columns) {
            problems.value(M::TABLE, &M::TABLE.columns[at], value, dialect);
        }
        problems.rules(row, columns);
        problems.finish()?;
        Ok(values)
    };
    rows.iter().map(of_row).collect()
}

/// `SET a = CASE WHEN id = .. THEN .. ELSE a END`: the ELSE, which no row reaches, tells Postgres what
/// type the branches have.
fn statement<M: Model>(rows: &[M], values: &[Vec<Value>], columns: &[usize]) -> Update {
    let assignment = |(at, &position): (usize, &usize)| {
        let column = &M::TABLE.columns[position];
        let branch = |(row, values): (&M, &Vec<Value>)| {
            (key_condition(row), Expr::Value(values[at].clone()))
        };
        let case = Case {
            branches: rows.iter().zip(values).map(branch).collect(),
            otherwise: Some(Expr::Column(own_column::<M>(column))),
        };
        Assignment::Column(column, Expr::Case(Box::new(case)))
    };
    Update {
        target: Source::Model(M::TABLE),
        assignments: columns
            .iter()
            .enumerate()
            .map(assignment)
            .chain(version::counted::<M>())
            .collect(),
        filter: Some(found(rows)),
        returning: Vec::new(),
    }
}

/// The condition that finds the rows.
fn found<M: Model>(rows: &[M]) -> Expr {
    if M::VERSION.is_some() {
        return Expr::Or(rows.iter().map(version::unchanged).collect());
    }
    let key = (0..M::PrimaryKey::WIDTH).map(key_column::<M>);
    let key = key.map(|column| Expr::Column(own_column::<M>(column)));
    let keys: Vec<_> = rows
        .iter()
        .map(|row| KeyValues::of(&row.primary_key()))
        .collect();
    one_of(key, &keys)
}
