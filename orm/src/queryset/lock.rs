//! Row locks, and what stands for them on SQLite.

use testudo_sql::schema::{Column, Table};
use testudo_sql::{
    Assignment, Dialect, Expr, Lock, LockStrength, LockWait, Select, Source, Update,
};

use super::QuerySet;
use super::related::IntoRelatedOne;
use crate::path::{ModelPath, Root};
use crate::{Db, Error, Model, Result};

impl<M: Model> QuerySet<M> {
    /// Locks the rows until the end of the transaction, against changes and other locks.
    ///
    /// SQLite has no row locks; there the write lock of the whole database is taken, which keeps out
    /// at least as much.
    pub fn select_for_update(mut self) -> Self {
        self.lock();
        self
    }

    /// Locks the rows against changes alone: others may lock them so too.
    pub fn share(mut self) -> Self {
        self.lock().strength = LockStrength::Share;
        self
    }

    /// A row that somebody else has locked is an error, and nothing is waited for. Not on SQLite.
    pub fn nowait(mut self) -> Self {
        self.lock().wait = LockWait::NoWait;
        self
    }

    /// Rows that somebody else has locked are left out: for queues, from which several take work. Not on
    /// SQLite.
    pub fn skip_locked(mut self) -> Self {
        self.lock().wait = LockWait::SkipLocked;
        self
    }

    /// Locks the model's own rows, and of those joined by `select_related` only these; none by `of(())`.
    /// Not on MariaDB, which locks them all.
    pub fn of(mut self, related: impl IntoRelatedOne<M>) -> Self {
        let mut paths = vec![<Root<M> as ModelPath>::PATH];
        paths.extend(related.into_tree().paths());
        self.lock().of = paths;
        self
    }

    fn lock(&mut self) -> &mut Lock {
        self.select.clauses_mut().lock.get_or_insert_with(|| Lock {
            strength: LockStrength::Update,
            wait: LockWait::Wait,
            of: Vec::new(),
        })
    }
}

/// A row lock outside a transaction would be gone at once. SQLite knows no row locks and gets its
/// one write lock, by an UPDATE that touches nothing.
pub(super) async fn prepare(select: &mut Select, table: &'static Table, db: &Db) -> Result<()> {
    let Some(lock) = &select.clauses().lock else {
        return Ok(());
    };
    if !db.is_transaction() {
        return Err(Error::misuse(
            "`select_for_update` needs a transaction; call it on the handle that `db.transaction` gives",
        ));
    }
    if db.speaks().await? == Dialect::Sqlite && lock.wait == LockWait::Wait {
        let column: &'static Column = &table.columns[table.primary_key[0]];
        let touch_nothing = Update {
            target: Source::Model(table),
            assignments: vec![Assignment::Column(column, Expr::name(column.name))],
            filter: Some(Expr::Or(Vec::new())),
            returning: Vec::new(),
        };
        let compiled = touch_nothing.compile(db.speaks().await?)?;
        db.run(compiled.sql, &compiled.binds).await?;
        select.clauses_mut().lock = None;
    }
    Ok(())
}
