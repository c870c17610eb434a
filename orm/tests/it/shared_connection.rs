//! One connection lent to many handles, within a transaction that its owner rolls back.

use std::time::Duration;

use sqlx::{Connection, MySqlConnection, PgConnection, SqliteConnection};
use testudo::prelude::*;
use testudo_orm::SharedConnection;
use testudo_orm::sql::Dialect;

use crate::shop::{User, people};

const PATIENCE: Duration = Duration::from_secs(10);

/// A connection of its own to the test's database, with a transaction open on it, shared.
async fn lend(ctx: &TestContext) -> testudo::Result<SharedConnection> {
    let url = ctx.url();
    // The guard's drop would queue a rollback.
    Ok(match ctx.db().dialect() {
        Dialect::Sqlite => {
            let mut connection = SqliteConnection::connect(url).await?;
            std::mem::forget(connection.begin().await?);
            SharedConnection::new(connection)
        }
        Dialect::Postgres => {
            let mut connection = PgConnection::connect(url).await?;
            std::mem::forget(connection.begin().await?);
            SharedConnection::new(connection)
        }
        Dialect::MySql | Dialect::MariaDb => {
            let mut connection = MySqlConnection::connect(url).await?;
            std::mem::forget(connection.begin().await?);
            SharedConnection::new(connection)
        }
    })
}

/// Takes the connection back, ends what is open on it by hanging up, and says what others see.
async fn names_after(shared: &SharedConnection, ctx: &TestContext) -> testudo::Result<Vec<String>> {
    match ctx.db().dialect() {
        Dialect::Sqlite => {
            let connection: SqliteConnection = shared.take_back(PATIENCE).await?;
            connection.close().await?;
        }
        Dialect::Postgres => {
            let connection: PgConnection = shared.take_back(PATIENCE).await?;
            connection.close().await?;
        }
        Dialect::MySql | Dialect::MariaDb => {
            let connection: MySqlConnection = shared.take_back(PATIENCE).await?;
            connection.close().await?;
        }
    }
    names(ctx.db()).await
}

/// Gives the connection away to another one that is shared.
async fn give_away(
    shared: &SharedConnection,
    ctx: &TestContext,
) -> testudo_orm::Result<SharedConnection> {
    let (again, handles) = match ctx.db().dialect() {
        Dialect::Sqlite => {
            let (connection, handles) = shared.give_away::<SqliteConnection>().await?;
            (SharedConnection::new(connection), handles)
        }
        Dialect::Postgres => {
            let (connection, handles) = shared.give_away::<PgConnection>().await?;
            (SharedConnection::new(connection), handles)
        }
        Dialect::MySql | Dialect::MariaDb => {
            let (connection, handles) = shared.give_away::<MySqlConnection>().await?;
            (SharedConnection::new(connection), handles)
        }
    };
    handles.go_to(again.db());
    Ok(again)
}

async fn names(db: &Db) -> testudo::Result<Vec<String>> {
    let names = User::all()
        .order_by(User::username.asc())
        .values(User::username);
    Ok(names.fetch_all(db).await?)
}

#[orm_test(models(User), isolation = "clone")]
async fn what_handles_wrote_is_gone_with_the_owners_transaction(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let (one, other) = (shared.db(), shared.db());
    people(&one, &["alice"]).await?;
    other
        .transaction(async |tx| people(&tx, &["bob"]).await)
        .await?;
    assert_eq!(names(&one).await?, ["alice", "bob"]);
    assert!(!one.is_transaction());
    assert!(names_after(&shared, &ctx).await?.is_empty());
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_failed_statement_undoes_itself_alone(ctx: TestContext) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    // A statement that fails first, between others, and twice in a row.
    assert!(db.execute("SELECT * FROM nowhere", &[]).await.is_err());
    people(&db, &["alice"]).await?;
    for _ in 0..2 {
        let again = people(&db, &["alice"]).await.unwrap_err();
        assert!(again.is_unique_violation(), "{again}");
    }
    people(&db, &["bob"]).await?;
    assert_eq!(names(&db).await?, ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_transaction_rolls_back_alone_and_holds_the_connection(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    people(&db, &["alice"]).await?;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let other = shared.db();
    let waiting = tokio::spawn(async move {
        has_begun.await.unwrap();
        names(&other).await.unwrap()
    });
    let outcome = db
        .transaction(async |tx| {
            people(&tx, &["bob"]).await?;
            begun.send(()).unwrap();
            tokio::task::yield_now().await;
            let nested = tx
                .transaction(async |inner| people(&inner, &["bob"]).await)
                .await;
            assert!(nested.unwrap_err().is_unique_violation());
            people(&tx, &["carol"]).await?;
            Err::<(), _>(testudo_orm::Error::from(sqlx::Error::RowNotFound))
        })
        .await;
    assert!(outcome.is_err());
    // It was answered after the rollback, never in between.
    assert_eq!(waiting.await?, ["alice"]);
    people(&db, &["dave"]).await?;
    assert_eq!(names(&db).await?, ["alice", "dave"]);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn handles_of_many_tasks_take_turns(ctx: TestContext) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let db = shared.db();
            tokio::spawn(async move {
                let name = format!("user{n:02}");
                if n % 3 == 0 {
                    db.transaction(async |tx| people(&tx, &[&name]).await).await
                } else {
                    people(&db, &[&name]).await
                }
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    assert_eq!(names(&shared.db()).await?.len(), 20);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn work_that_is_cancelled_anywhere_leaves_the_connection_usable(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    // Dropped after each number of polls, so at each place where it waits: with a statement that
    // fails, with one that does not, and with a transaction.
    for polls in 0..40 {
        for kind in 0..3 {
            let work = async {
                match kind {
                    0 => people(&db, &["alice", "alice"]).await.map(drop),
                    1 => people(&db, &["alice"]).await.map(drop),
                    _ => {
                        db.transaction(async |tx| {
                            people(&tx, &["alice"]).await?;
                            people(&tx, &["alice"]).await.map(drop)
                        })
                        .await
                    }
                }
            };
            let mut work = Box::pin(work);
            for _ in 0..polls {
                if futures_util::poll!(&mut work).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(work);
            let left = names(&db).await?;
            assert!(kind == 1 || left.is_empty(), "kind {kind}: {left:?}");
            User::all().delete(&db).await?;
        }
    }
    people(&db, &["bob"]).await?;
    assert_eq!(names(&db).await?, ["bob"]);
    assert!(names_after(&shared, &ctx).await?.is_empty());
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn handles_go_where_the_connection_was_given_away_to(ctx: TestContext) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let before = shared.db();
    people(&before, &["alice"]).await?;
    let inner = give_away(&shared, &ctx).await?;
    // With what was written before, in the same transaction.
    people(&before, &["bob"]).await?;
    shared
        .db()
        .transaction(async |tx| people(&tx, &["carol"]).await)
        .await?;
    assert_eq!(names(&before).await?, ["alice", "bob", "carol"]);
    let error = give_away(&shared, &ctx).await.unwrap_err();
    assert!(error.to_string().contains("given away already"), "{error}");
    assert!(names_after(&inner, &ctx).await?.is_empty());
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_connection_is_not_given_away_within_a_transaction(ctx: TestContext) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let error = give_away(&shared, &ctx).await.unwrap_err();
        assert!(
            matches!(error.as_sqlx(), Some(sqlx::Error::PoolTimedOut)),
            "{error}"
        );
        people(&tx, &["bob"]).await
    })
    .await?;
    assert_eq!(names(&db).await?, ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_connection_that_was_taken_back_is_closed_to_all_handles(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    people(&db, &["alice"]).await?;
    assert!(names_after(&shared, &ctx).await?.is_empty());
    for error in [
        people(&db, &["bob"]).await.unwrap_err(),
        shared
            .db()
            .transaction(async |tx| people(&tx, &["bob"]).await)
            .await
            .unwrap_err(),
    ] {
        assert!(
            matches!(error.as_sqlx(), Some(sqlx::Error::PoolClosed)),
            "{error}"
        );
    }
    let again = shared.take_back::<SqliteConnection>(PATIENCE).await;
    assert!(again.unwrap_err().to_string().contains("taken back"));
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_transaction_that_does_not_end_is_told_and_loses_the_connection(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    let outcome = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            let taken = shared
                .take_back::<SqliteConnection>(Duration::from_millis(1))
                .await;
            let message = taken.unwrap_err().to_string();
            assert!(message.contains("still in use after 1 ms"), "{message}");
            people(&tx, &["bob"]).await
        })
        .await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(error.as_sqlx(), Some(sqlx::Error::PoolClosed)),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn an_outer_handle_within_a_transaction_is_told_in_place_of_waiting_for_ever(
    ctx: TestContext,
) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let error = people(&db, &["bob"]).await.unwrap_err();
        assert!(
            matches!(error.as_sqlx(), Some(sqlx::Error::PoolTimedOut)),
            "{error}"
        );
        people(&tx, &["carol"]).await
    })
    .await?;
    assert_eq!(names(&db).await?, ["alice", "carol"]);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_owner_knows_whether_a_script_was_run(ctx: TestContext) -> testudo::Result {
    let shared = lend(&ctx).await?;
    let db = shared.db();
    db.transaction(async |tx| people(&tx, &["alice"]).await)
        .await?;
    assert!(!shared.has_run_script());
    db.script("UPDATE users SET first_name = 'B'").await?;
    assert!(shared.has_run_script());
    Ok(())
}
