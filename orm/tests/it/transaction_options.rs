//! What a transaction is told to be like: its level, read only, and what a savepoint cannot have.

use testudo::prelude::*;
use testudo_orm::{Error, TransactionBehavior};

use crate::shop::{User, people};

fn at(level: IsolationLevel) -> TransactionOptions {
    TransactionOptions::new().isolation(level)
}

/// How many people a transaction counts before and after somebody else has added one.
async fn counted_twice(db: &Db, level: IsolationLevel) -> testudo::Result<(u64, u64)> {
    let counts = db
        .transaction_with(at(level), async |tx| {
            let before = User::all().count(&tx).await?;
            people(db, &["bob"]).await?;
            Ok::<_, Error>((before, User::all().count(&tx).await?))
        })
        .await?;
    Ok(counts)
}

#[orm_test(models(User), isolation = "clone")]
async fn repeatable_reads_are_repeatable(db: Db) -> testudo::Result {
    let counts = counted_twice(&db, IsolationLevel::RepeatableRead).await?;
    assert_eq!(counts, (0, 0));
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(
    models(User),
    isolation = "clone",
    fails_on(sqlite = "every transaction reads one state")
)]
async fn what_was_committed_meanwhile_is_read(db: Db) -> testudo::Result {
    let counts = counted_twice(&db, IsolationLevel::ReadCommitted).await?;
    assert_eq!(counts, (0, 1));
    Ok(())
}

#[orm_test(
    models(User),
    isolation = "clone",
    fails_on(
        sqlite = "shows nothing that is not committed",
        postgres = "shows nothing that is not committed"
    )
)]
async fn what_is_not_committed_yet_is_read(db: Db) -> testudo::Result {
    let counted = db
        .transaction(async |other| {
            people(&other, &["bob"]).await?;
            db.transaction_with(at(IsolationLevel::ReadUncommitted), async |tx| {
                User::all().count(&tx).await
            })
            .await
        })
        .await?;
    assert_eq!(counted, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_level_is_for_one_transaction(ctx: TestContext) -> testudo::Result {
    let one = Db::connect_with(ctx.url(), PoolOptions::new().max_connections(1)).await?;
    one.transaction_with(at(IsolationLevel::ReadCommitted).read_only(), async |tx| {
        User::all().count(&tx).await
    })
    .await?;
    let counts = one
        .transaction(async |tx| {
            let before = User::all().count(&tx).await?;
            people(&tx, &["alice"]).await?;
            people(ctx.db(), &[]).await?;
            Ok::<_, Error>((before, User::all().count(&tx).await?))
        })
        .await?;
    assert_eq!(counts, (0, 1));
    Ok(())
}

/// Whether the server says so, in its own words.
fn is_read_only(error: &Error) -> bool {
    let said = error.to_string().to_lowercase();
    said.contains("readonly") || said.contains("read-only") || said.contains("read only")
}

#[orm_test(models(User), isolation = "clone")]
async fn a_read_only_transaction_reads_and_writes_nothing(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let read_only = TransactionOptions::new().read_only();
    let counted = db
        .transaction_with(read_only, async |tx| User::all().count(&tx).await)
        .await?;
    assert_eq!(counted, 1);
    let refused = db
        .transaction_with(read_only, async |tx| people(&tx, &["bob"]).await)
        .await
        .unwrap_err();
    assert!(is_read_only(&refused), "{refused}");
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_connection_writes_again_however_a_read_only_transaction_ended(
    ctx: TestContext,
) -> testudo::Result {
    let db = Db::connect_with(ctx.url(), PoolOptions::new().max_connections(1)).await?;
    let read_only = TransactionOptions::new().read_only();
    db.transaction_with(read_only, async |tx| User::all().count(&tx).await)
        .await?;
    people(&db, &["after a commit"]).await?;

    db.transaction_with(read_only, async |tx| people(&tx, &["nobody"]).await)
        .await
        .unwrap_err();
    people(&db, &["after a rollback"]).await?;

    let (began, begun) = tokio::sync::oneshot::channel();
    let never = db.transaction_with(read_only, async |tx| {
        User::all().count(&tx).await?;
        began.send(()).unwrap();
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::select! {
        _ = never => unreachable!("the transaction waits for ever"),
        _ = begun => {}
    }
    people(&db, &["after a drop"]).await?;
    assert_eq!(User::all().count(&db).await?, 3);
    Ok(())
}

#[orm_test(
    models(User),
    isolation = "clone",
    fails_on(sqlite = "every transaction is serializable")
)]
async fn a_savepoint_cannot_have_a_level_that_its_transaction_has_not(db: Db) -> testudo::Result {
    let error = db
        .transaction(async |tx| {
            tx.transaction_with(at(IsolationLevel::Serializable), async |_| {
                Ok::<_, Error>(())
            })
            .await
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a transaction within a transaction cannot have the setting `isolation level SERIALIZABLE`, which the \
         outermost has not; set it where the outermost begins"
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_savepoint_cannot_be_read_only_if_its_transaction_is_not(db: Db) -> testudo::Result {
    let error = db
        .transaction(async |tx| {
            let read_only = TransactionOptions::new().read_only();
            let refused = tx
                .transaction_with(read_only, async |_| Ok::<_, Error>(()))
                .await;
            // Nothing was sent: the transaction goes on.
            people(&tx, &["alice"]).await?;
            refused
        })
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`read only`"), "{error}");
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_savepoint_may_ask_for_what_its_transaction_has(db: Db) -> testudo::Result {
    let outer = at(IsolationLevel::Serializable).read_only();
    let inner = at(IsolationLevel::RepeatableRead).read_only();
    let counted = db
        .transaction_with(outer, async |tx| {
            tx.transaction_with(inner, async |inner| User::all().count(&inner).await)
                .await
        })
        .await?;
    assert_eq!(counted, 0);
    Ok(())
}

#[orm_test(models(User))]
async fn a_rolled_back_test_is_told_to_be_a_clone(db: Db) -> testudo::Result {
    let read_only = TransactionOptions::new().read_only();
    let error = db
        .transaction_with(read_only, async |_| Ok::<_, Error>(()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("use isolation = \"clone\""),
        "{error}"
    );
    people(&db, &["alice"]).await?;
    Ok(())
}

#[orm_test(models(User), fails_on(sqlite = "every transaction is serializable"))]
async fn a_rolled_back_test_that_sets_a_level_is_told_to_be_a_clone(db: Db) -> testudo::Result {
    let error = db
        .transaction_with(at(IsolationLevel::Serializable), async |_| {
            Ok::<_, Error>(())
        })
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("isolation level SERIALIZABLE")
            && error.to_string().contains("use isolation = \"clone\""),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(User), isolation = "auto")]
async fn a_test_that_sets_a_level_runs_again_in_a_clone_if_it_may(db: Db) -> testudo::Result {
    db.transaction_with(at(IsolationLevel::Serializable).read_only(), async |tx| {
        User::all().count(&tx).await
    })
    .await?;
    Ok(())
}

#[orm_test(models(User), isolation = "clone", backends(sqlite))]
async fn an_immediate_transaction_has_the_right_to_write_at_once(db: Db) -> testudo::Result {
    let immediate = TransactionOptions::new().sqlite(TransactionBehavior::Immediate);
    let error = db
        .transaction_with(immediate, async |_| {
            db.transaction(async |other| {
                other.execute("PRAGMA busy_timeout = 0", &[]).await?;
                people(&other, &["alice"]).await
            })
            .await
        })
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error}");
    Ok(())
}
