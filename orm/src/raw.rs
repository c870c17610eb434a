//! SQL written by hand: its values bound, its rows read as models, structs or tuples.

mod placeholder;

use std::marker::PhantomData;

use testudo_sql::{Dialect, Value};

use self::placeholder::Bound;
use crate::from_row::FromRow;
use crate::queryset::{RowStream, stream_of};
use crate::row::{Row, RowReader};
use crate::{Db, FieldType, Result};

/// A statement written by hand; see [`raw`].
#[must_use = "a raw statement does nothing until `fetch_all`, `execute` or the like sends it"]
pub struct Raw<T> {
    sql: &'static str,
    binds: Vec<Bound>,
    rows: PhantomData<fn() -> T>,
}

/// A statement written by hand, with its values bound.
///
/// A value stands as `?`, or as `:name`, on every backend; it becomes the placeholder of the dialect.
/// What looks so within a literal, a quoted name or a comment is left alone, and on Postgres `??` stands
/// for its operator `?`. The text is part of the program, so that no value can be written into it; what
/// has to be put together at run time goes through [`Db::fetch_all`].
///
/// The rows are read as models or structs by the names of the columns, or as tuples:
///
/// ```
/// # use testudo_orm::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.script("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)").await?;
/// raw("INSERT INTO notes (body) VALUES (?), (?)").bind("a?").bind("b").execute(&db).await?;
/// let rows: Vec<(i64, String)> = raw("SELECT id, body FROM notes WHERE body <> :body")
///     .bind_as("body", "b")
///     .fetch_all(&db)
///     .await?;
/// assert_eq!(rows, [(1, "a?".to_owned())]);
/// # Ok(())
/// # }
/// ```
pub fn raw<T>(sql: &'static str) -> Raw<T> {
    Raw {
        sql,
        binds: Vec::new(),
        rows: PhantomData,
    }
}

/// A value that a placeholder can stand for: of any type that a field can have, or borrowed text or bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound",
    note = "bind a value of a type that a model's field can have, `&str` or `&[u8]`"
)]
pub trait IntoBind {
    /// The bind.
    fn into_bind(self) -> Value;
}

impl<T: FieldType> IntoBind for T {
    fn into_bind(self) -> Value {
        self.to_value()
    }
}

impl IntoBind for &str {
    fn into_bind(self) -> Value {
        self.into()
    }
}

impl IntoBind for &[u8] {
    fn into_bind(self) -> Value {
        self.into()
    }
}

impl<T> Raw<T> {
    /// The value of the next `?`.
    pub fn bind(mut self, value: impl IntoBind) -> Self {
        self.binds.push((None, value.into_bind()));
        self
    }

    /// The value of `:name`, wherever it stands.
    pub fn bind_as(mut self, name: &'static str, value: impl IntoBind) -> Self {
        self.binds.push((Some(name), value.into_bind()));
        self
    }

    /// The SQL text with the placeholders of a dialect.
    ///
    /// # Errors
    /// When values and placeholders do not match.
    pub fn sql(&self, dialect: Dialect) -> Result<String> {
        Ok(placeholder::fill(self.sql, &self.binds, dialect)?.0)
    }
}

impl Raw<()> {
    /// Sends a statement that returns no rows, and returns how many it touched.
    ///
    /// # Errors
    /// When values and placeholders do not match (nothing is sent), or the database refuses.
    pub async fn execute(self, db: &Db) -> Result<u64> {
        let (sql, binds) = placeholder::fill(self.sql, &self.binds, db.speaks().await?)?;
        Ok(db.run(sql, &binds).await?.rows_affected)
    }
}

impl<T: FromRow> Raw<T> {
    /// All rows.
    ///
    /// # Errors
    /// When values and placeholders do not match (nothing is sent), the database refuses, or a row is no
    /// `T`: a column is missing, there are several of its name, or its value is of another type.
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<T>> {
        let (sql, binds) = placeholder::fill(self.sql, &self.binds, db.speaks().await?)?;
        let (mut rows, mut read) = (Vec::new(), reader());
        db.fetch_each(sql, &binds, |row| {
            rows.push(read(&row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn first(self, db: &Db) -> Result<Option<T>> {
        self.fetch_stream(db).next().await.transpose()
    }

    /// All rows, a few in memory at a time; see [`QuerySet::fetch_stream`](crate::QuerySet::fetch_stream).
    ///
    /// # Errors
    /// As items of the stream: as [`fetch_all`](Self::fetch_all).
    pub fn fetch_stream(self, db: &Db) -> RowStream<T> {
        let db = db.clone();
        let start = async move {
            let (sql, binds) = placeholder::fill(self.sql, &self.binds, db.speaks().await?)?;
            let binds = binds.into_iter().cloned().collect();
            Ok(db.stream(sql, binds))
        };
        stream_of(start, reader())
    }
}

/// Reads rows; the first one tells where the columns are.
fn reader<T: FromRow>() -> impl FnMut(&Row) -> Result<T> + Send {
    let mut places = None;
    move |row| {
        let places = match &mut places {
            Some(places) => places,
            none => none.insert(T::columns().places(row)?),
        };
        T::read(&mut RowReader::in_order(row, places))
    }
}
