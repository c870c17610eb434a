//! The relations that a query set fetches along with its rows.

use std::marker::PhantomData;

use super::QuerySet;
use crate::Model;
use crate::path::{ModelPath, PathHandle, ToOnePath};
use crate::relation::{Node, Tree};

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
        <H::Path as ModelPath>::grow(Node::leaf())
    }
}

/// A relation that is fetched by a query set of its own: what [`prefetch`] returns.
#[derive(Debug, Clone)]
#[must_use = "give it to `prefetch_related`"]
pub struct Prefetch<H: PathHandle> {
    path: PhantomData<fn() -> H>,
    query: QuerySet<<H::Path as ModelPath>::Target>,
}

/// Prefetches only those rows of a relation that a query set selects, in its order and with what it
/// fetches along. A limit is one for each row that they belong to.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// # #[derive(Model, Debug)]
/// # #[model(table = "users")]
/// # pub struct User {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     orders: ReverseRelation<Order>,
/// # }
/// # #[derive(Model, Debug)]
/// # #[model(table = "orders")]
/// # pub struct Order {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     #[field(related_name = "orders")]
/// #     user: ForeignKey<User>,
/// #     total: i64,
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<Order>()).await?;
/// # let user = User::builder().create(&db).await?;
/// # for total in 0..5 {
/// #     Order::builder().user(&user).total(total).create(&db).await?;
/// # }
/// let largest = Order::filter(Order::total.gt(1)).order_by(Order::total.desc()).limit(2);
/// let users = User::all().prefetch_related(prefetch(User::orders(), largest)).fetch_all(&db).await?;
/// let totals: Vec<i64> = users[0].orders.get()?.iter().map(|order| order.total).collect();
/// assert_eq!(totals, [4, 3]);
/// # Ok(())
/// # }
/// ```
pub fn prefetch<H: PathHandle>(
    _relation: H,
    query: QuerySet<<H::Path as ModelPath>::Target>,
) -> Prefetch<H> {
    Prefetch {
        path: PhantomData,
        query,
    }
}

impl<M: Model, H> IntoRelated<M> for Prefetch<H>
where
    H: PathHandle,
    H::Path: ModelPath<Root = M>,
{
    fn into_tree(self) -> Tree<M> {
        <H::Path as ModelPath>::grow(Node::queried(self.query))
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
