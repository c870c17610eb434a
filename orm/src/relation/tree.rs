//! Trees of relations to fetch along with a query set: by join, or by one further query each.

use std::any::Any;
use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use testudo_sql::schema::{self as meta, Link};

use super::prefetch::{self, key_at, positions};
use super::{Fetched, Relation};
use crate::row::RowReader;
use crate::{Db, Error, KeyValues, Model, QuerySet, Result};

/// The relations that lead on from a model, each with those after it.
pub struct Tree<M>(Vec<Box<dyn Step<M>>>);

/// What is fetched at the end of a relation.
pub struct Node<M> {
    /// The query set that says which rows, and in which order; all of them without one.
    pub(super) query: Option<QuerySet<M>>,
    /// Whether two query sets were given, which cannot both be meant.
    twice: bool,
    pub(super) children: Tree<M>,
}

/// One relation from `M` onwards; the model that it leads to is hidden.
trait Step<M>: Send + Sync {
    fn relation(&self) -> &'static meta::Relation;
    /// Takes in what a step along the same relation fetches.
    fn merge(&mut self, other: Box<dyn Any>);
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    fn clone_box(&self) -> Box<dyn Step<M>>;
    /// Refuses a relation with two query sets.
    fn check(&self) -> Result<()>;
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
    node: Node<R::To>,
    relation: PhantomData<fn() -> R>,
}

impl<M: Model> Node<M> {
    pub(crate) fn leaf() -> Self {
        Node::from(Tree::empty())
    }

    pub(crate) fn queried(query: QuerySet<M>) -> Self {
        Node {
            query: Some(query),
            ..Node::leaf()
        }
    }

    pub(crate) fn into_children(self) -> Tree<M> {
        self.children
    }

    fn merge(&mut self, other: Node<M>) {
        self.twice |= other.twice || (self.query.is_some() && other.query.is_some());
        self.query = self.query.take().or(other.query);
        self.children.merge(other.children);
    }
}

impl<M> From<Tree<M>> for Node<M> {
    fn from(children: Tree<M>) -> Self {
        Node {
            query: None,
            twice: false,
            children,
        }
    }
}

impl<M> Clone for Node<M> {
    fn clone(&self) -> Self {
        Node {
            query: self.query.clone(),
            twice: self.twice,
            children: self.children.clone(),
        }
    }
}

impl<M: Model> Tree<M> {
    pub(crate) const fn empty() -> Self {
        Tree(Vec::new())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
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

    /// Refuses a relation that is fetched by two query sets.
    pub(crate) fn check(&self) -> Result<()> {
        self.0.iter().try_for_each(|step| step.check())
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
    pub(crate) fn new(path: &'static meta::Path, node: Node<R::To>) -> Self {
        Branch {
            path,
            node,
            relation: PhantomData,
        }
    }
}

impl<R: Relation> Step<R::From> for Branch<R> {
    fn relation(&self) -> &'static meta::Relation {
        R::RELATION
    }

    fn merge(&mut self, other: Box<dyn Any>) {
        // Steps along one relation have one type.
        if let Ok(other) = other.downcast::<Branch<R>>() {
            self.node.merge(other.node);
        }
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn clone_box(&self) -> Box<dyn Step<R::From>> {
        Box::new(Branch::<R>::new(self.path, self.node.clone()))
    }

    fn check(&self) -> Result<()> {
        if self.node.twice {
            let meta::Relation { from, name, .. } = R::RELATION;
            return Err(Error::misuse(format!(
                "`{}.{name}` is prefetched by two query sets; put both into one",
                from.model
            )));
        }
        self.node.children.check()
    }

    fn paths(&self, paths: &mut Vec<&'static meta::Path>) {
        paths.push(self.path);
        self.node.children.append_paths(paths);
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
        self.node.children.read(reader, &mut related)?;
        R::attach(row, Fetched::One(Some(Arc::new(related))));
        Ok(())
    }

    fn width(&self) -> usize {
        R::To::TABLE.columns.len() + self.node.children.width()
    }

    fn fetch<'a>(&'a self, db: &'a Db, rows: &'a mut [R::From]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let pairs = match &R::RELATION.link {
                Link::Direct(pairs) => pairs,
                Link::Through { near, .. } => near,
            };
            let local = positions::<R::From>(pairs.iter().map(|pair| pair.0));
            let keys: Vec<KeyValues> = {
                let mut seen = HashSet::new();
                rows.iter()
                    .map(|row| key_at(row, &local))
                    .filter(|key| !key.is_null() && seen.insert(key.clone()))
                    .collect()
            };
            let groups = prefetch::related::<R>(&self.node, &keys, db).await?;
            for row in rows {
                let found = groups.get(&key_at(row, &local));
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
