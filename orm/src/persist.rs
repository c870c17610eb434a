//! Rows saved: INSERT, UPDATE by primary key, DELETE, many rows at once.

mod batch;
mod bulk;
mod bulk_update;
mod get_or_create;
mod upsert;
pub(crate) mod version;

use chrono::{DateTime, Utc};
use testudo_sql::schema::Column;
use testudo_sql::{Assignment, Delete, Expr, Source, Update, Value};

pub use self::get_or_create::GetOrCreate;
pub use self::upsert::{Bulk, BulkConflict, IntoChanges, Upsert, excluded};
use crate::assign::{IntoColumns, positions};
use crate::key::{is_key, is_unsaved};
use crate::validate::Problems;
use crate::{Db, Error, Model, QuerySet, Result};

/// What can be done with one row, or with many rows at once.
pub trait Persist: Model {
    /// Inserts the row, and gives it the key that the server gave.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn insert(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        insert(self, db)
    }

    /// Saves all fields: an UPDATE by the primary key, or an INSERT where there is no such row yet.
    ///
    /// # Errors
    /// When a value does not fit its field, or the database refuses.
    fn save(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        save(self, db)
    }

    /// Saves these fields (`update_fields` in Django and Tortoise), and those with `auto_now`, which
    /// follow every save.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     #[field(unique, max_length = 50)]
    /// #     username: String,
    /// #     email: String,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<User>()).await?;
    /// # let mut user = User::builder().username("alice").email("old@example.com").create(&db).await?;
    /// user.email = "new@example.com".to_owned();
    /// user.save_fields(&db, User::email).await?;
    /// assert_eq!(User::get(&db, user.id).await?.email, "new@example.com");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a column is of another model, the row is not in the database, a value does not fit, or the
    /// database refuses.
    fn save_fields<C>(&mut self, db: &Db, fields: C) -> impl Future<Output = Result<()>> + Send
    where
        C: IntoColumns<Self> + Send,
    {
        let columns = fields.into_columns();
        async move {
            let mut columns = positions::<Self>(columns, "save")?;
            let Some(receivers) = db.receivers::<Self>() else {
                return update_fields(self, columns, db).await;
            };
            db.transaction(async |tx| {
                before_update(self, &mut columns, &tx).await?;
                update_fields(self, columns, &tx).await?;
                receivers.after_save(self, false, &tx).await
            })
            .await
        }
    }

    /// Deletes the row.
    ///
    /// # Errors
    /// When it is not in the database, a foreign key forbids it, or the database refuses.
    fn delete(&self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        async move {
            let Some(receivers) = db.receivers::<Self>() else {
                return delete(self, db).await;
            };
            db.transaction(async |tx| {
                receivers.before_delete(self, &tx).await?;
                delete(self, &tx).await?;
                receivers.after_delete(self, &tx).await
            })
            .await
        }
    }

    /// Reads the row again; relations that were fetched are not any more.
    ///
    /// # Errors
    /// When it is not in the database any more, or the database refuses.
    fn refresh(&mut self, db: &Db) -> impl Future<Output = Result<()>> + Send {
        async move {
            *self = QuerySet::with_primary_key(&self.primary_key())
                .get(db)
                .await?;
            Ok(())
        }
    }

    /// Inserts many rows in few statements, all or none, and gives them their keys: the short form of
    /// [`bulk(rows).create(&db)`](Self::bulk).
    ///
    /// # Errors
    /// When a value of any row does not fit its field (nothing is inserted), or the database refuses.
    fn bulk_create(
        db: &Db,
        rows: impl IntoIterator<Item = Self, IntoIter: Send> + Send,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send {
        Self::bulk(rows).create(db)
    }

    /// Many rows to insert, some of which may be there already.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "pages")]
    /// # pub struct Page {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     #[field(unique, max_length = 50)]
    /// #     url: String,
    /// #     title: String,
    /// #     hits: i64,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<Page>()).await?;
    /// let page = |title: &str| Page::builder().url("/").title(title).hits(1).build();
    /// Page::bulk([page("Home")?]).create(&db).await?;
    /// let pages = Page::bulk([page("Welcome")?])
    ///     .on_conflict(Page::url)
    ///     .update((Page::title, Page::hits.set(Page::hits + excluded(Page::hits))))
    ///     .create(&db)
    ///     .await?;
    /// assert_eq!((pages[0].title.as_str(), pages[0].hits), ("Welcome", 2));
    /// # Ok(())
    /// # }
    /// ```
    fn bulk(rows: impl IntoIterator<Item = Self>) -> Bulk<Self> {
        Bulk {
            rows: rows.into_iter().collect(),
            batch_size: None,
        }
    }

    /// Saves these fields of many rows in few statements, all or none, and those with `auto_now`.
    /// Returns how many of the rows are in the database.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     name: String,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<User>()).await?;
    /// # let user = |name: &str| User::builder().name(name).build();
    /// let mut users = User::bulk_create(&db, [user("alice")?, user("bob")?]).await?;
    /// for user in &mut users {
    ///     user.name = user.name.to_uppercase();
    /// }
    /// assert_eq!(User::bulk_update(&db, &mut users, User::name).await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a row is not saved or stands there twice, a column is the key or of another model, a value
    /// does not fit its field (nothing is sent), or the database refuses.
    fn bulk_update<C>(
        db: &Db,
        rows: &mut [Self],
        fields: C,
    ) -> impl Future<Output = Result<u64>> + Send
    where
        C: IntoColumns<Self> + Send,
    {
        let columns = fields.into_columns();
        async move {
            let columns = positions::<Self>(columns, "update")?;
            bulk_update::update(rows, columns, db).await
        }
    }
}

impl<M: Model> Persist for M {}

/// Inserts a row, between its receivers if it has any.
pub(crate) async fn insert<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    let Some(receivers) = db.receivers::<M>() else {
        return insert_row(row, db).await;
    };
    db.transaction(async |tx| {
        receivers.before_save(row, &tx).await?;
        insert_row(row, &tx).await?;
        receivers.after_save(row, true, &tx).await
    })
    .await
}

async fn save<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    let Some(receivers) = db.receivers::<M>() else {
        return store(row, db).await.map(drop);
    };
    db.transaction(async |tx| {
        receivers.before_save(row, &tx).await?;
        let created = store(row, &tx).await?;
        receivers.after_save(row, created, &tx).await
    })
    .await
}

/// Updates the row, or inserts it where there is none. Whether it was inserted.
async fn store<M: Model>(row: &mut M, db: &Db) -> Result<bool> {
    if is_unsaved(row) || version::is_new(row) {
        insert_row(row, db).await?;
        return Ok(true);
    }
    row.touch(Utc::now(), false);
    let columns: Vec<usize> = (0..M::TABLE.columns.len())
        .filter(|position| !M::TABLE.primary_key.contains(position))
        .collect();
    let found = if columns.is_empty() {
        u64::from(
            QuerySet::<M>::with_primary_key(&row.primary_key())
                .exists(db)
                .await?,
        )
    } else {
        update(row, &columns, db).await?
    };
    if found == 0 {
        insert_row(row, db).await?;
    }
    Ok(found == 0)
}

async fn insert_row<M: Model>(row: &mut M, db: &Db) -> Result<()> {
    bulk::insert(std::slice::from_mut(row), &bulk::Options::default(), db).await
}

/// Updates these columns, and those that follow the clock.
async fn update_fields<M: Model>(row: &mut M, mut columns: Vec<usize>, db: &Db) -> Result<()> {
    for position in auto_now(row) {
        if !columns.contains(&position) {
            columns.push(position);
        }
    }
    match update(row, &columns, db).await? {
        0 => Err(Error::does_not_exist(M::TABLE.model)),
        _ => Ok(()),
    }
}

/// Calls the receivers of a row before these columns of it are updated, and adds those that they change.
async fn before_update<M: Model>(row: &mut M, columns: &mut Vec<usize>, db: &Db) -> Result<()> {
    let Some(receivers) = db.receivers::<M>() else {
        return Ok(());
    };
    let before = own_values(row);
    receivers.before_save(row, db).await?;
    for (position, before) in before.iter().enumerate() {
        if row.value(position) != *before && !columns.contains(&position) {
            columns.push(position);
        }
    }
    Ok(())
}

/// Writes these fields, and returns how many rows were found; one that counts its changes is found as
/// it was read, or it is an error.
async fn update<M: Model>(row: &mut M, positions: &[usize], db: &Db) -> Result<u64> {
    if is_unsaved(row) {
        return Err(Error::not_saved(M::TABLE.model, "save some fields"));
    }
    let dialect = db.speaks().await?;
    let mut problems = Problems::default();
    let mut assignments = Vec::with_capacity(positions.len() + 1);
    for &position in positions.iter().filter(|at| M::VERSION != Some(**at)) {
        let column: &'static Column = &M::TABLE.columns[position];
        let value = row.value(position);
        problems.value(M::TABLE, column, &value, dialect);
        assignments.push(Assignment::Column(column, Expr::Value(value)));
    }
    problems.rules(row, positions);
    problems.finish()?;
    assignments.extend(version::counted::<M>());
    let update = Update {
        target: Source::Model(M::TABLE),
        assignments,
        filter: Some(version::unchanged(row)),
        returning: Vec::new(),
    };
    let compiled = update.compile(dialect)?;
    let found = db.run(compiled.sql, &compiled.binds).await?.rows_affected;
    if found == 0 && M::VERSION.is_some() {
        return Err(version::not_found(row));
    }
    version::count(row);
    Ok(found)
}

async fn delete<M: Model>(row: &M, db: &Db) -> Result<()> {
    let delete = Delete {
        target: Source::Model(M::TABLE),
        filter: Some(version::unchanged(row)),
        returning: Vec::new(),
    };
    let compiled = delete.compile(db.speaks().await?)?;
    match db.run(compiled.sql, &compiled.binds).await?.rows_affected {
        0 => Err(version::not_found(row)),
        _ => Ok(()),
    }
}

fn key_condition<M: Model>(row: &M) -> Expr {
    is_key::<M>(&row.primary_key())
}

/// Sets the fields with `auto_now` and returns their positions.
fn auto_now<M: Model>(row: &mut M) -> Vec<usize> {
    // At another time than now, so that each of them changes.
    row.touch(DateTime::UNIX_EPOCH, false);
    let before = own_values(row);
    row.touch(Utc::now(), false);
    let changed = |&position: &usize| row.value(position) != before[position];
    (0..before.len()).filter(changed).collect()
}

fn own_values<M: Model>(row: &M) -> Vec<Value> {
    (0..M::TABLE.columns.len())
        .map(|position| row.value(position))
        .collect()
}
