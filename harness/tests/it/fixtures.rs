//! YAML fixtures against a real database of each backend: files in, rows out.

mod keys;
mod many_to_many;
mod mistakes;
mod order;
mod refusals;
mod robustness;
mod servers;
mod source;
mod values;

use std::path::{Path, PathBuf};

use testudo::fixtures::{FixtureErrors, Fixtures, Labels};
use testudo::prelude::*;
use testudo::sql::Dialect;
use testudo_orm::FieldType;

/// Makes the tables of a schema in the empty database of a test.
///
/// The schema is in the words of SQLite, apart from foreign keys, which stand at the end of a table: MySQL before 9
/// passes over `REFERENCES` behind a column.
async fn database(ctx: &TestContext, schema: &str) {
    let words: &[(&str, &str)] = match ctx.backend().dialect() {
        Dialect::Sqlite => &[],
        Dialect::Postgres => &[
            (" DATETIME", " TIMESTAMPTZ"),
            (" BLOB", " BYTEA"),
            (" JSON", " JSONB"),
        ],
        Dialect::MySql | Dialect::MariaDb => &[
            (" DATETIME", " DATETIME(6)"),
            (" TIME,", " TIME(6),"),
            (" UUID", " BINARY(16)"),
        ],
    };
    let schema = words
        .iter()
        .fold(schema.to_owned(), |schema, (ours, theirs)| {
            schema.replace(ours, theirs)
        });
    if !schema.is_empty() {
        ctx.db().script(&schema).await.unwrap();
    }
}

/// Where the folders of the tests on a backend lie.
fn root(backend: Backend) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("fixtures")
        .join(backend.name())
}

/// A folder of its own for one test on one backend, with these files in it.
fn folder(backend: Backend, test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let dir = root(backend).join(test);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
    }
    dir
}

/// Fixtures of one file.
fn fixtures(ctx: &TestContext, test: &str, yaml: &str) -> Fixtures {
    let dir = folder(ctx.backend(), test, &[("shop.yml", yaml.as_bytes())]);
    Fixtures::read(&dir, &["shop"]).unwrap()
}

async fn load(ctx: &TestContext, test: &str, schema: &str, yaml: &str) -> Labels {
    database(ctx, schema).await;
    fixtures(ctx, test, yaml)
        .load(ctx.db(), 1)
        .await
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// The report of a load that has to fail, with the folder's path left out; nothing may be there afterwards.
async fn report(ctx: &TestContext, test: &str, schema: &str, yaml: &str) -> String {
    database(ctx, schema).await;
    let errors = fixtures(ctx, test, yaml)
        .load(ctx.db(), 1)
        .await
        .expect_err("these fixtures are wrong");
    assert_eq!(
        rows(ctx).await,
        0,
        "a failed load left rows behind:\n{errors}"
    );
    shown(ctx.backend(), &errors)
}

/// What an error says, without the path of its folder, and with the types of the schema as the tests write them:
/// each server has words of its own for a type.
fn shown(backend: Backend, errors: &FixtureErrors) -> String {
    let root = format!("{}/", root(backend).display());
    let mut text = errors.to_string().replace(&root, "");
    for (ours, theirs) in [
        ("INTEGER", ["integer", "int(11)", "int"]),
        ("SMALLINT", ["smallint", "smallint(6)", "smallint"]),
        (
            "VARCHAR(10)",
            ["character varying(10)", "varchar(10)", "varchar(10)"],
        ),
        ("BOOLEAN", ["boolean", "tinyint(1)", "tinyint(1)"]),
        (
            "DECIMAL(6, 2)",
            ["numeric(6,2)", "decimal(6,2)", "decimal(6,2)"],
        ),
        ("DATE", ["date"; 3]),
        ("TEXT", ["text"; 3]),
    ] {
        for theirs in theirs {
            let at_the_end = |theirs| format!(", which is {theirs}\n");
            text = text.replace(&at_the_end(theirs), &at_the_end(ours));
        }
    }
    text
}

/// The number of rows in all tables.
async fn rows(ctx: &TestContext) -> i64 {
    let db = ctx.db();
    let tables: Vec<String> = match ctx.backend().dialect() {
        Dialect::Sqlite => column(db, "SELECT name FROM sqlite_schema WHERE type = 'table'").await,
        Dialect::Postgres => {
            column(
                db,
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
            )
            .await
        }
        Dialect::MySql | Dialect::MariaDb => {
            column(
                db,
                "SELECT CAST(TABLE_NAME AS CHAR) FROM information_schema.TABLES \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
            )
            .await
        }
    };
    let mut rows = 0;
    for table in tables {
        let table = quoted(ctx.backend(), &table);
        rows += column::<i64>(db, &format!("SELECT count(*) FROM {table}")).await[0];
    }
    rows
}

fn quoted(backend: Backend, name: &str) -> String {
    match backend.dialect() {
        Dialect::Sqlite | Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        Dialect::MySql | Dialect::MariaDb => format!("`{}`", name.replace('`', "``")),
    }
}

/// The first column of a query.
async fn column<T: FieldType>(db: &Db, sql: &str) -> Vec<T> {
    let rows = db.fetch_all(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}
