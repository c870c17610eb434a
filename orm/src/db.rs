//! The handle on a database that every operation takes.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use testudo_sql::{Dialect, Value};
use tokio::sync::mpsc;

use crate::driver::{self, Done, Each, Leased, Pool};
use crate::row::Row;
use crate::shared_connection::Turn;
use crate::to_its_end::to_its_end;
use crate::transaction::{Connection, Scope};
use crate::{Error, PoolOptions, Result, SharedConnection, Signals};

/// A handle on a database: a pool, or a transaction that is open on one of its connections.
///
/// Clones are cheap and mean the same pool or the same transaction. Services take `&Db` and do not
/// care which of the two they get.
///
/// # Several databases
/// There is no global connection and no router: each operation goes to the handle that it is given, so that
/// databases of whatever kinds stand side by side, and a signature says which of them a function uses. A
/// transaction is of one of them.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// # #[derive(Model, Debug)]
/// # struct Order {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     #[field(max_length = 20)]
/// #     status: String,
/// # }
/// async fn archive(shop: &Db, history: &Db) -> testudo_orm::Result<()> {
///     let sent = Order::filter(Order::status.eq("sent")).fetch_all(shop).await?;
///     Order::bulk_create(history, sent).await?;
///     Order::filter(Order::status.eq("sent")).delete(shop).await?;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let (shop, history) = (Db::connect("sqlite::memory:").await?, Db::connect("sqlite::memory:").await?);
/// # generate_schemas(&shop, &tables_of::<Order>()).await?;
/// # generate_schemas(&history, &tables_of::<Order>()).await?;
/// # Order::builder().status("sent").create(&shop).await?;
/// # archive(&shop, &history).await?;
/// # assert_eq!((Order::all().count(&shop).await?, Order::all().count(&history).await?), (0, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Db {
    target: Target,
    pub(crate) signals: Option<Arc<Signals>>,
}

#[derive(Debug, Clone)]
enum Target {
    Pool(Pool),
    Transaction(Arc<Scope>),
    Shared(SharedConnection),
}

/// Where the next statement goes.
pub(crate) enum Way<'d> {
    Pool(&'d Pool),
    Transaction(&'d Arc<Scope>),
    Turn(Turn),
}

/// The connection for it.
enum Open {
    Leased(Leased),
    Transaction(Connection),
    Turn(Turn),
}

/// How many rows of a stream are fetched before somebody asks for them.
const AHEAD: usize = 8;

/// The rows of a statement as they come.
pub(crate) struct Rows {
    taken: mpsc::Receiver<driver::Row>,
    /// The statement, until it has ended.
    sending: Option<BoxFuture<'static, Result<()>>>,
    /// The transaction whose connection it has.
    transaction: Option<Arc<Scope>>,
}

impl Db {
    fn new(target: Target) -> Self {
        Db {
            target,
            signals: None,
        }
    }

    pub(crate) fn on(pool: Pool) -> Self {
        Db::new(Target::Pool(pool))
    }

    /// Opens a pool of connections to the database at a URL: `postgres://`, `mysql://`, `mariadb://`,
    /// or `sqlite://shop.db`, with `?mode=rwc` to create the file where there is none, or
    /// `sqlite::memory:`.
    ///
    /// A pool that is open already, with options of its own, becomes a handle by `Db::from(pool)`. Times
    /// are right whatever the time zone of its sessions where they are kept as Testudo keeps them:
    /// TIMESTAMPTZ on Postgres, DATETIME on MySQL and MariaDB. TIMESTAMP columns that are compared or
    /// written want sessions in UTC, which is what sqlx sets unless it is told otherwise.
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
    /// When the URL is of no backend that this build knows or has a parameter that is unknown or malformed,
    /// or the database cannot be opened.
    pub async fn connect(url: &str) -> Result<Self> {
        Db::connect_with(url, PoolOptions::new()).await
    }

    /// As [`connect`](Self::connect), with a pool of these options. The same can stand in the URL,
    /// `?max_connections=5&acquire_timeout=3`, which counts for more: see [`PoolOptions`].
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and when options contradict one another.
    pub async fn connect_with(url: &str, options: PoolOptions) -> Result<Self> {
        Ok(Db::on(Pool::connect(url, options).await?))
    }

    /// Closes the pool, once the connections that are in use have come back. From then on every handle on it gets
    /// `sqlx::Error::PoolClosed`.
    ///
    /// # Errors
    /// When this handle is on a transaction or on a connection that is shared, and not on the pool.
    pub async fn close(&self) -> Result<()> {
        match self.target() {
            Target::Pool(pool) => {
                pool.close().await;
                Ok(())
            }
            Target::Transaction(_) | Target::Shared(_) => Err(Error::misuse(
                "this handle is not on a pool, but on one of its connections; close the handle that `connect` gave",
            )),
        }
    }

    pub(crate) fn sharing(connection: SharedConnection) -> Self {
        Db::new(Target::Shared(connection))
    }

    /// A handle on a transaction that was begun on this one.
    pub(crate) fn within(&self, scope: Arc<Scope>) -> Self {
        Db {
            target: Target::Transaction(scope),
            signals: self.signals.clone(),
        }
    }

    /// The transaction that this handle is on.
    pub(crate) fn scope(&self) -> Option<&Scope> {
        match self.target() {
            Target::Transaction(scope) => Some(scope),
            Target::Pool(_) | Target::Shared(_) => None,
        }
    }

    /// The dialect of SQL that the database speaks.
    ///
    /// MySQL and MariaDB are told apart by asking the server, which [`connect`](Self::connect), or
    /// else the first statement, does. Until then a handle made of a `MySqlPool` says MySQL.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.target() {
            Target::Pool(pool) => pool.dialect(),
            Target::Transaction(scope) => scope.dialect(),
            Target::Shared(connection) => connection.dialect(),
        }
    }

    /// The dialect that the database speaks, for which the server is asked where that is not known yet:
    /// [`dialect`](Self::dialect) may still take MariaDB for MySQL before the first statement.
    ///
    /// # Errors
    /// When there is no connection to ask on.
    pub async fn speaks(&self) -> Result<Dialect> {
        loop {
            match self.target() {
                Target::Pool(pool) => return pool.speaks().await,
                Target::Transaction(scope) => return Ok(scope.dialect()),
                Target::Shared(connection) => {
                    if let Some(dialect) = connection.speaks().await? {
                        return Ok(dialect);
                    }
                }
            }
        }
    }

    /// How far apart are the keys that MySQL gives to the rows of one INSERT.
    pub(crate) async fn key_step(&self) -> Result<i64> {
        let mut step = 1;
        let ask = "SELECT @@auto_increment_increment".to_owned();
        self.fetch_each(ask, &[], |row| {
            step = row.get(0)?;
            Ok(())
        })
        .await?;
        Ok(step)
    }

    /// The most bytes of a statement with its binds that MySQL or MariaDB take.
    pub(crate) async fn max_packet(&self) -> Result<usize> {
        let mut most = i64::MAX;
        let ask = "SELECT @@max_allowed_packet".to_owned();
        self.fetch_each(ask, &[], |row| {
            most = row.get(0)?;
            Ok(())
        })
        .await?;
        Ok(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// Whether this handle is on an open transaction.
    #[must_use]
    pub fn is_transaction(&self) -> bool {
        matches!(self.target(), Target::Transaction(_))
    }

    /// Runs a statement with binds and returns how many rows it touched.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, sql: impl Into<String>, binds: &[Value]) -> Result<u64> {
        Ok(self.run(sql.into(), &borrowed(binds)).await?.rows_affected)
    }

    /// Runs a query with binds and returns its rows.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn fetch_all(&self, sql: impl Into<String>, binds: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.fetch_each(sql.into(), &borrowed(binds), |row| {
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
        self.way().await?.open().await?.script(sql).await
    }

    pub(crate) async fn run(&self, sql: String, binds: &[&Value]) -> Result<Done> {
        let open = self.way().await?.open().await?;
        if self.can_be_broken_off() {
            return open.execute(sql, binds).await;
        }
        let binds = owned(binds);
        to_its_end(async move { open.execute(sql, &borrowed(&binds)).await }).await
    }

    pub(crate) async fn fetch_each(
        &self,
        sql: String,
        binds: &[&Value],
        mut each: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        let open = self.way().await?.open().await?;
        if self.can_be_broken_off() {
            return open.fetch(sql, binds, &mut |row| each(Row(row))).await;
        }
        let binds = owned(binds);
        let rows = to_its_end(async move {
            let mut rows = Vec::new();
            let keep: Each<'_> = &mut |row| {
                rows.push(Row(row));
                Ok(())
            };
            open.fetch(sql, &borrowed(&binds), keep)
                .await
                .map(|()| rows)
        });
        rows.await?.into_iter().try_for_each(each)
    }

    /// Rows that are taken one by one.
    pub(crate) fn stream(&self, sql: String, binds: Vec<Value>) -> Rows {
        let (taker, taken) = mpsc::channel(AHEAD);
        let transaction = match self.target() {
            Target::Transaction(scope) => Some(Arc::clone(scope)),
            Target::Pool(_) | Target::Shared(_) => None,
        };
        let (db, held) = (self.clone(), transaction.clone());
        let sending = async move {
            let open = db.way().await?.open().await?;
            if let Some(scope) = held.filter(|_| !taker.is_closed()) {
                scope.set_streaming(true);
            }
            open.stream(sql, &borrowed(&binds), &taker).await
        };
        let sending: BoxFuture<'static, Result<()>> = match self.can_be_broken_off() {
            true => Box::pin(sending),
            false => Box::pin(to_its_end(sending)),
        };
        Rows {
            taken,
            sending: Some(sending),
            transaction,
        }
    }

    /// Whether a statement may be cancelled. On MySQL and MariaDB, sqlx loses track of the server's
    /// answers when that happens while it prepares one, and the connection is of no more use.
    fn can_be_broken_off(&self) -> bool {
        match self.dialect() {
            Dialect::Sqlite | Dialect::Postgres => true,
            Dialect::MySql | Dialect::MariaDb => false,
        }
    }

    /// The target, or what has taken its place.
    fn target(&self) -> &Target {
        let mut target = &self.target;
        while let Target::Shared(connection) = target
            && let Some(db) = connection.replacement()
        {
            target = &db.target;
        }
        target
    }

    pub(crate) async fn way(&self) -> Result<Way<'_>> {
        loop {
            match self.target() {
                Target::Pool(pool) => return Ok(Way::Pool(pool)),
                Target::Transaction(scope) => return Ok(Way::Transaction(scope)),
                Target::Shared(connection) => {
                    if let Some(turn) = connection.turn().await? {
                        return Ok(Way::Turn(turn));
                    }
                }
            }
        }
    }
}

impl Way<'_> {
    /// Waits for the connection.
    async fn open(self) -> Result<Open> {
        Ok(match self {
            Way::Pool(pool) => Open::Leased(pool.acquire().await?),
            Way::Transaction(scope) => Open::Transaction(scope.connection().await?),
            Way::Turn(turn) => Open::Turn(turn),
        })
    }
}

impl Open {
    async fn execute(mut self, sql: String, binds: &[&Value]) -> Result<Done> {
        match &mut self {
            Open::Leased(connection) => connection.session().execute(sql, binds).await,
            Open::Transaction(connection) => connection.execute(sql, binds).await,
            Open::Turn(turn) => turn.execute(sql, binds).await,
        }
    }

    async fn fetch(mut self, sql: String, binds: &[&Value], each: Each<'_>) -> Result<()> {
        match &mut self {
            Open::Leased(connection) => connection.session().fetch(sql, binds, each).await,
            Open::Transaction(connection) => connection.fetch(sql, binds, each).await,
            Open::Turn(turn) => turn.fetch(sql, binds, each).await,
        }
    }

    async fn stream(
        mut self,
        sql: String,
        binds: &[&Value],
        taker: &mpsc::Sender<driver::Row>,
    ) -> Result<()> {
        match &mut self {
            Open::Leased(connection) => connection.session().stream(sql, binds, taker).await,
            Open::Transaction(connection) => connection.stream(sql, binds, taker).await,
            Open::Turn(turn) => turn.stream(sql, binds, taker).await,
        }
    }

    async fn script(mut self, sql: &str) -> Result<()> {
        match &mut self {
            Open::Leased(connection) => connection.session().script(sql).await,
            Open::Transaction(connection) => connection.script(sql).await,
            Open::Turn(turn) => turn.script(sql).await,
        }
    }
}

impl Rows {
    /// The next row. Nothing is lost if this is dropped before it ends.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>> {
        poll_fn(|context| {
            if let Poll::Ready(Some(row)) = self.taken.poll_recv(context) {
                return Poll::Ready(Ok(Some(Row(row))));
            }
            if let Some(sending) = &mut self.sending
                && let Poll::Ready(done) = sending.poll_unpin(context)
            {
                self.end();
                if let Err(error) = done {
                    return Poll::Ready(Err(error));
                }
            }
            self.taken.poll_recv(context).map(|row| Ok(row.map(Row)))
        })
        .await
    }

    fn end(&mut self) {
        self.sending = None;
        if let Some(scope) = self.transaction.take() {
            scope.set_streaming(false);
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // Whoever sends the rows learns by it that nobody takes them.
        self.taken.close();
        self.end();
    }
}

fn owned(binds: &[&Value]) -> Vec<Value> {
    binds.iter().map(|&value| value.clone()).collect()
}

fn borrowed(binds: &[Value]) -> Vec<&Value> {
    binds.iter().collect()
}
