//! Streams of rows: as many as a database has, a few at a time.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::TryFutureExt;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use testudo_sql::{Expr, Projection, Value};

use super::keyset::{Term, after_row, order_of, own_terms};
use super::{QuerySet, lock};
use crate::db::Rows;
use crate::row::{Row, RowReader};
use crate::{Db, Error, Filter, Model, Result};

/// How many rows are fetched in one statement where others follow for their relations.
const CHUNK: u64 = 200;

/// Rows as they come from the database; see [`QuerySet::fetch_stream`].
///
/// It is a `Stream` of the `futures` crates, and [`next`](Self::next) works without them. Dropped, it ends
/// the query.
#[must_use = "a stream sends nothing until its rows are asked for"]
pub struct RowStream<T>(BoxStream<'static, Result<T>>);

impl<T> RowStream<T> {
    /// The next row; `None` after the last one. Nothing is lost if this is dropped before it ends, as in
    /// `tokio::select!`.
    pub async fn next(&mut self) -> Option<Result<T>> {
        StreamExt::next(&mut self.0).await
    }
}

impl<T> Stream for RowStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}

impl<M: Model> QuerySet<M> {
    /// All rows, a few in memory at a time, for more than fit there.
    ///
    /// The stream keeps a connection until it ends or is dropped. Within a transaction that is the
    /// transaction's own: a statement beside it is refused. With `prefetch_related` the rows come in chunks
    /// of 200, each from a statement of its own that begins after the last row of the one before; no
    /// connection is kept between them, and the order has to be one of columns of the model itself.
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<User>()).await?;
    /// let mut users = User::all().fetch_stream(&db);
    /// while let Some(user) = users.next().await {
    ///     println!("{}", user?.username);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As items of the stream: as [`fetch_all`](Self::fetch_all), and when the order of a query set with
    /// prefetched relations is not one of its own columns.
    pub fn fetch_stream(self, db: &Db) -> RowStream<M> {
        let (query, db) = (self.ordered(), db.clone());
        match query.prefetched.is_empty() {
            true => one_by_one(query, db),
            false => in_chunks(query, db),
        }
    }
}

fn one_by_one<M: Model>(query: QuerySet<M>, db: Db) -> RowStream<M> {
    let QuerySet {
        mut select, joined, ..
    } = query;
    select.projection = Projection::Model(joined.paths());
    let start = async move {
        lock::prepare(&mut select, M::TABLE, &db).await?;
        let compiled = select.compile(db.speaks().await?)?;
        let binds: Vec<Value> = compiled.binds.iter().map(|&bind| bind.clone()).collect();
        Ok(db.stream(compiled.sql, binds))
    };
    let read = move |row: &Row| {
        let mut reader = RowReader::new(row);
        let mut model = M::read(&mut reader)?;
        joined.read(&mut reader, &mut model)?;
        Ok(model)
    };
    stream_of(start, read)
}

/// What a statement returns, read row by row.
pub(crate) fn stream_of<T: Send + 'static>(
    start: impl Future<Output = Result<Rows>> + Send + 'static,
    read: impl FnMut(&Row) -> Result<T> + Send + 'static,
) -> RowStream<T> {
    let rows = start.map_ok(move |rows| {
        stream::try_unfold((rows, read), async |(mut rows, mut read)| {
            let Some(row) = rows.next().await? else {
                return Ok(None);
            };
            Ok(Some((read(&row)?, (rows, read))))
        })
    });
    RowStream(rows.try_flatten_stream().boxed())
}

/// Rows in chunks, each by a statement that begins after the last row of the one before: nothing else
/// could be sent in a transaction while a statement is under way.
struct Chunks<M> {
    query: QuerySet<M>,
    terms: Vec<Term>,
    db: Db,
    ready: VecDeque<M>,
    /// Where the next chunk begins.
    after: Option<Expr>,
    /// How many rows more there may be.
    left: u64,
}

fn in_chunks<M: Model>(mut query: QuerySet<M>, db: Db) -> RowStream<M> {
    let Some(terms) = own_terms::<M>(&query.select.order_by) else {
        let problem = Error::misuse(format!(
            "a stream of `{model}` with prefetched relations comes in chunks, and its order has to be \
             one of columns of `{model}` itself; order by these, or leave out `prefetch_related`",
            model = M::TABLE.model
        ));
        return RowStream(stream::once(async { Err(problem) }).boxed());
    };
    query.select.order_by = order_of(&terms);
    let left = query.select.limit.limit.unwrap_or(u64::MAX);
    let chunks = Chunks {
        query,
        terms,
        db,
        ready: VecDeque::new(),
        after: None,
        left,
    };
    let rows = stream::try_unfold(chunks, async |mut chunks| {
        let row = chunks.next().await?;
        Ok(row.map(|row| (row, chunks)))
    });
    RowStream(rows.boxed())
}

impl<M: Model> Chunks<M> {
    async fn next(&mut self) -> Result<Option<M>> {
        if self.ready.is_empty() && self.left > 0 {
            self.ready = self.fetch().await?.into();
        }
        Ok(self.ready.pop_front())
    }

    async fn fetch(&mut self) -> Result<Vec<M>> {
        let size = self.left.min(CHUNK);
        let mut query = self.query.clone().limit(size);
        if let Some(after) = self.after.take() {
            query = query.filter(Filter::from_expr(after));
        }
        let rows = query.fetch_all(&self.db).await?;
        // The offset counts from the first row of all.
        self.query.select.limit.offset = 0;
        let whole = u64::try_from(rows.len()).is_ok_and(|found| found == size);
        self.left = if whole { self.left - size } else { 0 };
        self.after = rows.last().map(|row| after_row(&self.terms, row));
        Ok(rows)
    }
}
