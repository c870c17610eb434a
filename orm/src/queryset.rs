//! Query sets: a query on one model, built step by step and sent by its last call.

mod annotate;
mod combined;
mod cte;
mod explain;
mod keyset;
mod lock;
mod modify;
mod page;
mod pick;
mod related;
mod stream;
mod values;
mod walk;

use std::fmt;

use testudo_sql::schema::Column;
use testudo_sql::{
    ColumnRef, Dialect, Direction, Distinct, Expr, Function, Ident, Limit, OrderBy, Projection,
    Select, SelectItem, Source,
};

pub use self::annotate::Annotated;
use self::combined::lead_by_distinct;
pub use self::combined::{Combined, SetOperations};
pub use self::cte::{Cte, CteColumns, ModelCte};
pub use self::keyset::{Keyset, KeysetPage};
pub use self::modify::UpdateQuery;
pub use self::page::{Page, Paginate};
pub use self::related::{IntoRelated, IntoRelatedOne, Prefetch, prefetch};
pub use self::stream::RowStream;
pub(crate) use self::stream::stream_of;
pub use self::values::{Grouped, ValuesQuery};
pub use self::walk::Walk;
use crate::assign::IntoColumns;
use crate::key::is_key;
use crate::order::IntoOrdering;
use crate::path::{ModelPath, Root};
use crate::relation::Tree;
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Error, FieldType, Filter, Model, Result};

/// A query for rows of the model `M`.
///
/// Nothing is sent until one of the calls that take a [`Db`]. Rows come in the model's `ordering`
/// unless [`order_by`](Self::order_by) says otherwise.
#[must_use = "a query set does nothing until `fetch_all`, `first`, `count` or the like sends it"]
pub struct QuerySet<M> {
    select: Select,
    joined: Tree<M>,
    prefetched: Tree<M>,
}

impl<M: Model> QuerySet<M> {
    /// The rows of the model's default scope.
    pub(crate) fn new() -> Self {
        match M::default_scope() {
            Some(scope) => Self::unscoped().filter(scope),
            None => Self::unscoped(),
        }
    }

    pub(crate) fn unscoped() -> Self {
        QuerySet {
            select: Select::model(M::TABLE),
            joined: Tree::empty(),
            prefetched: Tree::empty(),
        }
    }

    /// The row with this key, in the model's default scope or not.
    pub(crate) fn with_primary_key(key: &M::PrimaryKey) -> Self {
        Self::unscoped().of_key(key)
    }

    /// Only the row with this key.
    pub(crate) fn of_key(self, key: &M::PrimaryKey) -> Self {
        self.filter(Filter::from_expr(is_key::<M>(key)))
    }

    pub(crate) fn with_prefetch(mut self, tree: Tree<M>) -> Self {
        self.prefetched.merge(tree);
        self
    }

    /// The same rows: for code that takes either `Order::all()` or a related set.
    pub fn all(self) -> Self {
        self
    }

    /// Only rows that satisfy the condition.
    pub fn filter(mut self, condition: Filter<M>) -> Self {
        self.select.add_filter(condition.into_expr());
        self
    }

    /// Only rows that do not satisfy the condition.
    pub fn exclude(self, condition: Filter<M>) -> Self {
        self.filter(!condition)
    }

    /// The order of the rows, in place of the one before.
    pub fn order_by(mut self, ordering: impl IntoOrdering<M>) -> Self {
        self.select.order_by = ordering.into_ordering();
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

    /// Equal rows once.
    pub fn distinct(mut self) -> Self {
        self.select.clauses_mut().distinct = Distinct::Rows;
        self
    }

    /// Fetches relations to one row in the same query, by joins.
    pub fn select_related(mut self, related: impl IntoRelatedOne<M>) -> Self {
        self.joined.merge(related.into_tree());
        self
    }

    /// Fetches relations by one further query each, whatever the number of rows; with a query set of its
    /// own by [`prefetch`]. A path may go on: `User::orders().items()` fetches both.
    pub fn prefetch_related(mut self, related: impl IntoRelated<M>) -> Self {
        self.prefetched.merge(related.into_tree());
        self
    }

    /// The first row for each value of these columns: of the rows in the order of the query set, the
    /// first for each user, say.
    ///
    /// The columns lead the order of the result, upwards unless the query set's order says otherwise;
    /// what comes after them there says which row is the first.
    pub fn distinct_on(mut self, columns: impl IntoColumns<M>) -> Self {
        let columns = columns.into_columns().into_iter();
        self.select.clauses_mut().distinct = Distinct::On(columns.map(Expr::Column).collect());
        self
    }

    /// Columns and expressions in place of models, as typed tuples; a single column as its own type.
    pub fn values<S: Selection<M>>(self, selection: S) -> ValuesQuery<M, S> {
        // The model's order could name columns that DISTINCT leaves out.
        let distinct = matches!(self.select.clauses().distinct, Distinct::Rows);
        let usual_order = !distinct && self.select.order_by.is_empty();
        let query = if distinct { self } else { self.ordered() };
        let values = ValuesQuery::new(query, selection);
        match usual_order {
            true => values.unordered_if_aggregated(),
            false => values,
        }
    }

    /// As [`values`](Self::values), into a struct with `#[derive(Projection)]`.
    pub fn values_as<P>(self) -> ValuesQuery<M, impl Selection<M, Output = P>>
    where
        P: crate::Projection<M>,
    {
        self.values(P::selection())
    }

    /// One row for each value of these columns, for aggregates over each group.
    pub fn group_by<S: Selection<M>>(mut self, columns: S) -> Grouped<M> {
        self.select.clauses_mut().group_by =
            columns.items().into_iter().map(|item| item.expr).collect();
        Grouped::new(self.select)
    }

    /// All rows.
    ///
    /// # Errors
    /// When the dialect cannot express the query or the database refuses it.
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<M>> {
        let QuerySet {
            mut select,
            joined,
            prefetched,
        } = self.ordered();
        prefetched.check()?;
        select.projection = Projection::Model(joined.paths());
        lock::prepare(&mut select, M::TABLE, db).await?;

        let compiled = select.compile(db.speaks().await?)?;
        let mut rows = Vec::new();
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            let mut reader = RowReader::new(&row);
            let mut model = M::read(&mut reader)?;
            joined.read(&mut reader, &mut model)?;
            rows.push(model);
            Ok(())
        })
        .await?;
        prefetched.fetch(db, &mut rows).await?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn first(self, db: &Db) -> Result<Option<M>> {
        Ok(self.at_most(1).fetch_all(db).await?.into_iter().next())
    }

    /// The one row that matches.
    ///
    /// # Errors
    /// When none or more than one matches, or as [`fetch_all`](Self::fetch_all).
    pub async fn get(self, db: &Db) -> Result<M> {
        self.get_or_none(db)
            .await?
            .ok_or_else(|| Error::does_not_exist(M::TABLE.model))
    }

    /// The one row that matches, if there is one.
    ///
    /// # Errors
    /// When more than one matches, or as [`fetch_all`](Self::fetch_all).
    pub async fn get_or_none(self, db: &Db) -> Result<Option<M>> {
        // Two rows are enough to know that there is more than one.
        let mut rows = self.at_most(2).fetch_all(db).await?;
        if rows.len() > 1 {
            return Err(Error::multiple_objects(M::TABLE.model));
        }
        Ok(rows.pop())
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn count(self, db: &Db) -> Result<u64> {
        let mut select = self.select;
        select.order_by.clear();
        unlock(&mut select);
        let count = vec![SelectItem {
            expr: Expr::call(Function::Count, Vec::new()),
            alias: None,
        }];
        let whole =
            matches!(select.clauses().distinct, Distinct::All) && select.limit == Limit::default();
        let select = if whole {
            select.projection = Projection::Items(count);
            select
        } else {
            let source = Source::Subquery {
                select: Box::new(select),
                alias: Ident::new("counted"),
            };
            Select::new(Projection::Items(count), source)
        };
        let count: i64 = fetch_scalar(&select, db, "a count").await?;
        // COUNT is never negative.
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Whether there is any row.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn exists(self, db: &Db) -> Result<bool> {
        let mut select = self.select;
        select.order_by.clear();
        unlock(&mut select);
        select.projection = Projection::One;
        select.limit = select.limit.at_most(1);
        let compiled = select.compile(db.speaks().await?)?;
        let mut found = false;
        db.fetch_each(compiled.sql, &compiled.binds, |_| {
            found = true;
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Aggregates over all rows: `Order::all().aggregate(&db, (count(Order::id), sum(Order::total)))`.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn aggregate<S: Selection<M>>(mut self, db: &Db, selection: S) -> Result<S::Output> {
        // A limit bounds the rows that go in, not the one row that comes out; so does DISTINCT ON.
        let on = matches!(self.select.clauses().distinct, Distinct::On(_));
        if on || self.select.limit != Limit::default() {
            let rows = std::mem::replace(&mut self.select, Select::model(M::TABLE));
            self.select.filter = modify::rows_of::<M>(rows);
        }
        self.select.order_by.clear();
        let mut rows = ValuesQuery::new(self, selection).fetch_all(db).await?;
        // An aggregate without GROUP BY has exactly one row.
        rows.pop()
            .ok_or_else(|| Error::does_not_exist(M::TABLE.model))
    }

    /// The SQL text of the query in a dialect.
    ///
    /// # Errors
    /// When the dialect cannot express it.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        Ok(self.into_statement().compile(dialect)?.sql)
    }

    /// The query as a statement of the query compiler, which writes its text and its binds.
    #[must_use]
    pub fn into_statement(self) -> Select {
        let QuerySet {
            mut select, joined, ..
        } = self.ordered();
        select.projection = Projection::Model(joined.paths());
        select
    }

    /// Models, each with a selection beside it.
    pub(crate) async fn fetch_with<S: Selection<M>>(
        self,
        db: &Db,
        beside: &S,
    ) -> Result<(Vec<M>, Vec<S::Output>)> {
        let QuerySet {
            mut select,
            joined,
            prefetched,
        } = self;
        prefetched.check()?;
        select.projection = model_and::<M>(&joined, beside.items());
        lock::prepare(&mut select, M::TABLE, db).await?;
        let compiled = select.compile(db.speaks().await?)?;
        let (mut rows, mut selected) = (Vec::new(), Vec::new());
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            let mut reader = RowReader::new(&row);
            let mut model = M::read(&mut reader)?;
            joined.read(&mut reader, &mut model)?;
            rows.push(model);
            selected.push(beside.read(&mut reader)?);
            Ok(())
        })
        .await?;
        prefetched.fetch(db, &mut rows).await?;
        Ok((rows, selected))
    }

    fn sql_with<S: Selection<M>>(mut self, dialect: Dialect, beside: &S) -> Result<String> {
        self.select.projection = model_and::<M>(&self.joined, beside.items());
        Ok(self.select.compile(dialect)?.sql)
    }

    fn at_most(mut self, rows: u64) -> Self {
        self.select.limit = self.select.limit.at_most(rows);
        self
    }

    /// The query as the compiler's statement, with the model's order where the user gave none.
    pub(crate) fn ordered(mut self) -> Self {
        if self.select.order_by.is_empty() {
            self.select.order_by = default_order::<M>();
        }
        lead_by_distinct(&mut self.select);
        self
    }

    pub(crate) fn select_mut(&mut self) -> &mut Select {
        &mut self.select
    }

    pub(crate) fn into_select(self) -> Select {
        self.select
    }
}

impl<M> Clone for QuerySet<M> {
    fn clone(&self) -> Self {
        QuerySet {
            select: self.select.clone(),
            joined: self.joined.clone(),
            prefetched: self.prefetched.clone(),
        }
    }
}

impl<M> fmt::Debug for QuerySet<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QuerySet").field(&self.select).finish()
    }
}

/// Leaves out the lock, which stands at no aggregate.
fn unlock(select: &mut Select) {
    if select.clauses().lock.is_some() {
        select.clauses_mut().lock = None;
    }
}

/// A column of the model itself.
pub(crate) fn own_column<M: Model>(column: &'static Column) -> ColumnRef {
    ColumnRef {
        path: <Root<M> as ModelPath>::PATH,
        column,
    }
}

/// The columns of a model and of those joined to it, and these items after them.
fn model_and<M: Model>(joined: &Tree<M>, items: Vec<SelectItem>) -> Projection {
    let paths = joined.paths();
    if items.is_empty() {
        return Projection::Model(paths);
    }
    let paths = std::iter::once(<Root<M> as ModelPath>::PATH).chain(paths);
    let columns = paths.flat_map(|path| {
        let columns: &'static [Column] = path.table.columns;
        columns.iter().map(move |column| ColumnRef { path, column })
    });
    let column = |column| SelectItem {
        expr: Expr::Column(column),
        alias: None,
    };
    Projection::Items(columns.map(column).chain(items).collect())
}

/// The order that the model asks for.
pub(crate) fn default_order<M: Model>() -> Vec<OrderBy> {
    let term = |&(position, direction): &(usize, Direction)| {
        let column: &'static Column = &M::TABLE.columns[position];
        OrderBy::new(Expr::Column(own_column::<M>(column)), direction)
    };
    M::TABLE.ordering.iter().map(term).collect()
}

/// The first value of the first row.
async fn fetch_scalar<T: FieldType>(select: &Select, db: &Db, what: &str) -> Result<T> {
    let compiled = select.compile(db.speaks().await?)?;
    let mut value = None;
    db.fetch_each(compiled.sql, &compiled.binds, |row| {
        value = Some(RowReader::new(&row).expression(what)?);
        Ok(())
    })
    .await?;
    value.ok_or_else(|| Error::decode(what, "the query returned no row"))
}
