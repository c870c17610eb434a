//! One isolated test on SQLite: ten tables, one insert, one count; the template is warm.
//!
//! Beside it the mechanism of `#[sqlx::test]` (a database file, the migrations run anew) and the
//! floor: restoring an image into a connection, with nothing around it.

#[path = "isolation/servers.rs"]
mod servers;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::testing::{TestArgs, TestSupport};
use sqlx::{Connection, Sqlite, SqliteConnection, SqlitePool};
use testudo::prelude::*;
use testudo_benches::{MIGRATIONS, SCHEMA, insert_and_count, runtime};

async fn one_test(isolation: Isolation) -> i64 {
    let ctx = test_context()
        .migrations(MIGRATIONS)
        .isolation(isolation)
        .start()
        .await
        .unwrap();
    let count = insert_and_count(&ctx.pool().await.unwrap()).await.unwrap();
    ctx.finish().await.unwrap();
    count
}

/// What the expansion of `#[sqlx::test]` does for one test.
async fn one_sqlx_test(migrator: &Migrator) -> i64 {
    let args = TestArgs::new("testudo_benches::isolation");
    let context = Sqlite::test_context(&args).await.unwrap();
    let mut connection = SqliteConnection::connect_with(&context.connect_opts)
        .await
        .unwrap();
    migrator
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let pool = context
        .pool_opts
        .connect_with(context.connect_opts)
        .await
        .unwrap();
    let count = insert_and_count(&pool).await.unwrap();
    pool.close().await;
    Sqlite::cleanup_test(&context.db_name).await.unwrap();
    count
}

async fn one_restored_image(image: &[u8]) -> i64 {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with("sqlite::memory:".parse().unwrap())
        .await
        .unwrap();
    restore(&pool, image).await;
    let count = insert_and_count(&pool).await.unwrap();
    pool.close().await;
    count
}

async fn restore(pool: &SqlitePool, image: &[u8]) {
    let owned = sqlx::sqlite::SqliteOwnedBuf::try_from(image).unwrap();
    pool.acquire()
        .await
        .unwrap()
        .deserialize(None, owned, false)
        .await
        .unwrap();
}

async fn image() -> Vec<u8> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(SCHEMA)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.serialize(None).await.unwrap().to_vec()
}

fn isolation(c: &mut Criterion) {
    let runtime = runtime();
    let migrator = runtime
        .block_on(Migrator::new(Path::new(MIGRATIONS).join("sqlite")))
        .unwrap();
    let image = runtime.block_on(image());
    assert_eq!(runtime.block_on(one_test(Isolation::Rollback)), 1);
    assert_eq!(runtime.block_on(one_sqlx_test(&migrator)), 1);

    let mut group = c.benchmark_group("isolation");
    group.bench_function("sqlite/floor-image", |b| {
        b.iter(|| runtime.block_on(one_restored_image(black_box(&image))));
    });
    group.bench_function("sqlite/rollback", |b| {
        b.iter(|| runtime.block_on(one_test(Isolation::Rollback)));
    });
    group.bench_function("sqlite/clone", |b| {
        b.iter(|| runtime.block_on(one_test(Isolation::Clone)));
    });
    group.bench_function("sqlite/fresh", |b| {
        b.iter(|| runtime.block_on(one_test(Isolation::Fresh)));
    });
    group.bench_function("sqlite/sqlx-test", |b| {
        b.iter(|| runtime.block_on(one_sqlx_test(&migrator)));
    });
    group.finish();
}

criterion_group!(benches, isolation, servers::isolation);
criterion_main!(benches);
