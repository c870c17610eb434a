//! Queries within queries: EXISTS, scalar subqueries, and columns of the query around.

use testudo_sql::{Expr, Projection};

use crate::queryset::{QuerySet, ValuesQuery};
use crate::selection::Selection;
use crate::{Column, Expression, FieldType, Filter, Model};

/// Whether a query has any row: `exists(Order::filter(Order::user_id.eq(outer(User::id))))` is a condition
/// on users.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// # use testudo_orm::{exists, outer, subquery};
/// # #[derive(Model, Debug)]
/// # #[model(table = "users")]
/// # pub struct User {
/// #     #[field(primary_key)]
/// #     id: i64,
/// # }
/// # #[derive(Model, Debug)]
/// # #[model(table = "orders")]
/// # pub struct Order {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     user_id: i64,
/// #     total: i64,
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<User>()).await?;
/// # generate_schemas(&db, &tables_of::<Order>()).await?;
/// let of_this_user = || Order::filter(Order::user_id.eq(outer(User::id)));
/// let without_orders = User::filter(!exists(of_this_user()));
/// let dearest = subquery(of_this_user().order_by(Order::total.desc()).values(Order::total));
/// let rows: Vec<(i64, Option<i64>)> = User::all().values((User::id, dearest)).fetch_all(&db).await?;
/// # assert!(rows.is_empty() && !without_orders.exists(&db).await?);
/// # Ok(())
/// # }
/// ```
pub fn exists<M: Model, N: Model>(query: QuerySet<N>) -> Filter<M> {
    let mut select = query.into_select();
    select.order_by.clear();
    select.projection = Projection::One;
    Filter::from_expr(Expr::Exists(Box::new(select)))
}

/// The value of the first row of a query; `None` where it has no row.
#[must_use]
pub fn subquery<M, N, S, T>(query: ValuesQuery<N, S>) -> Expression<M, Option<T::Base>>
where
    M: Model,
    N: Model,
    S: Selection<N, Output = T>,
    T: FieldType,
    T::Base: FieldType<Base = T::Base>,
{
    let mut select = query.into_select();
    select.limit = select.limit.at_most(1);
    Expression::from_expr(Expr::Subquery(Box::new(select)))
}

/// A column of the query around a subquery (`OuterRef` in Django).
///
/// That it belongs to the model of that query is found when the statement is compiled, before anything
/// is sent.
#[must_use]
pub fn outer<M: Model, N: Model, T: FieldType>(column: Column<M, T>) -> Expression<N, T> {
    Expression::from_expr(Expr::Outer(column.reference()))
}
