//! Row locks, and what stands for them on SQLite.

use testudo_sql::schema::{Column, Table};
use testudo_sql::{Assignment, Dialect, Expr, LockWait, Select, Source, Update};

use crate::{Db, Error, Result};

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
