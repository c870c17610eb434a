//! Many-to-many relations: rows of two models tied by the rows of a table in between.

use std::fmt;
use std::sync::Arc;

use testudo_sql::schema::{self as meta, Column, Link, Pair, Table};
use testudo_sql::{
    CompareOp, Delete, Expr, Ident, In, InSet, Insert, InsertTarget, OnConflict, Projection,
    Select, SelectItem, Source, Value,
};

use super::{Fetched, Tie, reverse};
use crate::builder::ModelBuilder;
use crate::key::{is_unsaved, key_expr, one_of};
use crate::signals::{Change, M2mAction};
use crate::{Db, Error, Filter, KeyValues, Model, QuerySet, Result};

/// The rows of `T` that this row is tied to.
pub struct ManyToMany<T> {
    relation: &'static meta::Relation,
    owner: KeyValues,
    /// How rows in between are made, where they are rows of a model.
    tie: Option<Tie>,
    fetched: Option<Vec<Arc<T>>>,
}

/// The table in between, as seen from the owner.
struct Join {
    table: &'static Table,
    near: &'static [Pair],
    far: &'static [Pair],
}

impl Join {
    /// The rows in between that belong to this owner.
    fn rows_of(&self, owner: &KeyValues) -> Expr {
        let is = |(pair, value): (&Pair, Value)| {
            Expr::comparison(Expr::name(pair.1.name), CompareOp::Eq, Expr::Value(value))
        };
        match owner.is_null() {
            true => Expr::Or(Vec::new()),
            false => Expr::And(self.near.iter().zip(owner.clone()).map(is).collect()),
        }
    }

    fn source(&self) -> Source {
        Source::Named {
            table: Ident::new(self.table.name),
            alias: None,
        }
    }

    /// The columns that point to either side.
    fn columns(&self) -> Vec<&'static Column> {
        let near = self.near.iter().map(|pair| pair.1);
        near.chain(self.far.iter().map(|pair| pair.0)).collect()
    }
}

impl<T: Model> ManyToMany<T> {
    #[doc(hidden)]
    #[must_use]
    pub fn of(relation: &'static meta::Relation, owner: KeyValues) -> Self {
        ManyToMany {
            relation,
            owner,
            tie: None,
            fetched: None,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn tied_by(mut self, tie: Option<Tie>) -> Self {
        self.tie = tie;
        self
    }

    /// A query set of the rows tied to this one.
    pub fn all(&self) -> QuerySet<T> {
        let Some(join) = self.join() else {
            return QuerySet::new();
        };
        let far = join.far.iter().map(|pair| SelectItem {
            expr: Expr::name(pair.0.name),
            alias: None,
        });
        let mut ties = Select::new(Projection::Items(far.collect()), join.source());
        ties.filter = Some(join.rows_of(&self.owner));
        QuerySet::new().filter(Filter::from_expr(Expr::In(Box::new(In {
            expr: key_expr::<T>(),
            set: InSet::Select(Box::new(ties)),
            negated: false,
        }))))
    }

    /// The rows tied to this one that satisfy a condition.
    pub fn filter(&self, condition: Filter<T>) -> QuerySet<T> {
        self.all().filter(condition)
    }

    /// The rows that `prefetch_related` has fetched.
    ///
    /// # Errors
    /// When they were not fetched; a query is never sent behind your back.
    pub fn get(&self) -> Result<&[Arc<T>]> {
        self.fetched
            .as_deref()
            .ok_or_else(|| reverse::not_loaded(self.relation))
    }

    /// Ties these rows to this one. Rows that are tied already stay so. Through a model, its other fields
    /// take their defaults; to give them values, create a row of that model.
    ///
    /// # Errors
    /// When this row or one of those is not saved, the model in between has a field without a default, or
    /// the database refuses.
    pub async fn add<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let join = self.saved_join("add to a many-to-many relation")?;
        let rows: Vec<&T> = rows.into_iter().collect();
        let keys = keys(&rows)?;
        let work = async |db: Db| self.tie_rows(&db, &join, keys).await;
        self.change(db, M2mAction::Add, &rows, work).await
    }

    /// Unties these rows from this one.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn remove<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let join = self.saved_join("remove from a many-to-many relation")?;
        let rows: Vec<&T> = rows.into_iter().collect();
        let keys = keys(&rows)?;
        let work = async |db: Db| self.untie_rows(&db, &join, keys).await;
        self.change(db, M2mAction::Remove, &rows, work).await
    }

    /// Unties all rows from this one.
    ///
    /// # Errors
    /// When this row is not saved or the database refuses.
    pub async fn clear(&self, db: &Db) -> Result<()> {
        let join = self.saved_join("clear a many-to-many relation")?;
        let work = async |db: Db| self.untie(&db, &join, None).await;
        self.change(db, M2mAction::Clear, &[], work).await
    }

    /// Ties exactly these rows to this one: the others are untied, in one transaction.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn set<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let join = self.saved_join("set a many-to-many relation")?;
        let rows: Vec<&T> = rows.into_iter().collect();
        let keys = keys(&rows)?;
        let work = async |db: Db| {
            db.transaction(async |tx| {
                self.untie(&tx, &join, None).await?;
                self.tie_rows(&tx, &join, keys).await
            })
            .await
        };
        self.change(db, M2mAction::Set, &rows, work).await
    }

    /// Runs an operation, between its receivers if it has any.
    async fn change(
        &self,
        db: &Db,
        action: M2mAction,
        rows: &[&T],
        work: impl AsyncFnOnce(Db) -> Result<()>,
    ) -> Result<()> {
        let Some(receivers) = db.relation_receivers::<T>(self.relation) else {
            return work(db.clone()).await;
        };
        let change = Change {
            action,
            owner: self.owner.clone(),
            keys: rows.iter().map(|row| row.primary_key()).collect(),
        };
        receivers.around(db, self.relation, change, work).await
    }

    async fn tie_rows(&self, db: &Db, join: &Join, keys: Vec<KeyValues>) -> Result<()> {
        if let Some(tie) = self.tie {
            let tied = async |tx: Db| tie(&tx, self.relation, &self.owner, keys).await;
            return db.transaction(tied).await;
        }
        let columns = join.columns();
        let mut values = Vec::with_capacity(columns.len() * keys.len());
        for key in keys {
            values.extend(self.owner.clone());
            values.extend(key);
        }
        // One statement is atomic by itself.
        let per_statement = db.speaks().await?.max_binds() / columns.len() * columns.len();
        if values.len() <= per_statement {
            return tie(db, join, values).await;
        }
        db.transaction(async |tx| {
            for chunk in values.chunks(per_statement) {
                tie(&tx, join, chunk.to_vec()).await?;
            }
            Ok(())
        })
        .await
    }

    async fn untie_rows(&self, db: &Db, join: &Join, keys: Vec<KeyValues>) -> Result<()> {
        let binds = db.speaks().await?.max_binds() - join.near.len();
        let per_statement = binds / join.far.len();
        if keys.len() <= per_statement {
            return self.untie(db, join, Some(&keys)).await;
        }
        db.transaction(async |tx| {
            for chunk in keys.chunks(per_statement) {
                self.untie(&tx, join, Some(chunk)).await?;
            }
            Ok(())
        })
        .await
    }

    /// Creates a row and ties it to this one.
    ///
    /// # Errors
    /// As [`add`](Self::add), and when a field is missing or does not fit.
    pub async fn create<B: ModelBuilder<Model = T>>(&self, db: &Db, builder: B) -> Result<T> {
        self.saved_join("create a row of a many-to-many relation")?;
        db.transaction(async |tx| {
            let row = builder.create(&tx).await?;
            self.add(&tx, [&row]).await?;
            Ok(row)
        })
        .await
    }

    #[doc(hidden)]
    pub fn attach(&mut self, fetched: Fetched<T>) {
        self.fetched = Some(fetched.many());
    }

    async fn untie(&self, db: &Db, join: &Join, keys: Option<&[KeyValues]>) -> Result<()> {
        let mut filter = join.rows_of(&self.owner);
        if let Some(keys) = keys {
            let far = join.far.iter().map(|pair| Expr::name(pair.0.name));
            filter = filter.and(one_of(far, keys));
        }
        let delete = Delete {
            target: join.source(),
            filter: Some(filter),
            returning: Vec::new(),
        };
        let compiled = delete.compile(db.speaks().await?)?;
        db.run(compiled.sql, &compiled.binds).await?;
        Ok(())
    }

    fn join(&self) -> Option<Join> {
        match &self.relation.link {
            Link::Through { table, near, far } => Some(Join { table, near, far }),
            Link::Direct(_) => None,
        }
    }

    fn saved_join(&self, operation: &'static str) -> Result<Join> {
        match self.join() {
            Some(join) if !self.owner.is_null() => Ok(join),
            _ => Err(Error::not_saved(self.relation.from.model, operation)),
        }
    }
}

/// Ties rows by one statement: `values` are keys of either side in turn. Rows that are tied already stay so.
async fn tie(db: &Db, join: &Join, values: Vec<Value>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let columns = join.columns();
    let insert = Insert {
        on_conflict: Some(OnConflict::DoNothing {
            target: columns.iter().map(|column| column.name.into()).collect(),
        }),
        target: InsertTarget::Columns(join.table, columns),
        values,
        returning: Vec::new(),
    };
    let compiled = insert.compile(db.speaks().await?)?;
    db.run(compiled.sql, &compiled.binds).await?;
    Ok(())
}

fn keys<T: Model>(rows: &[&T]) -> Result<Vec<KeyValues>> {
    rows.iter()
        .map(|&row| {
            if is_unsaved(row) {
                return Err(Error::not_saved(
                    T::TABLE.model,
                    "tie a row by a many-to-many relation",
                ));
            }
            Ok(KeyValues::of(&row.primary_key()))
        })
        .collect()
}

impl<T> Clone for ManyToMany<T> {
    fn clone(&self) -> Self {
        ManyToMany {
            relation: self.relation,
            owner: self.owner.clone(),
            tie: self.tie,
            fetched: self.fetched.clone(),
        }
    }
}

impl<T> PartialEq for ManyToMany<T> {
    /// Equal when it is the same relation of the same row, fetched or not.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.relation, other.relation) && self.owner == other.owner
    }
}

impl<T: fmt::Debug> fmt::Debug for ManyToMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fetched {
            Some(fetched) => fetched.fmt(f),
            None => f.write_str("(not fetched)"),
        }
    }
}
