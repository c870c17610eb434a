//! Trees of relations to fetch along with a query set: by join, or by one further query each.

use std::any::Any;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use testudo_sql::schema::{self as meta, Column, Link, Table};
use testudo_sql::{
    Expr, In, InSet, Join, JoinKind, Projection, QualifiedName, Select, SelectItem, Source, Value,
};

use super::{Fetched, Relation};
use crate::key::HashedValue;
use crate::queryset::{default_order, own_column};
use crate::row::RowReader;
use crate::{Db, Filter, Model, QuerySet, Result};

/// The relations that lead on from a model, each with those after it.
pub struct Tree<M>(Vec<Box<dyn Step<M>>>);

/// One relation from `M` onwards; the model that it leads to is hidden.
trait Step<M>: Send + Sync {
    fn relation(&self) -> &'static meta::Relation;
    /// Takes in the children of a step along the same relation.
    fn merge(&mut self, other: Box<dyn Any>);
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    fn clone_box(&self) -> Box<dyn Step<M>>;
    /// Adds the paths of this step and those after it, in the order in which `read` reads them.
    fn paths(&self, paths: &mut Vec<&'static meta::Path>);
    /// Reads the joined columns of this step and those after it into the row.
    fn read(&self, reader: &mut RowReader<'_>, row: &mut M) -> Result<()>;
    /// How many columns `read` reads.
    fn width(&self) -> usize;
    /// Fetches what the rows are related to, in one query for all of them.
    fn fetch<'a>(&'a self, db: &'a Db, rows: &'a mut [M]) -> BoxFuture<'a, Result<()>>;
}

/// A step along the relation `R`.
pub struct Branch<R: Relation> {
    path: &'static meta::Path,
    children: Tree<R::To>,
    relation: PhantomData<fn() -> R>,
}

impl<M: Model> Tree<M> {
    pub(crate) const fn empty() -> Self {
        Tree(Vec::new())
    }

    pub(crate) fn of<R: Relation<From = M>>(branch: Branch<R>) -> Self {
        Tree(vec![Box::new(branch)])
    }

    /// Takes in another tree; a relation that both have is fetched once.
    pub(crate) fn merge(&mut self, other: Tree<M>) {
        for step in other.0 {
            let same = |s: &&mut Box<dyn Step<M>>| std::ptr::eq(s.relation(), step.relation());
            match self.0.iter_mut().find(same) {
                Some(mine) => mine.merge(step.into_any()),
                None => self.0.push(step),
            }
        }
    }

    pub(crate) fn paths(&self) -> Vec<&'static meta::Path> {
        let mut paths = Vec::new();
        self.append_paths(&mut paths);
        paths
    }

    fn append_paths(&self, paths: &mut Vec<&'static meta::Path>) {
        self.0.iter().for_each(|step| step.paths(paths));
    }

    pub(crate) fn read(&self, reader: &mut RowReader<'_>, row: &mut M) -> Result<()> {
        self.0.iter().try_for_each(|step| step.read(reader, row))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn width(&self) -> usize {
        self.0.iter().map(|step| step.width()).sum()
    }

    pub(crate) async fn fetch(&self, db: &Db, rows: &mut [M]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        for step in &self.0 {
            step.fetch(db, rows).await?;
        }
        Ok(())
    }
}

impl<M> Clone for Tree<M> {
    fn clone(&self) -> Self {
        Tree(self.0.iter().map(|step| step.clone_box()).collect())
    }
}

impl<R: Relation> Branch<R> {
    pub(crate) fn new(path: &'static meta::Path, children: Tree<R::To>) -> Self {
        Branch {
            path,
            children,
            relation: PhantomData,
        }
    }

    /// The related rows for each key, by one query in which the key stands in a column of `To`.
    async fn fetch_direct(
        &self,
        db: &Db,
        remote: &'static Column,
        keys: &[Value],
    ) -> Result<HashMap<HashedValue, Vec<Arc<R::To>>>> {
        let position = R::To::TABLE.position_of(remote);
        let condition = is_in(Expr::Column(own_column::<R::To>(remote)), keys);
        // What a row points to is there, whatever scope the other model has.
        let rows = match R::RELATION.to_many {
            true => QuerySet::<R::To>::new(),
            false => QuerySet::unscoped(),
        };
        let query = rows
            .filter(Filter::from_expr(condition))
            .with_prefetch(self.children.clone());
        let mut groups: HashMap<HashedValue, Vec<Arc<R::To>>> = HashMap::new();
        for row in query.fetch_all(db).await? {
            groups
                .entry(HashedValue(row.value(position)))
                .or_default()
                .push(Arc::new(row));
        }
        Ok(groups)
    }

    /// The related rows for each key, by one query over the table in between.
    async fn fetch_through(
        &self,
        db: &Db,
        join: (&'static Table, &'static Column, &'static Column),
        keys: &[Value],
    ) -> Result<HashMap<HashedValue, Vec<Arc<R::To>>>> {
        let (table, near, far) = join;
        let tie = |column: &'static Column| {
            Expr::Name(Box::new(QualifiedName {
                table: Some(table.name.into()),
                name: column.name.into(),
            }))
        };
        let to = R::To::TABLE;
        let mut items: Vec<SelectItem> = to
            .columns
            .iter()
            .map(|column| SelectItem {
                expr: Expr::Column(own_column::<R::To>(column)),
                alias: None,
            })
            .collect();
        items.push(SelectItem {
            expr: tie(near),
            alias: None,
        });

        let mut select = Select::new(Projection::Items(items), Source::Model(to));
        select.clauses_mut().joins.push(Join {
            kind: JoinKind::Inner,
            source: Source::Model(table),
            on: Some(Expr::comparison(
                tie(far),
                testudo_sql::CompareOp::Eq,
                Expr::Column(own_column::<R::To>(&to.columns[to.primary_key[0]])),
            )),
        });
        select.filter = Some(is_in(tie(near), keys));
        select.order_by = default_order::<R::To>();

        let compiled = select.compile(db.speaks().await?)?;
        let (mut rows, mut owners) = (Vec::new(), Vec::new());
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            let mut reader = RowReader::new(&row);
            rows.push(R::To::read(&mut reader)?);
            owners.push(reader.field::<<R::From as Model>::PrimaryKey>(table, near)?);
            Ok(())
        })
        .await?;
        self.children.fetch(db, &mut rows).await?;

        let mut groups: HashMap<HashedValue, Vec<Arc<R::To>>> = HashMap::new();
        for (row, owner) in rows.into_iter().zip(owners) {
            let key = HashedValue(crate::FieldType::to_value(&owner));
            groups.entry(key).or_default().push(Arc::new(row));
        }
        Ok(groups)
    }
}

impl<R: Relation> Step<R::From> for Branch<R> {
    fn relation(&self) -> &'static meta::Relation {
        R::RELATION
    }

    fn merge(&mut self, other: Box<dyn Any>) {
        // Steps along one relation have one type.
        if let Ok(other) = other.downcast::<Branch<R>>() {
            self.children.merge(other.children);
        }
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn clone_box(&self) -> Box<dyn Step<R::From>> {
        Box::new(Branch::<R>::new(self.path, self.children.clone()))
    }

    fn paths(&self, paths: &mut Vec<&'static meta::Path>) {
        paths.push(self.path);
        self.children.append_paths(paths);
    }

    fn read(&self, reader: &mut RowReader<'_>, row: &mut R::From) -> Result<()> {
        let to = R::To::TABLE;
        // A LEFT JOIN that found nothing: no row has a NULL key.
        if reader.is_null_ahead(to.primary_key[0]) {
            reader.skip(self.width());
            R::attach(row, Fetched::One(None));
            return Ok(());
        }
        let mut related = R::To::read(reader)?;
        self.children.read(reader, &mut related)?;
        R::attach(row, Fetched::One(Some(Arc::new(related))));
        Ok(())
    }

    fn width(&self) -> usize {
        R::To::TABLE.columns.len() + self.children.width()
    }

    fn fetch<'a>(&'a self, db: &'a Db, rows: &'a mut [R::From]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let local = match &R::RELATION.link {
                Link::Direct(pairs) => pairs[0].0,
                Link::Through { near, .. } => near.0,
            };
            let position = R::From::TABLE.position_of(local);
            let keys: Vec<Value> = {
                let mut seen = std::collections::HashSet::new();
                rows.iter()
                    .map(|row| row.value(position))
                    .filter(|key| !key.is_null() && seen.insert(HashedValue(key.clone())))
                    .collect()
            };
            let mut groups = HashMap::new();
            for chunk in keys.chunks(db.speaks().await?.max_binds()) {
                groups.extend(match &R::RELATION.link {
                    Link::Direct(pairs) => self.fetch_direct(db, pairs[0].1, chunk).await?,
                    Link::Through { table, near, far } => {
                        self.fetch_through(db, (table, near.1, far.0), chunk)
                            .await?
                    }
                });
            }
            for row in rows {
                let found = groups.get(&HashedValue(row.value(position)));
                R::attach(
                    row,
                    match (R::RELATION.to_many, found) {
                        (true, Some(many)) => Fetched::Many(many.clone()),
                        (true, None) => Fetched::Many(Vec::new()),
                        (false, found) => {
                            Fetched::One(found.and_then(|many| many.first().cloned()))
                        }
                    },
                );
            }
            Ok(())
        })
    }
}

fn is_in(expr: Expr, keys: &[Value]) -> Expr {
    Expr::In(Box::new(In {
        expr,
        set: InSet::of(keys.to_vec()),
        negated: false,
    }))
}
