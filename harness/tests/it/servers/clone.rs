//! `isolation = "clone"` on a server: a slot that is put back.

use testudo::Isolation;
use testudo::prelude::*;

use super::{add_shelf, shelves, stock};

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn what_is_committed_is_gone_with_the_test(of: TestContext) -> testudo::Result {
    for _ in 0..3 {
        let ctx = stock(of.backend(), Isolation::Clone).start().await?;
        add_shelf(ctx.db(), "second").await?;
        ctx.db()
            .script("DELETE FROM shelves WHERE name = 'first'")
            .await?;
        let other = Db::connect(ctx.url()).await?;
        assert_eq!(shelves(&other).await, ["second"]);
        add_shelf(&other, "third").await?;
        drop(other);
        assert_eq!(shelves(ctx.db()).await, ["second", "third"]);
        ctx.finish().await?;
    }
    let ctx = stock(of.backend(), Isolation::Rollback).start().await?;
    assert_eq!(shelves(ctx.db()).await, ["first"]);
    ctx.finish().await?;
    Ok(())
}

/// MySQL and MariaDB go on counting: to put AUTO_INCREMENT back costs more than all the rest.
#[orm_test(backends(postgres))]
async fn keys_that_the_database_makes_start_where_they_did(of: TestContext) -> testudo::Result {
    let mut seen = Vec::new();
    for _ in 0..3 {
        let ctx = stock(of.backend(), Isolation::Clone).start().await?;
        add_shelf(ctx.db(), "second").await?;
        let rows = ctx
            .db()
            .fetch_all("SELECT id FROM shelves WHERE name = 'second'", &[])
            .await?;
        seen.push(rows[0].get::<i64>(0)?);
        ctx.finish().await?;
    }
    assert_eq!(seen, [2, 2, 2]);
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_clone_whose_tables_were_changed_is_made_anew(of: TestContext) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Clone).start().await?;
    let ddl = "DROP TABLE items; ALTER TABLE shelves ADD COLUMN note VARCHAR(9); \
               CREATE TABLE extra (id INTEGER PRIMARY KEY)";
    ctx.db().script(ddl).await?;
    ctx.finish().await?;
    for isolation in [Isolation::Clone, Isolation::Rollback] {
        let ctx = stock(of.backend(), isolation).start().await?;
        assert_eq!(shelves(ctx.db()).await, ["first"]);
        assert!(
            ctx.db()
                .fetch_all("SELECT id FROM items", &[])
                .await?
                .is_empty()
        );
        let note = ctx.db().fetch_all("SELECT note FROM shelves", &[]).await;
        assert!(note.is_err());
        let extra = ctx.db().fetch_all("SELECT id FROM extra", &[]).await;
        assert!(extra.is_err());
        ctx.finish().await?;
    }
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_connection_that_is_left_open_does_not_keep_the_slot(of: TestContext) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Clone).start().await?;
    let (db, (started, wait)) = (
        Db::connect(ctx.url()).await?,
        tokio::sync::oneshot::channel(),
    );
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        db.transaction(async |tx| {
            tx.script("UPDATE shelves SET name = 'locked'").await?;
            started.send(()).unwrap();
            let _ = ended.await;
            Ok::<(), testudo::orm::Error>(())
        })
        .await
    });
    wait.await?;
    ctx.finish().await?;
    let ctx = stock(of.backend(), Isolation::Clone).start().await?;
    assert_eq!(shelves(ctx.db()).await, ["first"]);
    ctx.finish().await?;
    end.send(()).unwrap();
    let ended: testudo::orm::Result<()> = task.await?;
    assert!(ended.is_err());
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/stock",
    isolation = "clone"
)]
async fn writers_wait_for_one_another(db: Db) -> testudo::Result {
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                for i in 0..10 {
                    let name = format!("{task}-{i}");
                    let added: testudo::orm::Result<()> =
                        db.transaction(async |tx| add_shelf(&tx, &name).await).await;
                    added?;
                }
                Ok::<(), testudo::orm::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    assert_eq!(shelves(&db).await.len(), 41);
    Ok(())
}
