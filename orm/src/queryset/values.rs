//! Queries that return typed tuples in place of models.

use std::marker::PhantomData;

use testudo_sql::{Dialect, Explain, Expr, Function, Select};

use super::combined::lead_by_distinct;
use super::explain::explain;
use super::{QuerySet, RowStream, stream_of};
use crate::order::IntoOrdering;
use crate::projection::Projection;
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Filter, Model, Result};

/// A query for columns and expressions of the model `M`.
#[must_use = "a query does nothing until `fetch_all` or `first` sends it"]
#[derive(Debug, Clone)]
pub struct ValuesQuery<M, S> {
    select: Select,
    selection: S,
    model: PhantomData<fn() -> M>,
}

/// A query set in groups; say what to return of each by [`values`](Self::values).
#[must_use = "a query does nothing until `values` and `fetch_all` send it"]
#[derive(Debug, Clone)]
pub struct Grouped<M> {
    select: Select,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, S: Selection<M>> ValuesQuery<M, S> {
    pub(super) fn new(query: QuerySet<M>, selection: S) -> Self {
        Self::over(query.into_select(), selection)
    }

    fn over(mut select: Select, selection: S) -> Self {
        select.projection = testudo_sql::Projection::Items(selection.items());
        ValuesQuery {
            select,
            selection,
            model: PhantomData,
        }
    }

    /// An aggregate over all rows is one row, in which the model's order names nothing.
    pub(super) fn unordered_if_aggregated(mut self) -> Self {
        if let testudo_sql::Projection::Items(items) = &self.select.projection
            && items.iter().any(|item| aggregates(&item.expr))
        {
            self.select.order_by.clear();
        }
        self
    }

    pub(crate) fn into_select(self) -> Select {
        self.select
    }

    pub(super) fn into_parts(self) -> (Select, S) {
        (self.select, self.selection)
    }

    /// The order of the rows.
    pub fn order_by(mut self, ordering: impl IntoOrdering<M>) -> Self {
        self.select.order_by = ordering.into_ordering();
        lead_by_distinct(&mut self.select);
        self
    }

    /// At most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit.limit = Some(rows);
        self
    }

    /// The rows after this many.
    pub fn offset(mut self, rows: u64) -> Self {
        self.select.limit.offset = rows;
        self
    }

    /// All rows.
    ///
    /// # Errors
    /// When the dialect cannot express the query or the database refuses it.
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<S::Output>> {
        let compiled = self.select.compile(db.speaks().await?)?;
        let mut rows = Vec::new();
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            rows.push(self.selection.read(&mut RowReader::new(&row))?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn first(mut self, db: &Db) -> Result<Option<S::Output>> {
        self.select.limit = self.select.limit.at_most(1);
        Ok(self.fetch_all(db).await?.into_iter().next())
    }

    /// All rows, a few in memory at a time; see [`QuerySet::fetch_stream`].
    ///
    /// # Errors
    /// As items of the stream: as [`fetch_all`](Self::fetch_all).
    pub fn fetch_stream(self, db: &Db) -> RowStream<S::Output>
    where
        S: 'static,
        S::Output: 'static,
    {
        let (select, selection, db) = (self.select, self.selection, db.clone());
        let start = async move {
            let compiled = select.compile(db.speaks().await?)?;
            let binds = compiled.binds.iter().map(|&bind| bind.clone()).collect();
            Ok(db.stream(compiled.sql, binds))
        };
        stream_of(start, move |row| selection.read(&mut RowReader::new(row)))
    }

    /// How the server goes about the query; see [`QuerySet::explain`].
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn explain(&self, db: &Db) -> Result<String> {
        explain(&self.select, db, Explain::Plan).await
    }

    /// The SQL text of the query in a dialect.
    ///
    /// # Errors
    /// When the dialect cannot express it.
    pub fn sql(&self, dialect: Dialect) -> Result<String> {
        Ok(self.select.compile(dialect)?.sql)
    }

    /// The query as a statement of the query compiler, which writes its text and its binds.
    #[must_use]
    pub fn into_statement(self) -> Select {
        self.select
    }
}

impl<M: Model> Grouped<M> {
    pub(super) fn new(select: Select) -> Self {
        Grouped {
            select,
            model: PhantomData,
        }
    }

    /// Only groups that satisfy a condition on their aggregates.
    pub fn having(mut self, condition: Filter<M>) -> Self {
        let condition = condition.into_expr();
        let having = &mut self.select.clauses_mut().having;
        *having = Some(match having.take() {
            Some(before) => before.and(condition),
            None => condition,
        });
        self
    }

    /// As [`values`](Self::values), into a struct with `#[derive(Projection)]`.
    pub fn values_as<P: Projection<M>>(self) -> ValuesQuery<M, impl Selection<M, Output = P>> {
        self.values(P::selection())
    }

    /// What to return of each group: columns that it is grouped by, and aggregates.
    pub fn values<S: Selection<M>>(self, selection: S) -> ValuesQuery<M, S> {
        ValuesQuery::over(self.select, selection)
    }
}

/// Whether there is an aggregate in the expression.
fn aggregates(expr: &Expr) -> bool {
    let mut found = match expr {
        Expr::Aggregate(..) => true,
        Expr::Function(call) => matches!(
            call.function,
            Function::Count | Function::Sum | Function::Avg | Function::Min | Function::Max
        ),
        _ => false,
    };
    // A window function keeps the rows apart.
    if !matches!(expr, Expr::Window(_)) {
        expr.for_each_operand(&mut |child| found |= aggregates(child));
    }
    found
}
