//! How a server goes about a query, as text for people.

use testudo_sql::{Dialect, Explain, Projection, Select};

use super::QuerySet;
use crate::row::Row;
use crate::{Db, Model, Result};

impl<M: Model> QuerySet<M> {
    /// The plan that the server has for the query, in the server's words: lines on SQLite and Postgres, a
    /// tree on MySQL, JSON on MariaDB. The query does not run.
    ///
    /// # Errors
    /// As [`fetch_all`](Self::fetch_all).
    pub async fn explain(self, db: &Db) -> Result<String> {
        explain(&self.for_models(), db, Explain::Plan).await
    }

    /// The plan with what each step took. The query runs, and its rows are thrown away.
    ///
    /// # Errors
    /// On SQLite, which has no such thing, else as [`fetch_all`](Self::fetch_all).
    pub async fn explain_analyze(self, db: &Db) -> Result<String> {
        explain(&self.for_models(), db, Explain::Analyze).await
    }

    fn for_models(self) -> Select {
        let QuerySet {
            mut select, joined, ..
        } = self.ordered();
        select.projection = Projection::Model(joined.paths());
        select
    }
}

pub(super) async fn explain(select: &Select, db: &Db, explain: Explain) -> Result<String> {
    let dialect = db.speaks().await?;
    let compiled = select.explain(dialect, explain)?;
    let mut lines = Vec::new();
    // On SQLite each step names the one that it is part of, which stands before it.
    let mut depths: Vec<(i64, usize)> = Vec::new();
    let mut line = |row: &Row| -> Result<String> {
        match dialect {
            Dialect::Postgres | Dialect::MySql | Dialect::MariaDb => row.get(0),
            Dialect::Sqlite => {
                let (step, parent, text): (i64, i64, String) =
                    (row.get(0)?, row.get(1)?, row.get(3)?);
                let around = depths.iter().find(|(known, _)| *known == parent);
                let depth = around.map_or(0, |(_, depth)| depth + 1);
                depths.push((step, depth));
                Ok(format!("{}{text}", "  ".repeat(depth)))
            }
        }
    };
    db.fetch_each(compiled.sql, &compiled.binds, |row| {
        lines.push(line(&row)?);
        Ok(())
    })
    .await?;
    Ok(lines.join("\n"))
}
