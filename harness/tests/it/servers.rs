//! What holds on every server, and on SQLite too where a body can run on both.

mod clone;
mod crowd;
mod fresh;
mod processes;
mod rollback;

use testudo::prelude::*;
use testudo::{Backend, Isolation, TestContextBuilder};

/// A context on the tables of `tests/it/migrations/stock`: one shelf, called `first`, and no items.
fn stock(backend: Backend, isolation: Isolation) -> TestContextBuilder {
    test_context()
        .backend(backend)
        .migrations("tests/it/migrations/stock")
        .isolation(isolation)
}

async fn add_shelf(db: &Db, name: &str) -> testudo::orm::Result<()> {
    db.script(&format!("INSERT INTO shelves (name) VALUES ('{name}')"))
        .await
}

async fn shelves(db: &Db) -> Vec<String> {
    let rows = db
        .fetch_all("SELECT name FROM shelves ORDER BY name", &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}
