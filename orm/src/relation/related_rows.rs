//! Rows made to point to another, or to it no longer: what changes the other side of a foreign key.

use testudo_sql::schema::{Column, Link, Pair};
use testudo_sql::{Assignment, Expr, Source, Update};

use super::ReverseRelation;
use crate::builder::ModelBuilder;
use crate::key::{columns_are, is_unsaved, key_column, one_of};
use crate::queryset::own_column;
use crate::{Db, Error, KeyValues, Model, PrimaryKey, Result};

impl<T: Model> ReverseRelation<T> {
    /// Creates a row that points to this one.
    ///
    /// # Errors
    /// When this row is not saved, a field is missing or does not fit, or the database refuses.
    pub async fn create<B: ModelBuilder<Model = T>>(&self, db: &Db, builder: B) -> Result<T> {
        let pairs = self.saved_pairs("create a row that points to it")?;
        let position = T::TABLE.position_of(pairs[0].1);
        let builder = builder.refer(position, self.owner().as_slice());
        builder.create(db).await
    }

    /// Makes these rows point to this one.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn add<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let pairs = self.saved_pairs("add rows to it")?;
        let is_row = rows_by_key(rows)?;
        let values = pairs.iter().zip(self.owner().clone());
        let set = values.map(|((_, column), value)| (*column, Expr::Value(value)));
        update::<T>(db, set, is_row).await
    }

    /// Makes these rows, as far as they point to this one, point to none.
    ///
    /// # Errors
    /// When their foreign key may not be NULL, this row or one of those is not saved, or the database
    /// refuses.
    pub async fn remove<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let is_row = rows_by_key(rows)?;
        self.release(db, Some(is_row)).await
    }

    /// Makes all rows that point to this one point to none.
    ///
    /// # Errors
    /// When their foreign key may not be NULL, this row is not saved, or the database refuses.
    pub async fn clear(&self, db: &Db) -> Result<()> {
        self.release(db, None).await
    }

    /// Makes exactly these rows point to this one: the others point to none, in one transaction.
    ///
    /// # Errors
    /// As [`clear`](Self::clear) and [`add`](Self::add).
    pub async fn set<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let rows: Vec<&T> = rows.into_iter().collect();
        db.transaction(async |tx| {
            self.clear(&tx).await?;
            self.add(&tx, rows).await
        })
        .await
    }

    async fn release(&self, db: &Db, rows: Option<Expr>) -> Result<()> {
        let pairs = self.saved_pairs("remove rows from it")?;
        if let Some((_, column)) = pairs.iter().find(|(_, column)| !column.nullable) {
            let (model, field) = (T::TABLE.model, column.field);
            return Err(Error::misuse(format!(
                "`{model}.{field}` may not be NULL, so a `{model}` always points to a row: delete it, or \
                 give it another `{field}`"
            )));
        }
        let columns = pairs.iter().map(|pair| pair.1);
        let mut filter = columns_are::<T>(columns.clone().zip(self.owner().clone()));
        if let Some(rows) = rows {
            filter = filter.and(rows);
        }
        let null = columns.map(|column| (column, Expr::Value(testudo_sql::Value::Null)));
        update::<T>(db, null, filter).await
    }

    fn saved_pairs(&self, operation: &'static str) -> Result<&'static [Pair]> {
        match &self.relation().link {
            Link::Direct(pairs) if !self.owner().is_null() => Ok(pairs),
            _ => Err(Error::not_saved(self.relation().from.model, operation)),
        }
    }
}

/// The rows, found by their keys.
fn rows_by_key<'t, T: Model>(rows: impl IntoIterator<Item = &'t T>) -> Result<Expr> {
    let key = |row: &T| match is_unsaved(row) {
        true => Err(Error::not_saved(T::TABLE.model, "relate it to another row")),
        false => Ok(KeyValues::of(&row.primary_key())),
    };
    let keys = rows.into_iter().map(key).collect::<Result<Vec<_>>>()?;
    let columns = (0..T::PrimaryKey::WIDTH).map(key_column::<T>);
    let columns = columns.map(|column| Expr::Column(own_column::<T>(column)));
    Ok(one_of(columns, &keys))
}

async fn update<T: Model>(
    db: &Db,
    set: impl Iterator<Item = (&'static Column, Expr)>,
    filter: Expr,
) -> Result<()> {
    let update = Update {
        target: Source::Model(T::TABLE),
        assignments: set
            .map(|(column, value)| Assignment::Column(column, value))
            .collect(),
        filter: Some(filter),
        returning: Vec::new(),
    };
    let compiled = update.compile(db.speaks().await?)?;
    db.run(compiled.sql, &compiled.binds).await?;
    Ok(())
}
