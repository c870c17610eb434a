//! Connections.

use std::time::Duration;

use testudo::prelude::*;
use testudo_orm::schema::{generate_schemas, tables_of};
use testudo_orm::{Error, Result};

use crate::shop::{User, people};

/// A database beside that of the test.
pub(super) async fn another() -> Result<Db> {
    let db = Db::connect("sqlite::memory:").await?;
    generate_schemas(&db, &tables_of::<User>()).await?;
    Ok(db)
}

#[orm_test(models(User), isolation = "clone")]
async fn a_database_by_its_url(ctx: TestContext) -> testudo::Result {
    let db = Db::connect(ctx.url()).await?;
    people(&db, &["alice"]).await?;
    assert_eq!(User::all().count(ctx.db()).await?, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_size_of_the_pool(ctx: TestContext) -> testudo::Result {
    let two = PoolOptions::new().min_connections(1).max_connections(2);
    let db = Db::connect_with(ctx.url(), two).await?;
    db.transaction(async |tx| {
        User::all().count(&tx).await?;
        User::all().count(&db).await
    })
    .await?;
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn timeouts_of_the_pool(ctx: TestContext) -> testudo::Result {
    let one = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(100));
    let db = Db::connect_with(ctx.url(), one).await?;
    let error = db
        .transaction(async |tx| {
            User::all().count(&tx).await?;
            User::all().count(&db).await
        })
        .await
        .unwrap_err();
    assert!(error.to_string().contains("timed out"), "{error}");
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn connections_are_recycled(ctx: TestContext) -> testudo::Result {
    let options = PoolOptions::new()
        .max_lifetime(Duration::from_secs(1800))
        .idle_timeout(None);
    let db = Db::connect_with(ctx.url(), options).await?;
    assert_eq!(User::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn prepared_statements_are_kept(ctx: TestContext) -> testudo::Result {
    for statements in [0, 1, 100] {
        let options = PoolOptions::new().statement_cache(statements);
        let db = Db::connect_with(ctx.url(), options).await?;
        for name in ["alice", "bob"] {
            assert!(!User::filter(User::username.eq(name)).exists(&db).await?);
        }
    }
    Ok(())
}

#[orm_test(models(User))]
async fn several_databases(db: Db) -> testudo::Result {
    let other = another().await?;
    people(&db, &["alice"]).await?;
    people(&other, &["bob", "carol"]).await?;
    assert_eq!(User::all().count(&db).await?, 1);
    assert_eq!(User::all().count(&other).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn another_database_for_one_query(db: Db) -> testudo::Result {
    let replica = another().await?;
    let everybody = User::all();
    assert_eq!(everybody.clone().count(&db).await?, 0);
    assert_eq!(everybody.count(&replica).await?, 0);
    Ok(())
}

#[orm_test(models(User), backends(sqlite))]
async fn a_database_in_memory(db: Db) -> testudo::Result {
    let other = another().await?;
    people(&other, &["alice"]).await?;
    assert_eq!(User::all().count(&other).await?, 1);
    assert_eq!(User::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User), backends(sqlite), isolation = "clone")]
async fn a_pool_of_ones_own(pool: SqlitePool) -> testudo::Result {
    let db = Db::from(pool.clone());
    people(&db, &["alice"]).await?;
    let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
        .fetch_one(&pool)
        .await?;
    assert_eq!(users, 1);
    Ok(())
}

#[orm_test]
async fn the_dialect(ctx: TestContext) -> testudo::Result {
    let dialect = ctx.db().speaks().await?;
    assert_eq!(dialect.name().to_lowercase(), ctx.backend().name());
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn connections_are_closed(ctx: TestContext) -> testudo::Result {
    let db = Db::connect(ctx.url()).await?;
    assert_eq!(User::all().count(&db).await?, 0);
    db.close().await?;
    assert!(User::all().count(&db).await.is_err());
    Ok(())
}

#[orm_test(models(User))]
async fn connections_are_registered_at_the_start(db: Db) -> testudo::Result {
    struct Application {
        shop: Db,
        history: Db,
    }
    let (shop, history) = (db, another().await?);
    let application = Application { shop, history };
    people(&application.shop, &["alice"]).await?;
    assert_eq!(User::all().count(&application.history).await?, 0);
    Ok(())
}

#[orm_test(models(User), backends(sqlite), isolation = "clone")]
async fn events_of_a_connection(ctx: TestContext) -> testudo::Result {
    let options = sqlx::sqlite::SqlitePoolOptions::new().after_connect(|connection, _| {
        Box::pin(async move {
            sqlx::query("PRAGMA query_only = 1")
                .execute(connection)
                .await?;
            Ok(())
        })
    });
    let db = Db::from(options.connect(ctx.url()).await?);
    assert!(people(&db, &["alice"]).await.is_err());
    Ok(())
}

#[orm_test(models(User))]
async fn what_a_pool_cannot_be(db: Db) -> testudo::Result {
    assert!(User::all().count(&db).await.is_ok());
    let error: Error = Db::connect("sqlite::memory:?max_conections=3")
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("did you mean `max_connections`?")
    );
    Ok(())
}
