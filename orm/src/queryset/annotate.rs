//! Models with values beside them: aggregates of related rows, window functions, other expressions.

use testudo_sql::{Dialect, Projection, Select};

use super::{IntoRelated, IntoRelatedOne, QuerySet, lock};
use crate::order::IntoOrdering;
use crate::relation::Tree;
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Error, Filter, Model, Result};

/// A query for rows of the model `M`, each with the values of a selection beside it.
#[must_use = "a query does nothing until `fetch_all` or the like sends it"]
#[derive(Debug, Clone)]
pub struct Annotated<M, S> {
    query: QuerySet<M>,
    selection: S,
}

impl<M: Model> QuerySet<M> {
    /// Rows with values beside them: `(M, S::Output)`.
    ///
    /// An aggregate over a relation to many rows is about the rows related to each row, in a subquery of
    /// its own: several of them do not multiply one another, and a row without related rows is there too.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug, Clone)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     name: String,
    /// #     orders: ReverseRelation<Order>,
    /// # }
    /// # #[derive(Model, Debug, Clone)]
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
    /// # let alice = User::builder().name("alice").create(&db).await?;
    /// # for total in [5, 7] {
    /// #     Order::builder().user(&alice).total(total).create(&db).await?;
    /// # }
    /// let users = User::all()
    ///     .annotate((count(User::orders().id), sum(User::orders().total)))
    ///     .order_by(User::name.asc())
    ///     .fetch_all(&db)
    ///     .await?;
    /// for (user, (orders, total)) in users {
    ///     assert_eq!((user.name.as_str(), orders, total), ("alice", 2, Some(12)));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn annotate<S: Selection<M>>(self, selection: S) -> Annotated<M, S> {
        Annotated {
            query: self,
            selection,
        }
    }
}

impl<M: Model, S: Selection<M>> Annotated<M, S> {
    /// Only rows that satisfy the condition, which may be one on an aggregate of related rows.
    pub fn filter(self, condition: Filter<M>) -> Self {
        self.map(|query| query.filter(condition))
    }

    /// Only rows that do not satisfy the condition.
    pub fn exclude(self, condition: Filter<M>) -> Self {
        self.map(|query| query.exclude(condition))
    }

    /// The order of the rows, in place of the one before.
    pub fn order_by(self, ordering: impl IntoOrdering<M>) -> Self {
        self.map(|query| query.order_by(ordering))
    }

    /// At most this many rows.
    pub fn limit(self, rows: u64) -> Self {
        self.map(|query| query.limit(rows))
    }

    /// The rows after this many.
    pub fn offset(self, rows: u64) -> Self {
        self.map(|query| query.offset(rows))
    }

    /// Equal rows once.
    pub fn distinct(self) -> Self {
        self.map(QuerySet::distinct)
    }

    /// Fetches relations to one row in the same query, by joins.
    pub fn select_related(self, related: impl IntoRelatedOne<M>) -> Self {
        self.map(|query| query.select_related(related))
    }

    /// Fetches relations by one further query each, whatever the number of rows.
    pub fn prefetch_related(self, related: impl IntoRelated<M>) -> Self {
        self.map(|query| query.prefetch_related(related))
    }

    /// All rows, each with its values.
    ///
    /// # Errors
    /// When an aggregate is of no relation to many rows, the dialect cannot express the query, or the
    /// database refuses it.
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<(M, S::Output)>> {
        let Annotated { query, selection } = self;
        let (mut select, joined, prefetched) = annotated(query, &selection);
        lock::prepare(&mut select, M::TABLE, db).await?;

        let compiled = select.compile(db.speaks().await?)?;
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            let mut reader = RowReader::new(&row);
            let mut model = M::read(&mut reader)?;
            joined.read(&mut reader, &mut model)?;
            values.push(selection.read(&mut reader)?);
            rows.push(model);
            Ok(())
        })
        .await?;
        prefetched.fetch(db, &mut rows).await?;
        Ok(rows.into_iter().zip(values).collect())
    }

    /// The first row with its values, if there is one.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn first(self, db: &Db) -> Result<Option<(M, S::Output)>> {
        let first = self.map(|query| query.at_most(1));
        Ok(first.fetch_all(db).await?.into_iter().next())
    }

    /// The one row that matches, with its values.
    ///
    /// # Errors
    /// When none or more than one matches, or as [`fetch_all`](Self::fetch_all).
    pub async fn get(self, db: &Db) -> Result<(M, S::Output)> {
        let mut rows = self.map(|query| query.at_most(2)).fetch_all(db).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (Some(_), false) => Err(Error::multiple_objects(M::TABLE.model)),
            (None, _) => Err(Error::does_not_exist(M::TABLE.model)),
        }
    }

    /// The SQL text of the query in a dialect.
    ///
    /// # Errors
    /// When the dialect cannot express it.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        let (select, ..) = annotated(self.query, &self.selection);
        Ok(select.compile(dialect)?.sql)
    }

    fn map(self, change: impl FnOnce(QuerySet<M>) -> QuerySet<M>) -> Self {
        Annotated {
            query: change(self.query),
            selection: self.selection,
        }
    }
}

/// The compiler's statement, and the relations that are fetched along.
fn annotated<M: Model, S: Selection<M>>(
    query: QuerySet<M>,
    selection: &S,
) -> (Select, Tree<M>, Tree<M>) {
    let QuerySet {
        mut select,
        joined,
        prefetched,
    } = query.ordered();
    select.projection = Projection::Model(joined.paths());
    select.clauses_mut().annotations = selection.items();
    (select, joined, prefetched)
}
