//! UNION, INTERSECT and EXCEPT of queries that have the same rows.

use std::fmt;
use std::sync::Arc;

use testudo_sql::{
    ColumnRef, Compound, Dialect, Distinct, Expr, Function, Ident, Limit, OrderBy, Projection,
    Select, SelectItem, SetOperator, Source,
};

use super::{QuerySet, ValuesQuery, default_order, fetch_scalar, own_column};
use crate::order::IntoOrdering;
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Error, Model, Result};

/// A query whose rows can be put together with those of another: of the same model, or of the same
/// tuple or struct.
///
/// An order that an operand has counts only together with a limit of its own. The order of the whole is
/// that of the model, or what [`Combined::order_by`] says.
pub trait SetOperations: Sized {
    /// The model that the first of the queries is about.
    type Model: Model;
    /// What a row becomes.
    type Row: Send + 'static;

    /// The query as the first operand.
    #[doc(hidden)]
    fn into_combined(self) -> Combined<Self::Model, Self::Row>;

    /// The rows of either query, equal ones once.
    fn union<Q>(self, other: Q) -> Combined<Self::Model, Self::Row>
    where
        Q: SetOperations<Row = Self::Row>,
    {
        self.into_combined().and(SetOperator::Union, other)
    }

    /// The rows of both queries, equal ones as often as they come.
    fn union_all<Q>(self, other: Q) -> Combined<Self::Model, Self::Row>
    where
        Q: SetOperations<Row = Self::Row>,
    {
        self.into_combined().and(SetOperator::UnionAll, other)
    }

    /// The rows that both queries have, equal ones once.
    fn intersect<Q>(self, other: Q) -> Combined<Self::Model, Self::Row>
    where
        Q: SetOperations<Row = Self::Row>,
    {
        self.into_combined().and(SetOperator::Intersect, other)
    }

    /// The rows that this query has and the other has not, equal ones once.
    fn except<Q>(self, other: Q) -> Combined<Self::Model, Self::Row>
    where
        Q: SetOperations<Row = Self::Row>,
    {
        self.into_combined().and(SetOperator::Except, other)
    }
}

type Read<T> = Arc<dyn Fn(&mut RowReader<'_>) -> Result<T> + Send + Sync>;

/// Queries put together; see [`SetOperations`].
#[must_use = "a query does nothing until `fetch_all` or `first` sends it"]
pub struct Combined<M, T> {
    select: Select,
    read: Read<T>,
    /// The names of the columns of the result, and of which column each is where it is one.
    columns: Vec<(Ident, Option<ColumnRef>)>,
    ordering: Vec<OrderBy>,
    /// Where rows come if nobody says.
    usual_order: Vec<OrderBy>,
    /// What an operand asks for that the whole cannot give.
    refused: Option<&'static str>,
    model: std::marker::PhantomData<fn() -> M>,
}

impl<M: Model> SetOperations for QuerySet<M> {
    type Model = M;
    type Row = M;

    fn into_combined(self) -> Combined<M, M> {
        let relations = !self.joined.is_empty() || !self.prefetched.is_empty();
        let column = |column: &'static testudo_sql::schema::Column| {
            (column.name.into(), Some(own_column::<M>(column)))
        };
        let combined = Combined {
            select: self.select,
            read: Arc::new(M::read),
            columns: M::TABLE.columns.iter().map(column).collect(),
            ordering: Vec::new(),
            usual_order: default_order::<M>(),
            refused: relations.then_some("fetches relations along"),
            model: std::marker::PhantomData,
        };
        combined.enclosed()
    }
}

impl<M, S> SetOperations for ValuesQuery<M, S>
where
    M: Model,
    S: Selection<M, Output: 'static> + 'static,
{
    type Model = M;
    type Row = S::Output;

    fn into_combined(self) -> Combined<M, S::Output> {
        let (mut select, selection) = self.into_parts();
        let mut columns = Vec::new();
        if let Projection::Items(items) = &mut select.projection {
            for (item, number) in items.iter_mut().zip(1..) {
                let name = Ident::new(format!("c{number}"));
                columns.push((name.clone(), column_of(&item.expr)));
                item.alias = Some(name);
            }
        }
        let combined = Combined {
            select,
            read: Arc::new(move |reader: &mut RowReader<'_>| selection.read(reader)),
            columns,
            ordering: Vec::new(),
            usual_order: Vec::new(),
            refused: None,
            model: std::marker::PhantomData,
        };
        combined.enclosed()
    }
}

impl<M: Model, T: Send + 'static> SetOperations for Combined<M, T> {
    type Model = M;
    type Row = T;

    fn into_combined(self) -> Combined<M, T> {
        self
    }
}

impl<M: Model, T: Send + 'static> Combined<M, T> {
    /// The order of the whole: by columns that the queries select.
    pub fn order_by(mut self, ordering: impl IntoOrdering<M>) -> Self {
        self.ordering = ordering.into_ordering();
        self
    }

    /// At most this many rows of the whole.
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit.limit = Some(rows);
        self
    }

    /// The rows of the whole after this many.
    pub fn offset(mut self, rows: u64) -> Self {
        self.select.limit.offset = rows;
        self
    }

    /// All rows.
    ///
    /// # Errors
    /// When the order is by something that the queries do not select, a query fetches relations along, the
    /// dialect cannot express it, or the database refuses.
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<T>> {
        let read = Arc::clone(&self.read);
        let select = self.into_select()?;
        let compiled = select.compile(db.speaks().await?)?;
        let mut rows = Vec::new();
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            rows.push(read(&mut RowReader::new(&row))?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn first(mut self, db: &Db) -> Result<Option<T>> {
        self.select.limit = self.select.limit.at_most(1);
        Ok(self.fetch_all(db).await?.into_iter().next())
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn count(self, db: &Db) -> Result<u64> {
        let count = vec![SelectItem {
            expr: Expr::call(Function::Count, Vec::new()),
            alias: None,
        }];
        let source = Source::Subquery {
            select: Box::new(self.into_select()?),
            alias: Ident::new("counted"),
        };
        let select = Select::new(Projection::Items(count), source);
        let count: i64 = fetch_scalar(&select, db, "a count").await?;
        // COUNT is never negative.
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The SQL text of the query in a dialect.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all), before anything is sent.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        Ok(self.into_select()?.compile(dialect)?.sql)
    }

    fn and<Q: SetOperations<Row = T>>(self, operator: SetOperator, other: Q) -> Self {
        let mut whole = self.enclosed();
        let mut operand = other.into_combined();
        whole.refused = whole.refused.or(operand.refused);
        operand.settle();
        whole.select.clauses_mut().compound.push(Compound {
            operator,
            select: operand.select,
        });
        whole
    }

    /// The order by names of the result.
    fn settle(&mut self) {
        for mut term in std::mem::take(&mut self.ordering) {
            let column = column_of(&term.expr);
            let same = |(_, known): &&(Ident, Option<ColumnRef>)| match (known, column) {
                (Some(known), Some(column)) => {
                    known.path == column.path && std::ptr::eq(known.column, column.column)
                }
                _ => false,
            };
            match self.columns.iter().find(same) {
                Some((name, _)) => term.expr = Expr::name(name.clone()),
                None => self.refused = Some("is in the order of what it does not select"),
            }
            self.select.order_by.push(term);
        }
    }

    /// A query that has an order and a limit of its own, as one that can be an operand without.
    fn enclosed(mut self) -> Self {
        self.settle();
        let select = &mut self.select;
        if select.limit == Limit::default() {
            select.order_by.clear();
            return self;
        }
        let column = |(name, _): &(Ident, _)| SelectItem {
            expr: Expr::name(name.clone()),
            alias: None,
        };
        let items = self.columns.iter().map(column).collect();
        let inner = std::mem::replace(select, Select::new(Projection::One, no_source()));
        let source = Source::Subquery {
            select: Box::new(inner),
            alias: Ident::new("first"),
        };
        *select = Select::new(Projection::Items(items), source);
        self
    }

    fn into_select(mut self) -> Result<Select> {
        if self.ordering.is_empty() {
            self.ordering = std::mem::take(&mut self.usual_order);
        }
        self.settle();
        match self.refused {
            None => Ok(self.select),
            Some(what) => Err(Error::misuse(format!(
                "a query of `{}` that is put together with others {what}; a UNION or its kin has nothing \
                 but the columns that each query selects",
                M::TABLE.model
            ))),
        }
    }
}

/// What stands where a source was taken away from.
fn no_source() -> Source {
    Source::Named {
        table: Ident::new(""),
        alias: None,
    }
}

/// The column that an expression is, if it is nothing more.
pub(super) fn column_of(expr: &Expr) -> Option<ColumnRef> {
    match expr {
        Expr::Column(column) => Some(*column),
        _ => None,
    }
}

/// Puts the columns of DISTINCT ON at the head of the order: the first row of each group is then the
/// first in the rest of the order, on every backend.
pub(super) fn lead_by_distinct(select: &mut Select) {
    let Distinct::On(exprs) = &select.clauses().distinct else {
        return;
    };
    let mut rest = std::mem::take(&mut select.order_by.clone());
    let mut order: Vec<OrderBy> = Vec::with_capacity(exprs.len() + rest.len());
    for expr in exprs {
        let same = |term: &OrderBy| match (column_of(&term.expr), column_of(expr)) {
            (Some(a), Some(b)) => a.path == b.path && std::ptr::eq(a.column, b.column),
            _ => false,
        };
        order.push(match rest.iter().position(same) {
            Some(position) => rest.remove(position),
            None => expr.clone().asc(),
        });
    }
    order.append(&mut rest);
    select.order_by = order;
}

impl<M, T> Clone for Combined<M, T> {
    fn clone(&self) -> Self {
        Combined {
            select: self.select.clone(),
            read: Arc::clone(&self.read),
            columns: self.columns.clone(),
            ordering: self.ordering.clone(),
            usual_order: self.usual_order.clone(),
            refused: self.refused,
            model: std::marker::PhantomData,
        }
    }
}

impl<M, T> fmt::Debug for Combined<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Combined").field(&self.select).finish()
    }
}
