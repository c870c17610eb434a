//! `isolation = "rollback"` on a server: one connection, kept from test to test.

use testudo::Isolation;
use testudo::prelude::*;

use super::{add_shelf, shelves, stock};

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn what_one_test_writes_the_next_does_not_see(of: TestContext) -> testudo::Result {
    for _ in 0..3 {
        let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
        add_shelf(ctx.db(), "second").await?;
        assert_eq!(shelves(ctx.db()).await, ["first", "second"]);
        ctx.finish().await?;
    }
    Ok(())
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn tests_at_the_same_time_insert_the_same_unique_key_without_waiting(
    of: TestContext,
) -> testudo::Result {
    let mut open = Vec::new();
    for _ in 0..3 {
        let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
        add_shelf(ctx.db(), "second").await?;
        open.push(ctx);
    }
    for ctx in open {
        assert_eq!(shelves(ctx.db()).await, ["first", "second"]);
        ctx.finish().await?;
    }
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/stock"
)]
async fn a_failed_statement_does_not_poison_the_test(db: Db) -> testudo::Result {
    add_shelf(&db, "second").await?;
    let error = add_shelf(&db, "first").await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(shelves(&db).await, ["first", "second"]);
    let twice: testudo::orm::Result<()> = db
        .transaction(async |tx| {
            add_shelf(&tx, "third").await?;
            add_shelf(&tx, "first").await
        })
        .await;
    let error = twice.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(shelves(&db).await, ["first", "second"]);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/stock"
)]
async fn tasks_take_turns_on_the_connection(db: Db) -> testudo::Result {
    let tasks: Vec<_> = (0..20)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(async move {
                let name = format!("shelf {i:02}");
                let added: testudo::orm::Result<()> =
                    db.transaction(async |tx| add_shelf(&tx, &name).await).await;
                added
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    assert_eq!(shelves(&db).await.len(), 21);
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn what_a_second_connection_commits_fails_the_test_and_names_the_table(
    of: TestContext,
) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    add_shelf(ctx.db(), "rolled back").await?;
    let other = Db::connect(ctx.url()).await?;
    other
        .script("INSERT INTO items (shelf_id, amount) VALUES (1, 1)")
        .await?;
    drop(other);
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost(), "{error}");
    assert!(error.to_string().contains("`items`"), "{error}");
    assert!(!error.to_string().contains("`shelves`"), "{error}");
    assert!(
        error.to_string().contains("isolation = \"clone\""),
        "{error}"
    );
    // The slot is made anew before it serves again.
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    assert!(
        ctx.db()
            .fetch_all("SELECT id FROM items", &[])
            .await?
            .is_empty()
    );
    ctx.finish().await?;
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_task_that_still_holds_the_connection_fails_the_test(of: TestContext) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    let (db, (started, wait)) = (ctx.db().clone(), tokio::sync::oneshot::channel());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        db.transaction(async |tx| {
            add_shelf(&tx, "second").await?;
            started.send(()).unwrap();
            let _ = ended.await;
            Ok::<(), testudo::orm::Error>(())
        })
        .await
    });
    wait.await?;
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost(), "{error}");
    assert!(error.to_string().contains("still holds"), "{error}");
    end.send(()).unwrap();
    let _: testudo::orm::Result<()> = task.await?;
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    assert_eq!(shelves(ctx.db()).await, ["first"]);
    ctx.finish().await?;
    Ok(())
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn a_handle_that_outlives_its_test_is_refused(of: TestContext) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    let db = ctx.db().clone();
    ctx.finish().await?;
    let error = add_shelf(&db, "late").await.unwrap_err();
    assert!(
        matches!(error.as_sqlx(), Some(sqlx::Error::PoolClosed)),
        "{error}"
    );
    Ok(())
}

#[orm_test(backends(postgres))]
async fn who_ended_the_transaction_is_not_looked_for_among_our_own_statements(
    of: TestContext,
) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    ctx.db().script("ROLLBACK").await?;
    let error = ctx.finish().await.unwrap_err();
    assert!(error.is_isolation_lost(), "{error}");
    let error = error.to_string();
    assert!(error.contains("`ROLLBACK` sent as text"), "{error}");
    assert!(!error.contains("testudo_"), "{error}");
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_context_that_is_dropped_leaves_nothing_behind(of: TestContext) -> testudo::Result {
    for _ in 0..3 {
        let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
        add_shelf(ctx.db(), "second").await?;
        assert_eq!(shelves(ctx.db()).await, ["first", "second"]);
    }
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_start_that_is_cancelled_gives_its_seat_back(of: TestContext) -> testudo::Result {
    // More often than there are seats.
    for _ in 0..80 {
        let start = stock(of.backend(), Isolation::Rollback).start();
        let _ = tokio::time::timeout(std::time::Duration::ZERO, start).await;
    }
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    assert_eq!(shelves(ctx.db()).await, ["first"]);
    ctx.finish().await?;
    Ok(())
}

macro_rules! with_a_real_pool {
    ($module:ident, $pool:ident, $($backend:ident),+) => {
        mod $module {
            use sqlx::{Acquire, ConnectOptions, Executor};
            use testudo::Isolation;
            use testudo::prelude::*;

            use super::super::{add_shelf, shelves, stock};

            #[orm_test(backends($($backend),+), migrations = "tests/it/migrations/stock")]
            async fn the_transactions_of_the_application_are_savepoints(
                pool: $pool,
                db: Db,
            ) -> testudo::Result {
                let mut tx = pool.begin().await?;
                tx.execute("INSERT INTO shelves (name) VALUES ('kept')").await?;
                let mut nested = tx.begin().await?;
                nested.execute("INSERT INTO shelves (name) VALUES ('undone')").await?;
                nested.rollback().await?;
                tx.commit().await?;
                let mut dropped = pool.begin().await?;
                dropped.execute("INSERT INTO shelves (name) VALUES ('dropped')").await?;
                drop(dropped);
                assert_eq!(shelves(&db).await, ["first", "kept"]);
                Ok(())
            }

            #[orm_test(backends($($backend),+), migrations = "tests/it/migrations/stock")]
            async fn a_failed_statement_does_not_poison_the_pool(
                pool: $pool,
            ) -> testudo::Result {
                let twice = "INSERT INTO shelves (name) VALUES ('first')";
                pool.execute("INSERT INTO shelves (name) VALUES ('second')").await?;
                pool.execute(twice).await.unwrap_err();
                let n: i64 = sqlx::query_scalar("SELECT count(*) FROM shelves").fetch_one(&pool).await?;
                assert_eq!(n, 2);
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn the_handle_of_the_models_goes_over_to_the_pool(
                of: TestContext,
            ) -> testudo::Result {
                for _ in 0..3 {
                    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                    let pool: $pool = ctx.pool().await?;
                    pool.execute("INSERT INTO shelves (name) VALUES ('second')").await?;
                    add_shelf(ctx.db(), "third").await?;
                    assert_eq!(shelves(ctx.db()).await, ["first", "second", "third"]);
                    ctx.finish().await?;
                    assert!(pool.is_closed());
                }
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn a_pool_sees_what_was_written_before_it_was_asked_for(
                of: TestContext,
            ) -> testudo::Result {
                for _ in 0..2 {
                    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                    add_shelf(ctx.db(), "second").await?;
                    let pool: $pool = ctx.pool().await?;
                    let twice = "INSERT INTO shelves (name) VALUES ('first')";
                    pool.execute(twice).await.unwrap_err();
                    let n: i64 = sqlx::query_scalar("SELECT count(*) FROM shelves").fetch_one(&pool).await?;
                    assert_eq!(n, 2);
                    ctx.finish().await?;
                }
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn a_pool_that_is_asked_for_within_a_transaction_is_refused(
                of: TestContext,
            ) -> testudo::Result {
                let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                ctx.db()
                    .transaction(async |tx| {
                        add_shelf(&tx, "second").await?;
                        let error = ctx.pool::<$pool>().await.unwrap_err();
                        assert!(error.to_string().contains("outside of `db().transaction(..)`"), "{error}");
                        add_shelf(&tx, "third").await
                    })
                    .await?;
                assert_eq!(shelves(ctx.db()).await, ["first", "second", "third"]);
                ctx.finish().await?;
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn the_pool_leads_to_the_database_of_the_test(of: TestContext) -> testudo::Result {
                let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                let pool: $pool = ctx.pool().await?;
                let options = pool.connect_options();
                let database = options.get_database().unwrap().to_owned();
                assert!(ctx.url().contains(&database), "{database}");
                let mut other = options.connect().await?;
                let n: i64 = sqlx::query_scalar("SELECT count(*) FROM shelves").fetch_one(&mut other).await?;
                assert_eq!(n, 1);
                drop(other);
                ctx.finish().await?;
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn a_connection_of_the_pool_that_is_closed_fails_the_test(
                of: TestContext,
            ) -> testudo::Result {
                let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                let pool: $pool = ctx.pool().await?;
                pool.acquire().await?.close().await?;
                pool.execute("INSERT INTO shelves (name) VALUES ('second')").await?;
                let error = ctx.finish().await.unwrap_err();
                assert!(error.to_string().contains("lost with its connection"), "{error}");
                Ok(())
            }

            #[orm_test(backends($($backend),+))]
            async fn a_pool_that_the_application_closes_is_no_loss(
                of: TestContext,
            ) -> testudo::Result {
                for _ in 0..2 {
                    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
                    assert_eq!(shelves(ctx.db()).await, ["first"]);
                    let pool: $pool = ctx.pool().await?;
                    pool.execute("INSERT INTO shelves (name) VALUES ('second')").await?;
                    pool.close().await;
                    ctx.finish().await?;
                }
                Ok(())
            }
        }
    };
}

with_a_real_pool!(postgres, PgPool, postgres);
with_a_real_pool!(mysql, MySqlPool, mysql, mariadb);
