//! The relations that a query set fetches along with its rows.

use crate::Model;
use crate::path::{ModelPath, PathHandle, ToOnePath};
use crate::relation::Tree;

/// Relations that a query set fetches along: one path or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of `{M}`",
    note = "name a relation by its function: `Order::user()`, or a tuple of such"
)]
pub trait IntoRelated<M>: Sized {
    /// The relations as a tree.
    #[doc(hidden)]
    fn into_tree(self) -> Tree<M>;
}

/// Relations to one row each: one path or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`select_related` cannot follow `{Self}`",
    note = "it joins relations to one row; use `prefetch_related` for those to many"
)]
pub trait IntoRelatedOne<M>: IntoRelated<M> {}

impl<M: Model, H> IntoRelated<M> for H
where
    H: PathHandle,
    H::Path: ModelPath<Root = M>,
{
    fn into_tree(self) -> Tree<M> {
        <H::Path as ModelPath>::grow(Tree::empty())
    }
}

impl<M: Model, H> IntoRelatedOne<M> for H
where
    H: PathHandle,
    H::Path: ToOnePath + ModelPath<Root = M>,
{
}

impl<M: Model> IntoRelated<M> for () {
    fn into_tree(self) -> Tree<M> {
        Tree::empty()
    }
}

impl<M: Model> IntoRelatedOne<M> for () {}

macro_rules! tuples {
    ($([$($name:ident)+])+) => {$(
        impl<M: Model, $($name: IntoRelated<M>),+> IntoRelated<M> for ($($name,)+) {
            fn into_tree(self) -> Tree<M> {
                #[expect(non_snake_case, reason = "a member is named after its type parameter")]
                let ($($name,)+) = self;
                let mut tree = Tree::empty();
                $(tree.merge($name.into_tree());)+
                tree
            }
        }

        impl<M: Model, $($name: IntoRelatedOne<M>),+> IntoRelatedOne<M> for ($($name,)+) {}
    )+};
}
crate::tuples::for_each_tuple!(tuples);
