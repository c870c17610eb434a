//! Chains of relations as types, so that a column knows at no cost how a query gets to it.

use std::marker::PhantomData;

use testudo_sql::schema as meta;

use crate::Model;
use crate::relation::{Branch, Node, Relation, ToOne, Tree};

/// A chain of relations from the model of a query to some model.
pub trait ModelPath: Copy + Send + Sync + 'static {
    /// The model of the query.
    type Root: Model;
    /// The model at the end.
    type Target: Model;
    /// The chain as data.
    const PATH: &'static meta::Path;

    /// The tree of relations with this path in it and `node` at its end.
    #[doc(hidden)]
    fn grow(node: Node<Self::Target>) -> Tree<Self::Root>;
}

/// A path all of whose relations lead to at most one row.
#[diagnostic::on_unimplemented(
    message = "`select_related` follows relations to one row, and this path leads to many",
    note = "use `prefetch_related` for reverse foreign keys and many-to-many relations"
)]
pub trait ToOnePath: ModelPath {}

/// What stands for a path in user code: the columns that a relation's function returns.
pub trait PathHandle: Copy {
    /// The path.
    type Path: ModelPath;
}

/// The path of length zero.
pub struct Root<M>(PhantomData<fn() -> M>);

/// The path `P` and the relation `R` after it.
pub struct Via<P, R>(PhantomData<fn() -> (P, R)>);

impl<M> Clone for Root<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M> Copy for Root<M> {}
impl<P, R> Clone for Via<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P, R> Copy for Via<P, R> {}

impl<M: Model> ModelPath for Root<M> {
    type Root = M;
    type Target = M;
    const PATH: &'static meta::Path = &meta::Path::root(M::TABLE);

    fn grow(node: Node<M>) -> Tree<M> {
        node.into_children()
    }
}

impl<P, R> ModelPath for Via<P, R>
where
    R: Relation,
    P: ModelPath<Target = R::From>,
{
    type Root = P::Root;
    type Target = R::To;
    const PATH: &'static meta::Path = &meta::Path::via(P::PATH, R::RELATION);

    fn grow(node: Node<R::To>) -> Tree<P::Root> {
        P::grow(Tree::of(Branch::<R>::new(Self::PATH, node)).into())
    }
}

impl<M: Model> ToOnePath for Root<M> {}
impl<P, R> ToOnePath for Via<P, R>
where
    R: Relation + ToOne,
    P: ToOnePath + ModelPath<Target = R::From>,
{
}
