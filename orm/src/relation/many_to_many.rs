//! Many-to-many relations: rows of two models tied by the rows of a table in between.

use std::fmt;
use std::sync::Arc;

use testudo_sql::schema::{self as meta, Column, Link, Table};
use testudo_sql::{
    CompareOp, Delete, Expr, Ident, In, InSet, Insert, InsertTarget, OnConflict, Projection,
    Select, SelectItem, Source, Value,
};

use super::{Fetched, reverse};
use crate::{Db, Error, FieldType, Filter, Model, QuerySet, Result};

/// The rows of `T` that this row is tied to.
pub struct ManyToMany<T> {
    relation: &'static meta::Relation,
    owner: Value,
    fetched: Option<Vec<Arc<T>>>,
}

/// The table in between, as seen from the owner.
struct Join {
    table: &'static Table,
    near: &'static Column,
    far: &'static Column,
}

impl<T: Model> ManyToMany<T> {
    #[doc(hidden)]
    #[must_use]
    pub fn of(relation: &'static meta::Relation, owner: Value) -> Self {
        ManyToMany {
            relation,
            owner,
            fetched: None,
        }
    }

    /// A query set of the rows tied to this one.
    pub fn all(&self) -> QuerySet<T> {
        let Some(join) = self.join() else {
            return QuerySet::new();
        };
        let column = |name: &str| Expr::name(name);
        let mut ties = Select::new(
            Projection::Items(vec![SelectItem {
                expr: column(join.far.name),
                alias: None,
            }]),
            Source::Named {
                table: Ident::new(join.table.name),
                alias: None,
            },
        );
        ties.filter = Some(Expr::comparison(
            column(join.near.name),
            CompareOp::Eq,
            Expr::Value(self.owner.clone()),
        ));
        QuerySet::new().filter(Filter::from_expr(Expr::In(Box::new(In {
            expr: Expr::Column(crate::queryset::own_column::<T>(
                crate::model::primary_key_column::<T>(),
            )),
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

    /// Ties these rows to this one. Rows that are tied already stay so.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn add<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let join = self.saved_join("add to a many-to-many relation")?;
        let mut values = Vec::new();
        for key in keys(rows)? {
            values.push(self.owner.clone());
            values.push(key);
        }
        // One statement is atomic by itself.
        let per_statement = db.speaks().await?.max_binds() / 2 * 2;
        if values.len() <= per_statement {
            return tie(db, &join, values).await;
        }
        db.transaction(async |tx| {
            for chunk in values.chunks(per_statement) {
                tie(&tx, &join, chunk.to_vec()).await?;
            }
            Ok(())
        })
        .await
    }

    /// Unties these rows from this one.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn remove<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let join = self.saved_join("remove from a many-to-many relation")?;
        let keys = keys(rows)?;
        let per_statement = db.speaks().await?.max_binds() - 1;
        if keys.len() <= per_statement {
            return self.untie(db, &join, Some(keys)).await;
        }
        db.transaction(async |tx| {
            for chunk in keys.chunks(per_statement) {
                self.untie(&tx, &join, Some(chunk.to_vec())).await?;
            }
            Ok(())
        })
        .await
    }

    /// Unties all rows from this one.
    ///
    /// # Errors
    /// When this row is not saved or the database refuses.
    pub async fn clear(&self, db: &Db) -> Result<()> {
        let join = self.saved_join("clear a many-to-many relation")?;
        self.untie(db, &join, None).await
    }

    /// Ties exactly these rows to this one: the others are untied, in one transaction.
    ///
    /// # Errors
    /// When this row or one of those is not saved, or the database refuses.
    pub async fn set<'t>(&self, db: &Db, rows: impl IntoIterator<Item = &'t T>) -> Result<()> {
        let rows: Vec<&T> = rows.into_iter().collect();
        db.transaction(async |tx| {
            self.clear(&tx).await?;
            self.add(&tx, rows).await
        })
        .await
    }

    #[doc(hidden)]
    pub fn attach(&mut self, fetched: Fetched<T>) {
        self.fetched = Some(fetched.many());
    }

    async fn untie(&self, db: &Db, join: &Join, keys: Option<Vec<Value>>) -> Result<()> {
        let mut filter = Expr::comparison(
            Expr::name(join.near.name),
            CompareOp::Eq,
            Expr::Value(self.owner.clone()),
        );
        if let Some(keys) = keys {
            filter = filter.and(Expr::In(Box::new(In {
                expr: Expr::name(join.far.name),
                set: InSet::of(keys),
                negated: false,
            })));
        }
        let delete = Delete {
            target: Source::Named {
                table: Ident::new(join.table.name),
                alias: None,
            },
            filter: Some(filter),
            returning: Vec::new(),
        };
        let compiled = delete.compile(db.speaks().await?)?;
        db.run(compiled.sql, &compiled.binds).await?;
        Ok(())
    }

    fn join(&self) -> Option<Join> {
        match &self.relation.link {
            Link::Through { table, near, far } => Some(Join {
                table,
                near: near.1,
                far: far.0,
            }),
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

/// Ties rows by one statement: `values` are pairs of keys. Rows that are tied already stay so.
async fn tie(db: &Db, join: &Join, values: Vec<Value>) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let insert = Insert {
        target: InsertTarget::Columns(join.table, vec![join.near, join.far]),
        values,
        on_conflict: Some(OnConflict::DoNothing {
            target: vec![Ident::new(join.near.name), Ident::new(join.far.name)],
        }),
        returning: Vec::new(),
    };
    let compiled = insert.compile(db.speaks().await?)?;
    db.run(compiled.sql, &compiled.binds).await?;
    Ok(())
}

fn keys<'t, T: Model>(rows: impl IntoIterator<Item = &'t T>) -> Result<Vec<Value>> {
    rows.into_iter()
        .map(|row| {
            if crate::model::is_unsaved(row) {
                return Err(Error::not_saved(
                    T::TABLE.model,
                    "tie a row by a many-to-many relation",
                ));
            }
            Ok(row.primary_key().to_value())
        })
        .collect()
}

impl<T> Clone for ManyToMany<T> {
    fn clone(&self) -> Self {
        ManyToMany {
            relation: self.relation,
            owner: self.owner.clone(),
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
