//! The handle on a database that every operation takes.

use std::sync::Arc;

use testudo_sql::{Dialect, Value};

use crate::driver::{Done, Pool};
use crate::row::Row;
use crate::transaction::Scope;
use crate::{Error, Result};

/// A handle on a database: a pool, or a transaction that is open on one of its connections.
///
/// Clones are cheap and mean the same pool or the same transaction. Services take `&Db` and do not
/// care which of the two they get.
#[derive(Debug, Clone)]
pub struct Db(Target);

#[derive(Debug, Clone)]
enum Target {
    Pool(Pool),
    Transaction(Arc<Scope>),
}

impl Db {
    pub(crate) fn on(pool: Pool) -> Self {
        Db(Target::Pool(pool))
    }

    /// Opens a pool of connections to the database at a URL: `sqlite://shop.db`, with `?mode=rwc` to
    /// create the file where there is none, or `sqlite::memory:`. A pool that is open already, with
    /// options of its own, becomes a handle by `Db::from(pool)`.
    ///
    /// A database in memory has one connection: what asks for a second one while it holds the first,
    /// such as a query beside an open transaction, waits in vain.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// let db = testudo_orm::Db::connect("sqlite::memory:").await?;
    /// db.execute("CREATE TABLE notes (body TEXT)", &[]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the URL is of no backend that this build knows, or the database cannot be opened.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Db::on(Pool::connect(url).await?))
    }

    /// The dialect of SQL that the database speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Target::Pool(pool) => pool.dialect(),
            Target::Transaction(scope) => scope.dialect(),
        }
    }

    /// Whether this handle is on an open transaction.
    #[must_use]
    pub fn is_transaction(&self) -> bool {
        matches!(self.0, Target::Transaction(_))
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns
    /// `Err`, panics or is dropped. Within a transaction this is a savepoint.
    ///
    /// ```no_run
    /// # async fn example(db: testudo_orm::Db) -> testudo_orm::Result<()> {
    /// db.transaction(async |tx| {
    ///     tx.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1", &[]).await?;
    ///     tx.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2", &[]).await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// While it runs, statements go through the handle that it is given: the outer handle is either
    /// another connection or, within a transaction, refused.
    ///
    /// # Errors
    /// What `work` returns, or the database's refusal to begin or commit.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(Db) -> Result<T, E>,
        E: From<Error>,
    {
        let scope = match &self.0 {
            Target::Pool(pool) => Scope::begin(pool).await?,
            Target::Transaction(outer) => outer.savepoint().await?,
        };
        let guard = scope.guard();
        // The guard stays armed until the end is known: what is cancelled or fails here is rolled back.
        match work(Db(Target::Transaction(Arc::clone(&scope)))).await {
            Ok(value) => {
                scope.commit().await?;
                guard.disarm();
                Ok(value)
            }
            Err(error) => {
                if scope.rollback().await.is_ok() {
                    guard.disarm();
                }
                Err(error)
            }
        }
    }

    /// Runs a statement with binds and returns how many rows it touched.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, sql: impl Into<String>, binds: &[Value]) -> Result<u64> {
        let binds: Vec<&Value> = binds.iter().collect();
        Ok(self.run(sql.into(), &binds).await?.rows_affected)
    }

    /// Runs a query with binds and returns its rows.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn fetch_all(&self, sql: impl Into<String>, binds: &[Value]) -> Result<Vec<Row>> {
        let binds: Vec<&Value> = binds.iter().collect();
        let mut rows = Vec::new();
        self.fetch_each(sql.into(), &binds, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs several statements, separated by semicolons and without binds.
    ///
    /// # Errors
    /// When the database refuses one of them; those before it have run.
    pub async fn script(&self, sql: &str) -> Result<()> {
        match &self.0 {
            Target::Pool(pool) => pool.script(sql).await,
            Target::Transaction(scope) => scope.connection().await?.script(sql).await,
        }
    }

    pub(crate) async fn run(&self, sql: String, binds: &[&Value]) -> Result<Done> {
        match &self.0 {
            Target::Pool(pool) => pool.execute(sql, binds).await,
            Target::Transaction(scope) => scope.connection().await?.execute(sql, binds).await,
        }
    }

    pub(crate) async fn fetch_each(
        &self,
        sql: String,
        binds: &[&Value],
        mut each: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        let mut each = |row| each(Row(row));
        match &self.0 {
            Target::Pool(pool) => pool.fetch(sql, binds, &mut each).await,
            Target::Transaction(scope) => {
                scope.connection().await?.fetch(sql, binds, &mut each).await
            }
        }
    }
}
