//! What `requires(..)` says of each backend, tried on all of them: a backend that has a capability passes,
//! one that has it not is expected to fail.

use testudo::prelude::*;

const TABLE: &str = "CREATE TABLE t (id INT PRIMARY KEY, n INT)";

async fn run(db: &Db, statements: &[&'static str]) -> testudo::Result {
    for statement in statements {
        db.execute(*statement, &[]).await?;
    }
    Ok(())
}

async fn count(db: &Db, query: &'static str) -> testudo::Result<i64> {
    let rows = db.fetch_all(query, &[]).await?;
    Ok(rows[0].get(0)?)
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has no RETURNING"),
    isolation = "clone"
)]
async fn returning(db: Db) -> testudo::Result {
    run(&db, &[TABLE]).await?;
    assert_eq!(
        count(&db, "INSERT INTO t VALUES (7, 1) RETURNING id").await?,
        7
    );
    assert_eq!(
        count(&db, "DELETE FROM t WHERE n = 1 RETURNING id").await?,
        7
    );
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has no RETURNING", mariadb = "has none in UPDATE"),
    isolation = "clone"
)]
async fn update_returning(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "INSERT INTO t VALUES (7, 1)"]).await?;
    assert_eq!(count(&db, "UPDATE t SET n = 2 RETURNING id").await?, 7);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "locks the whole database"),
    isolation = "clone"
)]
async fn row_locks(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "INSERT INTO t VALUES (7, 1)"]).await?;
    assert_eq!(count(&db, "SELECT id FROM t FOR UPDATE").await?, 7);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "locks the whole database"),
    isolation = "clone"
)]
async fn skip_locked(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "INSERT INTO t VALUES (7, 1), (8, 1)"]).await?;
    let first = "SELECT id FROM t WHERE id = 7 FOR UPDATE";
    let free = "SELECT id FROM t FOR UPDATE SKIP LOCKED";
    db.transaction(async |tx| {
        assert_eq!(count(&tx, first).await?, 7);
        let rows = db.fetch_all(free, &[]).await?;
        assert_eq!(rows.len(), 1);
        Ok::<_, testudo::Failure>(())
    })
    .await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "has one writer"),
    isolation = "clone"
)]
async fn concurrent_writes(db: Db) -> testudo::Result {
    run(&db, &[TABLE]).await?;
    db.transaction(async |tx| {
        run(&tx, &["INSERT INTO t VALUES (1, 1)"]).await?;
        run(&db, &["INSERT INTO t VALUES (2, 1)"]).await
    })
    .await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "commits before DDL", mariadb = "commits before DDL"),
    isolation = "clone"
)]
async fn transactional_ddl(db: Db) -> testudo::Result {
    let undone = db
        .transaction(async |tx| {
            run(&tx, &[TABLE]).await?;
            Err::<(), testudo::Failure>("undo it".parse::<i64>().unwrap_err().into())
        })
        .await;
    undone.unwrap_err();
    run(&db, &[TABLE]).await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has none", mariadb = "has none"),
    isolation = "clone"
)]
async fn deferred_constraints(db: Db) -> testudo::Result {
    let child =
        "CREATE TABLE c (t INT, FOREIGN KEY (t) REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)";
    run(&db, &[TABLE, child]).await?;
    db.transaction(async |tx| {
        run(
            &tx,
            &["INSERT INTO c VALUES (1)", "INSERT INTO t VALUES (1, 1)"],
        )
        .await
    })
    .await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has none", mariadb = "has none"),
    isolation = "clone"
)]
async fn partial_indexes(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "CREATE INDEX i ON t (n) WHERE n > 0"]).await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has none", mariadb = "has none"),
    isolation = "clone"
)]
async fn full_join(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "INSERT INTO t VALUES (1, 2), (2, 3)"]).await?;
    let rows = "SELECT count(*) FROM t AS a FULL OUTER JOIN t AS b ON a.n = b.id";
    assert_eq!(count(&db, rows).await?, 3);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(mysql = "has none", mariadb = "has none"),
    isolation = "clone"
)]
async fn aggregate_filter(db: Db) -> testudo::Result {
    run(&db, &[TABLE, "INSERT INTO t VALUES (1, 2), (2, 3)"]).await?;
    assert_eq!(
        count(&db, "SELECT count(*) FILTER (WHERE n > 2) FROM t").await?,
        1
    );
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "keeps them as doubles"),
    isolation = "clone"
)]
async fn exact_decimals(db: Db) -> testudo::Result {
    let table = "CREATE TABLE d (n DECIMAL(30, 5))";
    let row = "INSERT INTO d VALUES (1234567890123456789.12345)";
    run(&db, &[table, row]).await?;
    let others = "SELECT count(*) FROM d WHERE n <> 1234567890123456789.12346";
    assert_eq!(count(&db, others).await?, 1);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "has none"),
    isolation = "clone"
)]
async fn advisory_locks(ctx: TestContext) -> testudo::Result {
    let lock = match ctx.backend() {
        Backend::Postgres => "SELECT CAST(pg_try_advisory_xact_lock(42) AS INT)",
        _ => "SELECT GET_LOCK('testudo capability', 1)",
    };
    assert_eq!(count(ctx.db(), lock).await?, 1);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    fails_on(sqlite = "has none", mysql = "has none", mariadb = "has none"),
    isolation = "clone"
)]
async fn listen_notify(db: Db) -> testudo::Result {
    run(&db, &["LISTEN news", "NOTIFY news"]).await
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    requires(listen_notify, row_locks)
)]
async fn a_backend_without_what_a_test_requires_does_not_run_it(ctx: TestContext) {
    assert_eq!(ctx.backend(), Backend::Postgres);
}
