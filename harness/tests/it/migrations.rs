//! Migrations from a directory, in sqlx's layout.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{MySqlPool, PgPool};
use testudo::prelude::*;
use testudo::sql::Dialect;
use testudo::{Error, Isolation, TestContextBuilder};

use crate::scratch::Scratch;
use crate::{count, pool};

async fn error(dir: &Path) -> Error {
    test_context().migrations(dir).start().await.unwrap_err()
}

/// A context with the migrations of a directory, on the backend of another one.
fn migrated(outer: &TestContext, dir: &Path) -> TestContextBuilder {
    test_context().backend(outer.backend()).migrations(dir)
}

async fn rows(ctx: &TestContext, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    ctx.db().fetch_all(sql, &[]).await.unwrap()[0]
        .get(0)
        .unwrap()
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop"
)]
async fn up_migrations_run_and_down_migrations_do_not(ctx: TestContext) {
    assert_eq!(rows(&ctx, "orders").await, 0);
    assert_eq!(rows(&ctx, "users").await, 1);
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    isolation = "clone"
)]
async fn an_application_that_migrates_at_its_start_finds_nothing_to_do(ctx: TestContext) {
    let folder = match ctx.backend() {
        Backend::MariaDb => Backend::MySql,
        backend => backend,
    };
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/migrations/shop");
    let migrator = Migrator::new(shop.join(folder.name())).await.unwrap();
    let run = match ctx.backend().dialect() {
        Dialect::Sqlite => migrator.run(&ctx.pool::<SqlitePool>().await.unwrap()).await,
        Dialect::Postgres => migrator.run(&ctx.pool::<PgPool>().await.unwrap()).await,
        Dialect::MySql | Dialect::MariaDb => {
            migrator.run(&ctx.pool::<MySqlPool>().await.unwrap()).await
        }
    };
    run.unwrap();
    assert_eq!(rows(&ctx, "users").await, 1);
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn versions_run_in_the_order_of_their_numbers(outer: TestContext) {
    let dir = Scratch::new()
        .with("10_b.sql", "INSERT INTO t VALUES (2);")
        .with("9_a.sql", "CREATE TABLE t (x INTEGER);");
    let ctx = migrated(&outer, dir.path()).start().await.unwrap();
    assert_eq!(rows(&ctx, "t").await, 1);
    ctx.finish().await.unwrap();
}

#[orm_test(backends(sqlite, postgres))]
async fn a_migration_without_a_transaction_runs_outside_one(outer: TestContext) {
    let dir = Scratch::new()
        .with("1_t.sql", "CREATE TABLE t (x INTEGER);")
        .with("2_vacuum.sql", "-- no-transaction\nVACUUM;");
    let ctx = migrated(&outer, dir.path()).start().await.unwrap();
    assert_eq!(rows(&ctx, "t").await, 0);
    ctx.finish().await.unwrap();
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn a_session_that_a_migration_changed_is_not_that_of_the_fixtures(outer: TestContext) {
    let setting = match outer.backend().dialect() {
        Dialect::Sqlite => "SELECT 1;",
        Dialect::Postgres => "SET session_replication_role = replica;",
        Dialect::MySql | Dialect::MariaDb => "SET foreign_key_checks = 0;",
    };
    let dir = Scratch::new().with(
        "1_t.sql",
        &format!(
            "CREATE TABLE a (id INTEGER PRIMARY KEY);
             CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER, FOREIGN KEY (a_id) REFERENCES a (id));
             {setting}"
        ),
    );
    let dir = dir.with("b.yml", "b: { x: { a_id: 7 } }");
    let builder = migrated(&outer, dir.path())
        .fixtures_dir(dir.path())
        .fixtures(["b"]);
    for isolation in [Isolation::Rollback, Isolation::Fresh] {
        let error = builder
            .clone()
            .isolation(isolation)
            .start()
            .await
            .unwrap_err();
        assert!(error.is_fixtures(), "{error}");
    }
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn a_migration_that_fails_is_named_with_its_statement_and_the_servers_words(
    outer: TestContext,
) {
    let words = match outer.backend().dialect() {
        Dialect::Sqlite => [
            "table b has 1 columns but 2 values were supplied",
            "near \"TABEL\": syntax error",
        ],
        Dialect::Postgres => [
            "INSERT has more expressions than target columns",
            "syntax error at or near \"TABEL\"",
        ],
        Dialect::MySql => [
            "Column count doesn't match value count at row 1",
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'TABEL\n  c (x);\nSELECT 1' at line 1",
        ],
        Dialect::MariaDb => [
            "Column count doesn't match value count at row 1",
            "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'TABEL\n  c (x);\nSELECT 1' at line 2",
        ],
    };
    let places = [
        (
            3,
            "INSERT INTO b VALUES (';', 1)",
            "-- orders\nCREATE TABLE b (x INTEGER);\nINSERT INTO b VALUES (';', 1);\n\nSELECT 1;",
        ),
        (
            4,
            "CREATE TABEL c (x)",
            "-- orders\nCREATE TABLE b (x INTEGER);\n\nCREATE TABEL\n  c (x);\nSELECT 1;",
        ),
    ];
    for isolation in [Isolation::Rollback, Isolation::Fresh] {
        for (words, (line, statement, script)) in words.into_iter().zip(places) {
            let dir = Scratch::new()
                .with("1_good.sql", "CREATE TABLE a (x INTEGER);")
                .with("2_bad.sql", script);
            let builder = migrated(&outer, dir.path()).isolation(isolation);
            let error = builder.start().await.unwrap_err();
            assert!(error.is_migration());
            assert_eq!(
                error.to_string(),
                format!(
                    "migration `{}` failed at line {line}: {words}; in the statement `{statement}`",
                    dir.path().join("2_bad.sql").display()
                )
            );
        }
    }
}

#[orm_test(backends(mysql, mariadb))]
async fn no_statement_is_named_where_a_procedure_hides_which_one_it_was(outer: TestContext) {
    let procedure = "CREATE PROCEDURE twice() BEGIN SELECT 1; SELECT 2; END;";
    let failing = |script: &str| {
        let dir = Scratch::new().with("1_init.sql", &format!("{procedure}\n{script}"));
        let builder = migrated(&outer, dir.path());
        async move {
            let error = builder.start().await.unwrap_err().to_string();
            drop(dir);
            error
        }
    };
    let error = failing("SELECT 1;\nINSERT INTO nowhere VALUES (1);").await;
    assert!(error.contains("failed at line 3: "), "{error}");
    assert!(
        error.ends_with("in the statement `INSERT INTO nowhere VALUES (1)`"),
        "{error}"
    );
    let error = failing("CALL twice();\nINSERT INTO nowhere VALUES (1);").await;
    assert!(error.contains("1_init.sql` failed: "), "{error}");
    assert!(!error.contains("in the statement"), "{error}");
}

#[orm_test(backends(postgres))]
async fn a_function_with_semicolons_is_one_statement(outer: TestContext) {
    let dir = Scratch::new().with(
        "1_init.sql",
        "CREATE TABLE t (x INTEGER);
         CREATE FUNCTION one() RETURNS INTEGER AS $$ BEGIN PERFORM 1; RETURN 1; END $$ LANGUAGE plpgsql;
         CREATE FUNCTION two() RETURNS INTEGER BEGIN ATOMIC SELECT 1; SELECT 2; END;
         INSERT INTO t SELECT one() + two();
         INSERT INTO t VALUES ('; x');",
    );
    let error = migrated(&outer, dir.path())
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("failed at line 5: invalid input syntax for type integer"),
        "{error}"
    );
    assert!(
        error.ends_with("in the statement `INSERT INTO t VALUES ('; x')`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_named() {
    let error = error(Path::new("no/such/dir")).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("no/such/dir");
    let start = format!(
        "failed to read the migrations directory `{}`: ",
        path.display()
    );
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[tokio::test]
async fn a_directory_without_migrations_is_a_mistake() {
    let dir = Scratch::new()
        .with("init.sql", "SELECT 1;")
        .with("README.md", "");
    let error = error(dir.path()).await;
    assert!(error.is_configuration());
    assert!(error.to_string().contains("has no migrations"), "{error}");
    assert!(
        error.to_string().ends_with("passed over: `init.sql`"),
        "{error}"
    );
}

#[tokio::test]
async fn two_migrations_of_one_version_are_a_mistake() {
    let dir = Scratch::new()
        .with("1_a.sql", "SELECT 1;")
        .with("1_b.up.sql", "SELECT 1;")
        .with("1_b.down.sql", "SELECT 1;");
    let error = error(dir.path()).await.to_string();
    assert!(
        error.starts_with("two migrations have the same version: "),
        "{error}"
    );
    assert!(
        error.contains("1_a.sql` and `") || error.contains("1_b.up.sql` and `"),
        "{error}"
    );
}

#[tokio::test]
async fn a_version_that_is_no_number_is_a_mistake() {
    let dir = Scratch::new().with("first_init.sql", "SELECT 1;");
    let error = error(dir.path()).await;
    assert!(error.is_migration());
    assert!(
        error.to_string().contains("`first` is no version"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_of_the_backend_has_its_migrations() {
    let dir = Scratch::new()
        .with("sqlite/1_t.sql", "CREATE TABLE t (x);")
        .with("postgres/1_t.sql", "this is for Postgres alone");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 0);
    ctx.finish().await.unwrap();
    // A file in the folder is noticed like one in the directory itself.
    let dir = dir.with("sqlite/2_u.sql", "CREATE TABLE u (x);");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "u").await, 0);
}

#[tokio::test]
async fn migrations_beside_the_folder_of_the_backend_are_a_mistake() {
    let dir = Scratch::new()
        .with("sqlite/1_t.sql", "CREATE TABLE t (x);")
        .with("2_u.sql", "CREATE TABLE u (x);");
    let error = error(dir.path()).await;
    assert!(error.is_configuration());
    let start = format!(
        "the folder `{}` has migrations for sqlite, and `{}` lies beside it; ",
        dir.path().join("sqlite").display(),
        dir.path().join("2_u.sql").display()
    );
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[tokio::test]
async fn a_folder_of_another_backend_is_passed_over() {
    let dir = Scratch::new()
        .with("postgres/1_t.sql", "this is for Postgres alone")
        .with("1_t.sql", "CREATE TABLE t (x);");
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "t").await, 0);
}
