//! Many rows inserted in few statements, all or none.

use chrono::Utc;
use testudo_sql::{Dialect, Expr, Insert, InsertTarget, OnConflict};

use super::batch::{self, Batch};
use crate::key::{PrimaryKey, is_unsaved, key_column};
use crate::queryset::own_column;
use crate::row::RowReader;
use crate::validate::Problems;
use crate::{Db, Error, Model, Result};

/// What an insertion is told beside its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// The most rows of one statement.
    pub(super) batch_size: Option<usize>,
    pub(super) conflict: Option<Conflict>,
}

/// What becomes of a row that is there already.
#[derive(Debug, Clone)]
pub(super) struct Conflict {
    /// The positions of the unique columns.
    pub(super) columns: Vec<usize>,
    pub(super) action: OnConflict,
}

/// One statement of an insertion.
pub(super) struct Statement {
    pub(super) insert: Insert,
    /// Where its rows stand among all.
    rows: Vec<usize>,
}

/// Inserts the rows and, where none of them can be there already, gives them their keys.
pub(super) async fn insert<M: Model>(rows: &mut [M], options: &Options, db: &Db) -> Result<()> {
    let statements = statements(rows, options, db.speaks().await?)?;
    for Statement { insert, .. } in &statements {
        let columns = positions::<M>(&insert.target);
        let field = |at: usize| M::TABLE.columns[columns[at % columns.len()]].field;
        batch::check_packet::<M>(&insert.values, field, db).await?;
    }
    // One statement is atomic by itself.
    let keys = match statements.as_slice() {
        [] => return Ok(()),
        [only] => vec![send::<M>(only, db).await?],
        all => {
            db.transaction(async |tx| send_all::<M>(all, &tx).await)
                .await?
        }
    };
    for (statement, keys) in statements.iter().zip(keys) {
        let mut keys = keys.into_iter();
        for &index in &statement.rows {
            // A row that brought its key gets it too, and by it its relations.
            let key = keys.next().unwrap_or_else(|| rows[index].primary_key());
            rows[index].set_primary_key(key);
        }
    }
    Ok(())
}

/// The statements for these rows. Rows whose keys the server gives go in statements of their own.
pub(super) fn statements<M: Model>(
    rows: &mut [M],
    options: &Options,
    dialect: Dialect,
) -> Result<Vec<Statement>> {
    let now = Utc::now();
    let mut kinds = [
        Kind::new::<M>(InsertTarget::Model(M::TABLE), options, dialect)?,
        Kind::new::<M>(InsertTarget::ModelGenerated(M::TABLE), options, dialect)?,
    ];
    let all = rows.len();
    for (index, row) in rows.iter_mut().enumerate() {
        row.touch(now, true);
        kinds[usize::from(is_unsaved(row))].push(row, index, all - index)?;
    }
    Ok(kinds.into_iter().flat_map(Kind::finish).collect())
}

/// The positions of the columns that are filled.
fn positions<M: Model>(target: &InsertTarget) -> Vec<usize> {
    let generated_too = matches!(target, InsertTarget::Model(_));
    let columns = M::TABLE.columns.iter().enumerate();
    let filled = columns.filter(|(_, column)| generated_too || !column.generated);
    filled.map(|(position, _)| position).collect()
}

/// Statements with the same columns, filled row by row.
struct Kind {
    dialect: Dialect,
    columns: Vec<usize>,
    /// The places of the unique columns among them.
    apart: Vec<usize>,
    batch: Batch,
    /// A statement without rows.
    empty: Insert,
    current: Statement,
    full: Vec<Statement>,
}

impl Kind {
    fn new<M: Model>(target: InsertTarget, options: &Options, dialect: Dialect) -> Result<Self> {
        let columns = positions::<M>(&target);
        // `DEFAULT VALUES` makes one row.
        let wanted = if columns.is_empty() {
            Some(1)
        } else {
            options.batch_size
        };
        let conflict = options.conflict.as_ref();
        let told = conflict.is_none()
            && matches!(target, InsertTarget::ModelGenerated(_))
            && dialect.returns_inserted_rows();
        let key = || Expr::Column(own_column::<M>(key_column::<M>(0)));
        let empty = Insert {
            target,
            values: Vec::new(),
            on_conflict: conflict.map(|conflict| conflict.action.clone()),
            returning: told.then(key).into_iter().collect(),
        };
        let place = |sought: &usize| columns.iter().position(|column| column == sought);
        let unique = conflict.map_or(&[][..], |conflict| &conflict.columns);
        Ok(Kind {
            dialect,
            apart: unique.iter().filter_map(place).collect(),
            batch: Batch::new(dialect, columns.len(), wanted)?,
            columns,
            current: Statement::of(&empty),
            empty,
            full: Vec::new(),
        })
    }

    /// Adds a row; so many are still to come at most, with this one.
    fn push<M: Model>(&mut self, row: &M, index: usize, to_come: usize) -> Result<()> {
        let values = &mut self.current.insert.values;
        if values.is_empty() {
            values.reserve(self.batch.room(to_come) * self.columns.len());
        }
        let start = values.len();
        let numbered = matches!(self.empty.target, InsertTarget::Model(_));
        row.push_values(numbered, values);
        let mut problems = Problems::default();
        for (&position, value) in self.columns.iter().zip(&values[start..]) {
            problems.value(M::TABLE, &M::TABLE.columns[position], value, self.dialect);
        }
        problems.rules(row, &self.columns);
        problems.finish()?;
        if self.batch.starts_anew(&values[start..], &self.apart) {
            let mut next = Statement::of(&self.empty);
            let first = values.drain(start..);
            next.insert
                .values
                .reserve(self.batch.room(to_come) * self.columns.len());
            next.insert.values.extend(first);
            self.full.push(std::mem::replace(&mut self.current, next));
        }
        self.current.rows.push(index);
        Ok(())
    }

    fn finish(mut self) -> Vec<Statement> {
        if !self.current.rows.is_empty() {
            self.full.push(self.current);
        }
        self.full
    }
}

impl Statement {
    fn of(empty: &Insert) -> Self {
        Statement {
            insert: empty.clone(),
            rows: Vec::new(),
        }
    }
}

async fn send_all<M: Model>(statements: &[Statement], db: &Db) -> Result<Vec<Vec<M::PrimaryKey>>> {
    let mut keys = Vec::with_capacity(statements.len());
    for statement in statements {
        keys.push(send::<M>(statement, db).await?);
    }
    Ok(keys)
}

/// Sends the statement and returns the keys that the server gave, where no row of it was there.
async fn send<M: Model>(statement: &Statement, db: &Db) -> Result<Vec<M::PrimaryKey>> {
    let insert = &statement.insert;
    match insert.target {
        InsertTarget::ModelGenerated(_) if insert.on_conflict.is_none() => {
            insert_numbered::<M>(insert, statement.rows.len(), db).await
        }
        _ => {
            let compiled = insert.compile(db.speaks().await?)?;
            db.run(compiled.sql, &compiled.binds).await?;
            Ok(Vec::new())
        }
    }
}

/// Inserts rows without keys and returns the keys in the order of the rows. Servers number the rows
/// of one INSERT upwards in the order of VALUES, but promise no order for RETURNING: so the keys are
/// sorted.
async fn insert_numbered<M: Model>(
    insert: &Insert,
    rows: usize,
    db: &Db,
) -> Result<Vec<M::PrimaryKey>> {
    let key = key_column::<M>(0);
    let compiled = insert.compile(db.speaks().await?)?;
    let mut ids: Vec<i64> = Vec::with_capacity(rows);
    if insert.returning.is_empty() {
        // The keys of one INSERT of VALUES follow one another in every `innodb_autoinc_lock_mode`.
        let first = db.run(compiled.sql, &compiled.binds).await?.first_key;
        let step = if rows > 1 { db.key_step().await? } else { 1 };
        let steps = std::iter::successors(first, |key| key.checked_add(step));
        ids.extend(steps.take(rows));
    } else {
        db.fetch_each(compiled.sql, &compiled.binds, |row| {
            ids.push(RowReader::new(&row).field(M::TABLE, key)?);
            Ok(())
        })
        .await?;
    }
    ids.sort_unstable();
    let lost = || {
        Error::decode(
            format!("the keys of new rows of `{}`", M::TABLE.model),
            format!("{rows} rows were inserted and the server returned the keys {ids:?}"),
        )
    };
    if ids.len() != rows {
        return Err(lost());
    }
    ids.iter()
        .map(|&id| M::PrimaryKey::from_generated(id).ok_or_else(lost))
        .collect()
}
