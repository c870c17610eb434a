//! "Migrations": the schema of production, tested as it is deployed.

use std::path::Path;

use billing::models::{AuditLog, Customer, Invoice, Payment};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use testudo::prelude::*;

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");

async fn migrator() -> testudo::Result<Migrator> {
    Ok(Migrator::new(Path::new(MIGRATIONS)).await?)
}

async fn tables(pool: &SqlitePool) -> testudo::Result<Vec<String>> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                  AND name <> '_sqlx_migrations' ORDER BY name";
    Ok(sqlx::query_scalar(tables).fetch_all(pool).await?)
}

#[orm_test(migrations = "migrations", isolation = "fresh")]
async fn an_empty_database_becomes_one_with_every_table(pool: SqlitePool) -> testudo::Result {
    let expected = ["audit_log", "customers", "invoices", "payments"];
    assert_eq!(tables(&pool).await?, expected);
    Ok(())
}

#[orm_test(migrations = "migrations", isolation = "fresh")]
async fn migrating_again_changes_nothing(pool: SqlitePool) -> testudo::Result {
    // It also compares the checksums of what was applied with the files.
    migrator().await?.run(&pool).await?;
    let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations")
        .fetch_one(&pool)
        .await?;
    assert_eq!(applied, 3);
    Ok(())
}

#[orm_test(migrations = "migrations", isolation = "fresh")]
async fn each_migration_is_undone_by_its_other_half(pool: SqlitePool) -> testudo::Result {
    let migrator = migrator().await?;
    migrator.undo(&pool, 1).await?;
    assert_eq!(tables(&pool).await?, ["customers"]);
    migrator.undo(&pool, 0).await?;
    assert!(tables(&pool).await?.is_empty());
    migrator.run(&pool).await?;
    assert_eq!(tables(&pool).await?.len(), 4);
    Ok(())
}

/// Name, type, NOT NULL, default and place in the key of every column.
async fn columns(pool: &SqlitePool) -> testudo::Result<Vec<(String, String)>> {
    let columns = "SELECT t.name, concat_ws(' | ', c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk) \
                   FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> '_sqlx_migrations' \
                   ORDER BY t.name, c.cid";
    Ok(sqlx::query_as(columns).fetch_all(pool).await?)
}

/// What every foreign key points to, and what happens on delete.
async fn foreign_keys(pool: &SqlitePool) -> testudo::Result<Vec<(String, String)>> {
    let keys = "SELECT t.name, concat_ws(' | ', k.\"from\", k.\"table\", k.\"to\", k.on_delete) \
                FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k \
                WHERE t.type = 'table' ORDER BY t.name, k.\"from\"";
    Ok(sqlx::query_as(keys).fetch_all(pool).await?)
}

/// The columns of every index, and whether it is unique.
async fn indexes(pool: &SqlitePool) -> testudo::Result<Vec<(String, String)>> {
    let indexes = "SELECT t.name, i.\"unique\" || ' | ' || \
                       (SELECT group_concat(c.name ORDER BY c.seqno) FROM pragma_index_info(i.name) AS c) \
                   FROM sqlite_schema AS t, pragma_index_list(t.name) AS i \
                   WHERE t.type = 'table' AND t.name <> '_sqlx_migrations' ORDER BY 1, 2";
    Ok(sqlx::query_as(indexes).fetch_all(pool).await?)
}

#[orm_test(migrations = "migrations")]
async fn the_models_describe_the_migrated_schema(migrated: SqlitePool) -> testudo::Result {
    let generated = test_context()
        .model::<Customer>()
        .model::<Invoice>()
        .model::<Payment>()
        .model::<AuditLog>()
        .start()
        .await?;
    let generated = &generated.pool().await?;

    assert_eq!(columns(generated).await?, columns(&migrated).await?);
    assert_eq!(
        foreign_keys(generated).await?,
        foreign_keys(&migrated).await?
    );
    assert_eq!(indexes(generated).await?, indexes(&migrated).await?);
    assert_eq!(columns(&migrated).await?.len(), 24);
    Ok(())
}
