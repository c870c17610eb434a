//! Rows inserted where some may be there already: `User::bulk(rows).on_conflict(..)`.

use std::collections::HashMap;

use testudo_sql::schema::Table;
use testudo_sql::{Assignment, Dialect, Expr, Ident, OnConflict};

use super::bulk::{self, Conflict, Options};
use super::{auto_now, own_values, version};
use crate::assign::{self, Assign, IntoAssignments, IntoColumns, positions};
use crate::expression::Expression;
use crate::key::{is_unsaved, one_of};
use crate::queryset::own_column;
use crate::{Column, Db, Error, FieldType, Filter, KeyValues, Model, QuerySet, Result};

/// Rows to insert; [`Persist::bulk`](crate::Persist::bulk) makes it.
///
/// Nothing is sent before [`create`](Self::create). All rows are inserted or none.
#[must_use = "nothing is inserted until `create` sends it"]
#[derive(Debug, Clone)]
pub struct Bulk<M> {
    pub(super) rows: Vec<M>,
    pub(super) batch_size: Option<usize>,
}

/// Rows to insert, and the unique columns by which one may be there already. Say what becomes of it.
#[must_use = "say `do_nothing()` or `update(..)`"]
#[derive(Debug, Clone)]
pub struct BulkConflict<M> {
    bulk: Bulk<M>,
    target: Vec<testudo_sql::ColumnRef>,
}

/// Rows to insert, or to find or change where they are there already.
///
/// Rows of one call that agree in the unique columns follow one another: the last one stays.
///
/// Postgres and SQLite look at the columns that were named; a row that breaks another unique
/// constraint is an error. MySQL and MariaDB have no such choice: there, any unique constraint counts.
#[must_use = "nothing is inserted until `create` or `execute` sends it"]
#[derive(Debug, Clone)]
pub struct Upsert<M> {
    bulk: Bulk<M>,
    target: Vec<testudo_sql::ColumnRef>,
    changes: Option<Vec<Assign<M>>>,
}

/// What an upsert changes: a column, which takes the value of the row that was to be inserted, an
/// assignment, or a tuple of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what an upsert changes in `{M}`",
    note = "name a column, or write `column.set(value)`, in which `excluded(column)` is the value of \
            the row that was to be inserted; or a tuple of such"
)]
pub trait IntoChanges<M> {
    /// The changes in their order.
    fn into_changes(self) -> Vec<Assign<M>>;
}

impl<M: Model, T> IntoChanges<M> for Column<M, T> {
    fn into_changes(self) -> Vec<Assign<M>> {
        vec![Assign::excluded(self.reference())]
    }
}

impl<M: Model> IntoChanges<M> for Assign<M> {
    fn into_changes(self) -> Vec<Assign<M>> {
        vec![self]
    }
}

macro_rules! tuples {
    ($($tuple:tt)+) => {
        crate::tuples::append_tuples!(IntoChanges::into_changes -> Assign<M>; $($tuple)+);
    };
}
crate::tuples::for_each_tuple!(tuples);

/// In what an upsert assigns, the value that the row to be inserted has in this column:
/// `Counter::hits.set(Counter::hits + excluded(Counter::hits))`.
#[must_use]
pub fn excluded<M: Model, T: FieldType>(column: Column<M, T>) -> Expression<M, T> {
    Expression::from_expr(Expr::Excluded(column.reference()))
}

impl<M: Model> Bulk<M> {
    /// At most this many rows in one statement. Without it, as many as the server takes.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = Some(rows);
        self
    }

    /// The unique columns by which a row may be there already: a unique field, the primary key, or
    /// a tuple of fields that are unique together.
    pub fn on_conflict(self, columns: impl IntoColumns<M>) -> BulkConflict<M> {
        BulkConflict {
            bulk: self,
            target: columns.into_columns(),
        }
    }

    /// Inserts all rows, or none, and returns them with their keys.
    ///
    /// # Errors
    /// When a value of any row does not fit its field (nothing is sent), or the database refuses.
    pub async fn create(mut self, db: &Db) -> Result<Vec<M>> {
        let options = self.options();
        bulk::insert(&mut self.rows, &options, db).await?;
        Ok(self.rows)
    }

    /// The statements that [`create`](Self::create) sends.
    ///
    /// # Errors
    /// When a value does not fit its field.
    pub fn into_statements(mut self, dialect: Dialect) -> Result<Vec<testudo_sql::Insert>> {
        let options = self.options();
        let statements = bulk::statements(&mut self.rows, &options, dialect)?;
        Ok(statements
            .into_iter()
            .map(|statement| statement.insert)
            .collect())
    }

    /// The SQL text of the first statement in a dialect.
    ///
    /// # Errors
    /// When there is no row or a value does not fit its field.
    pub fn sql(mut self, dialect: Dialect) -> Result<String> {
        let options = self.options();
        first_sql(&mut self.rows, &options, dialect)
    }

    fn options(&self) -> Options {
        Options {
            batch_size: self.batch_size,
            conflict: None,
        }
    }
}

impl<M: Model> BulkConflict<M> {
    /// A row that is there already stays as it is.
    pub fn do_nothing(self) -> Upsert<M> {
        self.resolved(None)
    }

    /// A row that is there already is changed: columns take the values of the row that was to be
    /// inserted, or what is assigned to them. Fields with `auto_now` follow.
    pub fn update(self, changes: impl IntoChanges<M>) -> Upsert<M> {
        self.resolved(Some(changes.into_changes()))
    }

    fn resolved(self, changes: Option<Vec<Assign<M>>>) -> Upsert<M> {
        Upsert {
            bulk: self.bulk,
            target: self.target,
            changes,
        }
    }
}

impl<M: Model> Upsert<M> {
    /// At most this many rows in one statement. Without it, as many as the server takes.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.bulk.batch_size = Some(rows);
        self
    }

    /// Inserts, finds or changes all rows, or none, and returns them as the database now has them,
    /// with their keys: one for each different value of the unique columns, in the order of the rows.
    ///
    /// They are read again, since no two servers tell the same about them. Which of them are new is
    /// not told.
    ///
    /// # Errors
    /// When the columns are not unique, a value does not fit its field or is NULL in a unique column
    /// (nothing is sent), or the database refuses.
    pub async fn create(mut self, db: &Db) -> Result<Vec<M>> {
        let (options, columns) = self.options()?;
        let mut rows = std::mem::take(&mut self.bulk.rows);
        let keys = unique_values(&rows, &columns)?;
        db.transaction(async |tx| {
            bulk::insert(&mut rows, &options, &tx).await?;
            read_again(&columns, keys, &tx).await
        })
        .await
    }

    /// Inserts, finds or changes all rows, or none, in as few statements as possible: without
    /// reading them again.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub async fn execute(mut self, db: &Db) -> Result<()> {
        let (options, columns) = self.options()?;
        unique_values(&self.bulk.rows, &columns)?;
        bulk::insert(&mut self.bulk.rows, &options, db).await
    }

    /// The SQL text of the first statement in a dialect.
    ///
    /// # Errors
    /// As [`create`](Self::create), or when there is no row.
    pub fn sql(mut self, dialect: Dialect) -> Result<String> {
        let (options, _) = self.options()?;
        first_sql(&mut self.bulk.rows, &options, dialect)
    }

    /// What the compiler is told, and the positions of the unique columns.
    fn options(&mut self) -> Result<(Options, Vec<usize>)> {
        let columns = positions::<M>(std::mem::take(&mut self.target), "find a conflict by")?;
        check_unique(M::TABLE, &columns)?;
        let name = |&position: &usize| Ident::new(M::TABLE.columns[position].name);
        let target: Vec<Ident> = columns.iter().map(name).collect();
        let action = match self.changes.take() {
            None => OnConflict::DoNothing { target },
            Some(changes) => OnConflict::Update {
                target,
                overwrite: Vec::new(),
                assignments: self.assignments(changes)?,
            },
        };
        let conflict = Some(Conflict {
            columns: columns.clone(),
            action,
        });
        let batch_size = self.bulk.batch_size;
        Ok((
            Options {
                batch_size,
                conflict,
            },
            columns,
        ))
    }

    fn assignments(&mut self, changes: Vec<Assign<M>>) -> Result<Vec<Assignment>> {
        let mut assignments = assign::assignments::<M>(changes.into_assignments())?;
        assignments.extend(version::counted::<M>());
        let followers = match self.bulk.rows.first_mut() {
            Some(row) => auto_now(row),
            None => Vec::new(),
        };
        for position in followers {
            let column = &M::TABLE.columns[position];
            let own = |done: &Assignment| matches!(done, Assignment::Column(c, _) if c.name == column.name);
            if !assignments.iter().any(own) {
                let new = Expr::Excluded(own_column::<M>(column));
                assignments.push(Assignment::Column(column, new));
            }
        }
        // MySQL assigns from left to right: what reads the old row comes before what replaces it.
        let plain = |assignment: &Assignment| {
            let (Assignment::Column(_, expr) | Assignment::Named(_, expr)) = assignment;
            matches!(expr, Expr::Excluded(_) | Expr::Value(_))
        };
        assignments.sort_by_key(plain);
        Ok(assignments)
    }
}

fn first_sql<M: Model>(rows: &mut [M], options: &Options, dialect: Dialect) -> Result<String> {
    match bulk::statements(rows, options, dialect)?.first() {
        Some(statement) => Ok(statement.insert.compile(dialect)?.sql),
        None => Err(Error::misuse(
            "there is no row to insert, and no statement for that",
        )),
    }
}

/// Servers take for a conflict what a unique constraint forbids, and nothing else.
fn check_unique(table: &'static Table, columns: &[usize]) -> Result<()> {
    let same = |others: &[usize]| {
        others.len() == columns.len() && others.iter().all(|other| columns.contains(other))
    };
    let unique = match columns {
        [only] => table.columns[*only].unique,
        _ => false,
    };
    let together = |index: &testudo_sql::schema::Index| index.unique && same(index.columns);
    if unique || same(table.primary_key) || table.indexes.iter().any(together) {
        return Ok(());
    }
    let fields: Vec<_> = columns.iter().map(|&at| table.columns[at].field).collect();
    let (model, fields) = (table.model, fields.join("`, `"));
    Err(Error::misuse(format!(
        "no two rows conflict by `{fields}` of `{model}`: no unique constraint and no primary key \
         consists of that; name the columns of one"
    )))
}

/// The values in the unique columns, each once. NULL there conflicts with nothing.
fn unique_values<M: Model>(rows: &[M], columns: &[usize]) -> Result<Vec<KeyValues>> {
    let mut seen = std::collections::HashSet::new();
    let mut keys = Vec::new();
    for row in rows {
        let mut key = Vec::with_capacity(columns.len());
        for &position in columns {
            let value = row.value(position);
            let column = &M::TABLE.columns[position];
            if value.is_null() || column.generated && is_unsaved(row) {
                return Err(Error::validation_of(
                    M::TABLE.model,
                    column.field,
                    "a row without a value there conflicts with none; insert it by itself",
                ));
            }
            key.push(value);
        }
        let key: KeyValues = key.into_iter().collect();
        if seen.insert(key.clone()) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// The rows with these values, in their order.
async fn read_again<M: Model>(columns: &[usize], keys: Vec<KeyValues>, db: &Db) -> Result<Vec<M>> {
    let mut rows = Vec::with_capacity(keys.len());
    // A condition of several columns binds each value by itself.
    let per_query = match columns {
        [_] => usize::MAX,
        several => db.speaks().await?.max_binds() / several.len(),
    };
    for chunk in keys.chunks(per_query.min(keys.len().max(1))) {
        let columns = columns.iter().map(|&at| &M::TABLE.columns[at]);
        let columns = columns.map(|column| Expr::Column(own_column::<M>(column)));
        let condition = Filter::from_expr(one_of(columns, chunk));
        rows.extend(QuerySet::<M>::new().filter(condition).fetch_all(db).await?);
    }
    let places: HashMap<_, _> = keys
        .into_iter()
        .enumerate()
        .map(|(at, key)| (key, at))
        .collect();
    let place = |row: &M| {
        let values = own_values(row);
        let key: KeyValues = columns.iter().map(|&at| values[at].clone()).collect();
        places.get(&key).copied().unwrap_or(usize::MAX)
    };
    rows.sort_by_cached_key(place);
    Ok(rows)
}
