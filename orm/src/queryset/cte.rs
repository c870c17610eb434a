//! WITH: a query by a name, that another joins or reads in place of a table.

use std::marker::PhantomData;

use testudo_sql::{Cte as Named, Expr, Ident, Join, JoinKind, QualifiedName, Select, Source};

use super::{QuerySet, ValuesQuery};
use crate::selection::Selection;
use crate::{Column, Expression, FieldType, Filter, Model};

/// A query for values by a name, for others to join; see [`ValuesQuery::cte`].
#[derive(Debug, Clone)]
pub struct Cte<N, S> {
    named: Named,
    selection: PhantomData<fn() -> (N, S)>,
}

/// A query for models by a name, to be read in place of their table; see [`QuerySet::cte`].
#[derive(Debug, Clone)]
pub struct ModelCte<M> {
    named: Named,
    model: PhantomData<fn() -> M>,
}

/// A selection whose values become columns of a common table expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the columns of a common table expression",
    note = "select a column, an expression, or a tuple of them"
)]
pub trait CteColumns<N>: Selection<N> {
    /// The columns, as a query on the model `M` sees them.
    type In<M: Model>;

    /// The columns from this number on, which it moves on.
    #[doc(hidden)]
    fn columns<M: Model>(name: &Ident, next: &mut usize) -> Self::In<M>;
}

impl<M: Model, S: Selection<M>> ValuesQuery<M, S> {
    /// The query by a name (a common table expression, WITH), for others to join.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     username: String,
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
    /// let totals = Order::all().group_by(Order::user_id).values((Order::user_id, sum(Order::total))).cte("totals");
    /// let (user, total) = totals.columns::<User>();
    /// let rows: Vec<(String, Option<i64>)> = User::all()
    ///     .join(&totals, user.eq(User::id))
    ///     .filter(total.clone().gt(100))
    ///     .values((User::username, total))
    ///     .fetch_all(&db)
    ///     .await?;
    /// # assert!(rows.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cte(self, name: &'static str) -> Cte<M, S> {
        let (select, selection) = self.into_parts();
        let columns = (1..=selection.items().len()).map(column_name).collect();
        Cte {
            named: named(name, columns, select),
            selection: PhantomData,
        }
    }
}

impl<N, S: CteColumns<N>> Cte<N, S> {
    /// The columns, for a query on the model `M`: one, or a tuple of them, as they were selected.
    #[must_use]
    pub fn columns<M: Model>(&self) -> S::In<M> {
        S::columns(&self.named.name, &mut 1)
    }
}

impl<M: Model> QuerySet<M> {
    /// The query by a name (a common table expression, WITH), to be read in place of the model's table:
    /// `Order::filter(..).cte("recent").rows()` is a query set of these orders.
    #[must_use]
    pub fn cte(self, name: &'static str) -> ModelCte<M> {
        ModelCte {
            named: named(name, Vec::new(), self.ordered_if_limited()),
            model: PhantomData,
        }
    }

    /// With the rows of a common table expression for which the condition holds; a row without any is
    /// left out.
    pub fn join<N, S>(self, cte: &Cte<N, S>, on: Filter<M>) -> Self {
        self.joined_to(cte, JoinKind::Inner, on)
    }

    /// With the rows of a common table expression for which the condition holds. A row without any stays;
    /// the columns are NULL there, so select them as [`optional`](Expression::optional).
    pub fn left_join<N, S>(self, cte: &Cte<N, S>, on: Filter<M>) -> Self {
        self.joined_to(cte, JoinKind::Left, on)
    }

    fn joined_to<N, S>(mut self, cte: &Cte<N, S>, kind: JoinKind, on: Filter<M>) -> Self {
        let clauses = self.select.clauses_mut();
        clauses.with.push(cte.named.clone());
        clauses.joins.push(Join {
            kind,
            source: Source::Named {
                table: cte.named.name.clone(),
                alias: None,
            },
            on: Some(on.into_expr()),
        });
        self
    }

    /// The statement, in an order only where that decides which rows it has.
    pub(super) fn ordered_if_limited(mut self) -> Select {
        if self.select.limit == testudo_sql::Limit::default() {
            self.select.order_by.clear();
            return self.select;
        }
        self.ordered().select
    }
}

impl<M: Model> ModelCte<M> {
    /// A query set of the rows that the query has.
    pub fn rows(&self) -> QuerySet<M> {
        let mut query = QuerySet::new();
        query.select.source = Source::Cte {
            name: self.named.name.clone(),
            table: M::TABLE,
        };
        query.select.clauses_mut().with.push(self.named.clone());
        query
    }
}

impl<M: Model, T> Expression<M, T>
where
    T: FieldType<Base = T>,
{
    /// The same expression, which may be NULL because a join on the way to it may find nothing.
    #[must_use]
    pub fn optional(self) -> Expression<M, Option<T>> {
        Expression::from_expr(self.into_expr())
    }
}

fn named(name: &'static str, columns: Vec<Ident>, select: Select) -> Named {
    Named {
        name: name.into(),
        columns,
        select,
        recursive: false,
    }
}

fn column_name(number: usize) -> Ident {
    Ident::new(format!("c{number}"))
}

/// The next column of a common table expression.
fn next_column<M, T>(name: &Ident, next: &mut usize) -> Expression<M, T> {
    let column = QualifiedName {
        table: Some(name.clone()),
        name: column_name(*next),
    };
    *next += 1;
    Expression::from_expr(Expr::Name(Box::new(column)))
}

impl<N: Model, T: FieldType> CteColumns<N> for Column<N, T> {
    type In<M: Model> = Expression<M, T>;

    fn columns<M: Model>(name: &Ident, next: &mut usize) -> Self::In<M> {
        next_column(name, next)
    }
}

impl<N: Model, T: FieldType, K> CteColumns<N> for Expression<N, T, K> {
    type In<M: Model> = Expression<M, T>;

    fn columns<M: Model>(name: &Ident, next: &mut usize) -> Self::In<M> {
        next_column(name, next)
    }
}

macro_rules! tuples {
    ($([$($member:ident)+])+) => {$(
        impl<N, $($member: CteColumns<N>),+> CteColumns<N> for ($($member,)+) {
            type In<M: Model> = ($($member::In<M>,)+);

            fn columns<M: Model>(name: &Ident, next: &mut usize) -> Self::In<M> {
                ($($member::columns::<M>(name, next),)+)
            }
        }
    )+};
}
crate::tuples::for_each_tuple!(tuples);
