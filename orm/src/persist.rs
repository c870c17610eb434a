//! Rows saved: INSERT, UPDATE by primary key, DELETE, many rows at once.

use chrono::Utc;
use testudo_sql::schema::Column;
use testudo_sql::{
    Assignment, CompareOp, Delete, Dialect, Expr, Insert, InsertTarget, Source, Update, Value,
};

use crate::assign::IntoColumns;
use crate::builder::ModelBuilder;
use crate::model::{Key, primary_key_column};
use crate::queryset::own_column;
use crate::row::RowReader;
use crate::{Db, Error, FieldType, Filter, Model, QuerySet, Result, validate};

/// What can be done with one row, or with many rows at once.
pub trait Persist: Model {
    /// Inserts the row, and gives it the key that the server gave.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn insert(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        insert(self, db)
    }

    /// Saves all fields: an UPDATE by the primary key, or an INSERT where there is no such row yet.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn save(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        save(self, db)
    }

    /// Saves these fields alone (`update_fields` in Django and Tortoise).
    ///
    /// ```ignore
    /// invoice.save_fields(&tx, (Invoice::paid, Invoice::updated_at)).await?;
    /// ```
    ///
    /// # Errors
    /// When the row is not in the database, a value does not fit, or the database refuses.
    fn save_fields<C>(&mut self, db: &Db, fields: C) -> impl Future<Output = Result<()>> + Send
    where
        C: IntoColumns<Self> + Send,
    {
        let columns = fields.into_columns();
        async move {
            self.touch(Utc::now(), false);
            if update(self, &columns, db).await? == 0 {
                return Err(Error::does_not_exist(Self::TABLE.model));
            }
            Ok(())
        }
    }

    /// Deletes the row.
    ///
    /// # Errors
    /// When it is not in the database, a foreign key forbids it, or the database refuses.
    fn delete(&self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        delete(self, db)
    }

    /// Reads the row again; relations that were fetched are not any more.
    ///
    /// # Errors
    /// When it is not in the database any more, or the database refuses.
    fn refresh(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        async move {
            *self = Self::get(db, self.primary_key()).await?;
            Ok(())
        }
    }

    /// Inserts many rows in few statements, all or none, and gives them their keys.
    ///
    /// # Errors
    /// When a value of any row does not fit its field (nothing is inserted), or the database refuses.
    fn bulk_create(
        db: &Db,
        rows: impl IntoIterator<Item = Self, IntoIter: Send> + Send,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send {
        let mut rows: Vec<Self> = rows.into_iter().collect();
        async move {
            bulk_insert(&mut rows, db).await?;
            Ok(rows)
        }
    }
}

impl<M: Model> Persist for M {}

/// A row that is there already, or a new one.
pub trait GetOrCreate: ModelBuilder {
    /// The row that has the builder's values in the `lookup` columns, or a new row of all its values.
    /// The second value tells whether it is new.
    ///
    /// Two callers at the same time get the same row, provided that a unique constraint covers the
    /// lookup columns.
    ///
    /// ```ignore
    /// let (user, created) = User::builder().username("david").email("david@example.com")
    ///     .get_or_create(&db, User::username).await?;
    /// ```
    ///
    /// # Errors
    /// When several rows match, a value does not fit its field, or the database refuses.
    fn get_or_create<C>(
        self,
        db: &Db,
        lookup: C,
    ) -> impl Future<Output = Result<(Self::Model, bool)>> + Send
    where
        C: IntoColumns<Self::Model> + Send,
    {
        let columns = lookup.into_columns();
        let built = self.build();
        async move { get_or_create(built?, &columns, db).await }
    }
}

impl<B: ModelBuilder> GetOrCreate for B {}

async fn get_or_create<M: Model>(
    mut row: M,
    lookup: &[&'static Column],
    db: &Db,
) -> Result<(M, bool)> {
    let values = own_values(&row);
    let mut query = QuerySet::<M>::new();
    for &column in lookup {
        let value = values[position_of::<M>(column)].clone();
        let condition = Expr::Compare {
            column: own_column::<M>(column),
            op: CompareOp::Eq,
            value,
        };
        query = query.filter(Filter::from_expr(condition));
    }
    if let Some(found) = query.clone().get_or_none(db).await? {
        return Ok((found, false));
    }
    // In a transaction of its own: where this is a savepoint, a refusal leaves the rest usable.
    match db.transaction(async |tx| insert(&mut row, &tx).await).await {
        Ok(()) => Ok((row, true)),
        Err(error) if error.is_unique_violation() => match query.get_or_none(db).await? {
            Some(found) => Ok((found, false)),
            None => Err(error),
        },
        Err(error) => Err(error),
    }
}

pub(crate) async fn insert<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    bulk_insert(std::slice::from_mut(row), db).await
}

async fn save<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    if row.primary_key().is_unassigned() {
        return insert(row, db).await;
    }
    row.touch(Utc::now(), false);
    let columns: Vec<&'static Column> = M::TABLE
        .columns
        .iter()
        .enumerate()
        .filter(|(position, _)| !M::TABLE.primary_key.contains(position))
        .map(|(_, column)| column)
        .collect();
    let found = if columns.is_empty() {
        u64::from(
            QuerySet::<M>::with_primary_key(row.primary_key())
                .exists(db)
                .await?,
        )
    } else {
        update(row, &columns, db).await?
    };
    if found == 0 {
        return insert(row, db).await;
    }
    Ok(())
}

async fn update<M: Model>(row: &M, columns: &[&'static Column], db: &Db) -> Result<u64> {
    if row.primary_key().is_unassigned() {
        return Err(Error::not_saved(M::TABLE.model, "save some fields"));
    }
    let mut assignments = Vec::with_capacity(columns.len());
    for &column in columns {
        let value = row.value(position_of::<M>(column));
        validate::value(M::TABLE, column, &value, db.dialect())?;
        assignments.push(Assignment::Column(column, Expr::Value(value)));
    }
    let update = Update {
        target: Source::Model(M::TABLE),
        assignments,
        filter: Some(key_condition(row)),
        returning: Vec::new(),
    };
    let compiled = update.compile(db.dialect())?;
    Ok(db.run(compiled.sql, &compiled.binds).await?.rows_affected)
}

async fn delete<M: Model>(row: &M, db: &Db) -> Result<()> {
    let delete = Delete {
        target: Source::Model(M::TABLE),
        filter: Some(key_condition(row)),
        returning: Vec::new(),
    };
    let compiled = delete.compile(db.dialect())?;
    match db.run(compiled.sql, &compiled.binds).await?.rows_affected {
        0 => Err(Error::does_not_exist(M::TABLE.model)),
        _ => Ok(()),
    }
}

fn key_condition<M: Model>(row: &M) -> Expr {
    let column = own_column::<M>(primary_key_column::<M>());
    Expr::Compare {
        column,
        op: CompareOp::Eq,
        value: row.primary_key().to_value(),
    }
}

/// Rows whose keys the server gives go in one kind of statement, rows that bring theirs in another.
async fn bulk_insert<M: Model>(rows: &mut [M], db: &Db) -> Result<()> {
    let now = Utc::now();
    let (mut numbered, mut unnumbered) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter_mut().enumerate() {
        row.touch(now, true);
        let group = if needs_key(row) {
            &mut unnumbered
        } else {
            &mut numbered
        };
        group.push((index, checked_values(row, db.dialect())?));
    }
    let width = M::TABLE.columns.len().max(1);
    let per_statement = (db.dialect().max_binds() / width).max(1);
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

fn needs_key<M: Model>(row: &M) -> bool {
    primary_key_column::<M>().generated && row.primary_key().is_unassigned()
}

async fn insert_statement(target: InsertTarget, values: Vec<Value>, db: &Db) -> Result<()> {
    let insert = Insert {
        target,
        values,
        on_conflict: None,
        returning: Vec::new(),
    };
    let compiled = insert.compile(db.dialect())?;
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
    let insert = Insert {
        target: InsertTarget::ModelGenerated(M::TABLE),
        values,
        on_conflict: None,
        returning: vec![Expr::Column(own_column::<M>(key))],
    };
    let compiled = insert.compile(db.dialect())?;
    let mut ids: Vec<i64> = Vec::with_capacity(rows);
    db.fetch_each(compiled.sql, &compiled.binds, |row| {
        ids.push(RowReader::new(&row).field(M::TABLE, key)?);
        Ok(())
    })
    .await?;
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

fn own_values<M: Model>(row: &M) -> Vec<Value> {
    (0..M::TABLE.columns.len())
        .map(|position| row.value(position))
        .collect()
}

fn checked_values<M: Model>(row: &M, dialect: Dialect) -> Result<Vec<Value>> {
    let values = own_values(row);
    for (column, value) in M::TABLE.columns.iter().zip(&values) {
        validate::value(M::TABLE, column, value, dialect)?;
    }
    Ok(values)
}

fn position_of<M: Model>(column: &'static Column) -> usize {
    // A column's constant comes from the model's own table.
    M::TABLE
        .columns
        .iter()
        .position(|c| std::ptr::eq(c, column))
        .unwrap_or(0)
}
