//! One isolated test on a server: ten tables, one insert, one count; the template is warm.
//!
//! Beside each level its floor, on connections that nobody isolates, and the mechanism of
//! `#[sqlx::test]` (a database of its own, migrated anew and dropped), written out: sqlx's finds its
//! server by `DATABASE_URL`, of which a process has one. Built with `--profile dev` it measures what
//! users have, who run tests in debug builds.

use criterion::Criterion;
use testudo::prelude::*;
use testudo_benches::MIGRATIONS;
use tokio::runtime::Runtime;

const INSERT: &str = "INSERT INTO users (username, email, date_joined) \
                      VALUES ('alice', 'alice@example.com', '2024-01-01 00:00:00')";
const COUNT: &str = "SELECT COUNT(*) FROM users";
/// Two more tables, for a slot that has three to put back.
const MORE: [&str; 2] = [
    "INSERT INTO tags (name) VALUES ('new')",
    "INSERT INTO categories (name) VALUES ('new')",
];

async fn start(backend: Backend, isolation: Isolation) -> testudo::Result<TestContext> {
    let builder = test_context().backend(backend).migrations(MIGRATIONS);
    Ok(builder.isolation(isolation).start().await?)
}

async fn with_db(backend: Backend, isolation: Isolation) {
    let ctx = start(backend, isolation).await.unwrap();
    ctx.db().execute(INSERT, &[]).await.unwrap();
    let rows = ctx.db().fetch_all(COUNT, &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    ctx.finish().await.unwrap();
}

macro_rules! driver {
    ($module:ident, $driver:ident, $pool:ident, $connection:ident) => {
        mod $module {
            use criterion::BenchmarkGroup;
            use criterion::measurement::WallTime;
            use sqlx::migrate::Migrator;
            use sqlx::pool::PoolOptions;
            use sqlx::{AssertSqlSafe, Connection, Executor, $connection, $driver};

            use super::*;

            async fn insert_and_count(connection: &mut $connection) {
                sqlx::query(INSERT).execute(&mut *connection).await.unwrap();
                let count: i64 = sqlx::query_scalar(COUNT)
                    .fetch_one(connection)
                    .await
                    .unwrap();
                assert_eq!(count, 1);
            }

            async fn rolled_back(connection: &mut $connection) {
                let mut transaction = connection.begin().await.unwrap();
                insert_and_count(&mut transaction).await;
                transaction.rollback().await.unwrap();
            }

            async fn pool_of_one(url: &str) -> sqlx::Pool<$driver> {
                let options = PoolOptions::new().max_connections(1);
                options.connect(url).await.unwrap()
            }

            async fn floor_pool(url: &str) {
                let pool = pool_of_one(url).await;
                rolled_back(&mut pool.acquire().await.unwrap()).await;
                pool.close().await;
            }

            async fn with_pool(backend: Backend) {
                let ctx = start(backend, Isolation::Rollback).await.unwrap();
                let pool: $pool = ctx.pool().await.unwrap();
                insert_and_count(&mut pool.acquire().await.unwrap()).await;
                ctx.finish().await.unwrap();
            }

            /// Commits to three tables of ten, on one connection.
            async fn clone(backend: Backend) {
                let ctx = start(backend, Isolation::Clone).await.unwrap();
                let pool: $pool = ctx.pool().await.unwrap();
                let mut connection = pool.acquire().await.unwrap();
                insert_and_count(&mut connection).await;
                for statement in MORE {
                    connection.execute(statement).await.unwrap();
                }
                drop(connection);
                ctx.finish().await.unwrap();
            }

            /// The same work on a connection that is opened for it, with nothing to put back after it.
            async fn floor_clone(url: &str) {
                let pool = pool_of_one(url).await;
                let mut connection = pool.acquire().await.unwrap();
                let mut transaction = connection.begin().await.unwrap();
                insert_and_count(&mut transaction).await;
                for statement in MORE {
                    transaction.execute(statement).await.unwrap();
                }
                transaction.rollback().await.unwrap();
                drop(connection);
                pool.close().await;
            }

            async fn sqlx_test(url: &str, migrator: &Migrator) {
                let name = "testudo_bench_of_sqlx_test";
                let mut server = $connection::connect(url).await.unwrap();
                for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
                    let statement = AssertSqlSafe(format!("{statement} {name}"));
                    server.execute(statement).await.unwrap();
                }
                let path = url.rfind('/').unwrap();
                let own = format!("{}/{name}", &url[..path]);
                let mut connection = $connection::connect(&own).await.unwrap();
                migrator
                    .run_direct(None, &mut connection, false)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
                let pool = pool_of_one(&own).await;
                insert_and_count(&mut pool.acquire().await.unwrap()).await;
                pool.close().await;
                let statement = AssertSqlSafe(format!("DROP DATABASE {name}"));
                server.execute(statement).await.unwrap();
                server.close().await.unwrap();
            }

            pub(super) fn bench(
                group: &mut BenchmarkGroup<'_, WallTime>,
                runtime: &Runtime,
                backend: Backend,
            ) {
                // The floors work on a slot of their own, as long as this context lives.
                let slot = match runtime.block_on(start(backend, Isolation::Clone)) {
                    Ok(slot) => slot,
                    Err(failure) => {
                        eprintln!("no bench on {backend}: {failure:?}");
                        return;
                    }
                };
                let url = slot.url().to_owned();
                let folder = match backend {
                    Backend::Postgres => "postgres",
                    _ => "mysql",
                };
                let folder = std::path::Path::new(MIGRATIONS).join(folder);
                let migrator = runtime.block_on(Migrator::new(folder)).unwrap();
                let mut kept = runtime.block_on($connection::connect(&url)).unwrap();
                group.bench_function(format!("{backend}/floor-transaction"), |b| {
                    b.iter(|| runtime.block_on(rolled_back(&mut kept)));
                });
                group.bench_function(format!("{backend}/rollback-db"), |b| {
                    b.iter(|| runtime.block_on(with_db(backend, Isolation::Rollback)));
                });
                group.bench_function(format!("{backend}/floor-pool"), |b| {
                    b.iter(|| runtime.block_on(floor_pool(&url)));
                });
                group.bench_function(format!("{backend}/rollback-pool"), |b| {
                    b.iter(|| runtime.block_on(with_pool(backend)));
                });
                group.bench_function(format!("{backend}/floor-clone"), |b| {
                    b.iter(|| runtime.block_on(floor_clone(&url)));
                });
                group.bench_function(format!("{backend}/clone"), |b| {
                    b.iter(|| runtime.block_on(clone(backend)));
                });
                group.sample_size(10);
                group.bench_function(format!("{backend}/fresh"), |b| {
                    b.iter(|| runtime.block_on(with_db(backend, Isolation::Fresh)));
                });
                group.bench_function(format!("{backend}/sqlx-test"), |b| {
                    b.iter(|| runtime.block_on(sqlx_test(&url, &migrator)));
                });
                group.sample_size(50);
                runtime.block_on(kept.close()).unwrap();
                runtime.block_on(slot.finish()).unwrap();
            }
        }
    };
}

driver!(postgres, Postgres, PgPool, PgConnection);
driver!(mysql, MySql, MySqlPool, MySqlConnection);

/// Every server that `TESTUDO_BACKENDS` names, or that is there.
pub(super) fn isolation(c: &mut Criterion) {
    let runtime = testudo_benches::runtime();
    let named = std::env::var("TESTUDO_BACKENDS").unwrap_or_default();
    let is_wanted = |backend: Backend| {
        named.is_empty() || named == "all" || named.split(',').any(|name| name == backend.name())
    };
    let mut group = c.benchmark_group("isolation");
    group.sample_size(50);
    for backend in [Backend::Postgres, Backend::MySql, Backend::MariaDb] {
        if !is_wanted(backend) {
            continue;
        }
        match backend {
            Backend::Postgres => postgres::bench(&mut group, &runtime, backend),
            _ => mysql::bench(&mut group, &runtime, backend),
        }
    }
    group.finish();
}
