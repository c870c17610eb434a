//! Many rows inserted in few statements.

use chrono::Utc;
use testudo_sql::{Expr, Insert, InsertTarget, Value};

use super::checked_values;
use crate::model::{Key, is_unsaved, primary_key_column};
use crate::queryset::own_column;
use crate::row::RowReader;
use crate::{Db, Error, Model, Result};

/// Rows whose keys the server gives go in one kind of statement, rows that bring theirs in another.
pub(super) async fn insert<M: Model>(rows: &mut [M], db: &Db) -> Result<()> {
    let now = Utc::now();
    let (mut numbered, mut unnumbered) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter_mut().enumerate() {
        row.touch(now, true);
        let group = if is_unsaved(row) {
            &mut unnumbered
        } else {
            &mut numbered
        };
        group.push((index, checked_values(row, db.speaks().await?)?));
    }
    let per_statement = match M::TABLE.columns {
        // `DEFAULT VALUES` makes one row.
        [key] if key.generated => 1,
        columns => (db.speaks().await?.max_binds() / columns.len().max(1)).max(1),
    };
    let statements =
        numbered.len().div_ceil(per_statement) + unnumbered.len().div_ceil(per_statement);

    let mut keys = Vec::with_capacity(unnumbered.len());
    let send = async |db: &Db| -> Result<()> {
        for chunk in numbered.chunks(per_statement) {
            let values = chunk
                .iter()
                .flat_map(|(_, values)| values.iter().cloned())
                .collect();
            let target = InsertTarget::Model(M::TABLE);
            insert_statement(target, values, db).await?;
        }
        for chunk in unnumbered.chunks(per_statement) {
            let ungenerated = |values: &Vec<Value>| -> Vec<Value> {
                let columns = M::TABLE.columns.iter().zip(values);
                columns
                    .filter(|(column, _)| !column.generated)
                    .map(|(_, v)| v.clone())
                    .collect()
            };
            let values = chunk
                .iter()
                .flat_map(|(_, values)| ungenerated(values))
                .collect();
            keys.extend(insert_numbered::<M>(values, chunk.len(), db).await?);
        }
        Ok(())
    };
    if statements > 1 {
        let mut send = send;
        db.transaction(async |tx| send(&tx).await).await?;
    } else {
        let mut send = send;
        send(db).await?;
    }
    for ((index, _), key) in unnumbered.iter().zip(keys) {
        rows[*index].set_primary_key(key);
    }
    for (index, _) in &numbered {
        let key = rows[*index].primary_key();
        rows[*index].set_primary_key(key);
    }
    Ok(())
}

async fn insert_statement(target: InsertTarget, values: Vec<Value>, db: &Db) -> Result<()> {
    let insert = Insert {
        target,
        values,
        on_conflict: None,
        returning: Vec::new(),
    };
    let compiled = insert.compile(db.speaks().await?)?;
    db.run(compiled.sql, &compiled.binds).await?;
    Ok(())
}

/// Inserts rows without keys and returns the keys in the order of the rows. Servers number the rows
/// of one INSERT upwards in the order of VALUES, but promise no order for RETURNING: so the keys are
/// sorted.
async fn insert_numbered<M: Model>(
    values: Vec<Value>,
    rows: usize,
    db: &Db,
) -> Result<Vec<M::PrimaryKey>> {
    let key = primary_key_column::<M>();
    let dialect = db.speaks().await?;
    let told = dialect.returns_inserted_rows();
    let insert = Insert {
        target: InsertTarget::ModelGenerated(M::TABLE),
        values,
        on_conflict: None,
        returning: told
            .then(|| Expr::Column(own_column::<M>(key)))
            .into_iter()
            .collect(),
    };
    let compiled = insert.compile(dialect)?;
    let mut ids: Vec<i64> = Vec::with_capacity(rows);
    if told {
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            ids.push(RowReader::new(&row).field(M::TABLE, key)?);
            Ok(())
        })
        .await?;
    } else {
        // The keys of one INSERT of VALUES follow one another in every `innodb_autoinc_lock_mode`.
        let first = db.run(compiled.sql, &compiled.binds).await?.first_key;
        let step = if rows > 1 { db.key_step().await? } else { 1 };
        let steps = std::iter::successors(first, |key| key.checked_add(step));
        ids.extend(steps.take(rows));
    }
    ids.sort_unstable();
    let lost = || {
        Error::decode(
            format!("the keys of new rows of `{}`", M::TABLE.model),
            format!("{rows} rows were inserted and the server returned the keys {ids:?}"),
        )
    };
    if ids.len() != rows {
        return Err(lost());
    }
    ids.iter()
        .map(|&id| M::PrimaryKey::from_generated(id).ok_or_else(lost))
        .collect()
}
