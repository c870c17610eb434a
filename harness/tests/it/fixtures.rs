//! YAML fixtures against a real SQLite database: files in, rows out.

mod keys;
mod many_to_many;
mod mistakes;
mod order;
mod refusals;
mod robustness;
mod source;
mod values;

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use testudo::fixtures::{FixtureErrors, Fixtures, Labels};
use testudo_orm::{Db, FieldType};

/// An empty database in memory with this schema.
async fn database(schema: &'static str) -> (SqlitePool, Db) {
    let options = SqliteConnectOptions::new()
        .in_memory(true)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .unwrap();
    sqlx::raw_sql(schema).execute(&pool).await.unwrap();
    let db = Db::from(pool.clone());
    (pool, db)
}

/// A folder of its own for one test, with these files in it.
fn folder(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("fixtures")
        .join(test);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
    }
    dir
}

/// Fixtures of one file.
fn fixtures(test: &str, yaml: &str) -> Fixtures {
    let dir = folder(test, &[("shop.yml", yaml.as_bytes())]);
    Fixtures::read(&dir, &["shop"]).unwrap()
}

async fn load(test: &str, schema: &'static str, yaml: &str) -> (SqlitePool, Labels) {
    let (pool, db) = database(schema).await;
    let labels = fixtures(test, yaml)
        .load(&db, 1)
        .await
        .unwrap_or_else(|errors| panic!("{errors}"));
    (pool, labels)
}

/// The report of a load that has to fail, with the folder's path left out; nothing may be there afterwards.
async fn report(test: &str, schema: &'static str, yaml: &str) -> String {
    let (pool, db) = database(schema).await;
    let fixtures = fixtures(test, yaml);
    let errors = fixtures
        .load(&db, 1)
        .await
        .expect_err("these fixtures are wrong");
    assert_eq!(
        rows(&pool).await,
        0,
        "a failed load left rows behind:\n{errors}"
    );
    shown(&errors)
}

fn shown(errors: &FixtureErrors) -> String {
    let root = format!("{}/fixtures/", env!("CARGO_TARGET_TMPDIR"));
    errors.to_string().replace(&root, "")
}

/// The number of rows in all tables.
async fn rows(pool: &SqlitePool) -> i64 {
    let tables: Vec<String> =
        column(pool, "SELECT name FROM sqlite_schema WHERE type = 'table'").await;
    let mut rows = 0;
    for table in tables {
        let count = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        rows += column::<i64>(pool, &count).await[0];
    }
    rows
}

/// The first column of a query.
async fn column<T: FieldType>(pool: &SqlitePool, sql: &str) -> Vec<T> {
    let rows = Db::from(pool.clone()).fetch_all(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}
