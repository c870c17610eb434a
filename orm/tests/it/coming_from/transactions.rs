//! Transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use testudo::prelude::*;
use testudo_orm::{Error, Result};

use crate::shop::{User, people};

async fn count(db: &Db) -> Result<u64> {
    User::all().count(db).await
}

#[orm_test(models(User))]
async fn a_transaction_as_a_block(db: Db) -> testudo::Result {
    db.transaction(async |tx| people(&tx, &["alice"]).await)
        .await?;
    assert_eq!(count(&db).await?, 1);
    Ok(())
}

#[atomic]
async fn register(db: &Db, names: &[&str]) -> Result<Vec<User>> {
    people(db, names).await?;
    people(db, &["bob"]).await
}

#[orm_test(models(User))]
async fn a_transaction_as_a_decorator(db: Db) -> testudo::Result {
    assert!(register(&db, &["alice", "bob"]).await.is_err());
    assert_eq!(count(&db).await?, 0);
    register(&db, &["alice"]).await?;
    assert_eq!(count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn a_savepoint(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let again = tx.transaction(async |inner| people(&inner, &["bob", "alice"]).await);
        assert!(again.await.is_err());
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User))]
async fn what_commits_and_what_rolls_back(db: Db) -> testudo::Result {
    let failed = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            people(&tx, &["alice"]).await
        })
        .await;
    assert!(failed.unwrap_err().is_unique_violation());
    assert_eq!(count(&db).await?, 0);
    Ok(())
}

#[derive(Debug)]
enum Refusal {
    NotToday,
    Database(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Database(error)
    }
}

#[orm_test(models(User))]
async fn a_rollback_by_an_error_of_ones_own(db: Db) -> testudo::Result {
    let outcome: Result<(), Refusal> = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            Err(Refusal::NotToday)
        })
        .await;
    match outcome {
        Err(Refusal::NotToday) => {}
        Err(Refusal::Database(error)) => return Err(error.into()),
        Ok(()) => unreachable!("it was refused"),
    }
    assert_eq!(count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User))]
async fn a_commit_in_the_middle(db: Db) -> testudo::Result {
    db.transaction(async |tx| people(&tx, &["alice"]).await)
        .await?;
    let second = db.transaction(async |tx| people(&tx, &["bob", "alice"]).await);
    assert!(second.await.is_err());
    assert_eq!(count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn an_isolation_level(db: Db) -> testudo::Result {
    let level = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead);
    db.transaction_with(level, async |tx| {
        let before = count(&tx).await?;
        people(&db, &["alice"]).await?;
        assert_eq!(count(&tx).await?, before);
        Ok::<_, Error>(())
    })
    .await?;
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_read_only_transaction(db: Db) -> testudo::Result {
    let read_only = TransactionOptions::new().read_only();
    let refused = db.transaction_with(read_only, async |tx| people(&tx, &["alice"]).await);
    assert!(refused.await.is_err());
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_transaction_that_is_tried_again(db: Db) -> testudo::Result {
    let (calls, options) = (AtomicU32::new(0), TransactionOptions::new().retries(3));
    db.transaction_with(options, async |tx| {
        calls.fetch_add(1, Ordering::SeqCst);
        people(&tx, &["alice"]).await
    })
    .await?;
    // Nobody was in its way; `retries.rs` has those that lose.
    assert_eq!(calls.into_inner(), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn a_hook_after_the_commit(db: Db) -> testudo::Result {
    let calls = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&calls);
    db.transaction(async |tx| {
        let hook = async move || {
            told.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        tx.on_commit(hook).await
    })
    .await?;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn a_hook_after_a_rollback(db: Db) -> testudo::Result {
    let calls = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&calls);
    let outcome = db
        .transaction(async |tx| {
            tx.on_rollback(async move || {
                told.fetch_add(1, Ordering::SeqCst);
            })?;
            Err::<(), _>(Refusal::NotToday)
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn two_phase_commit(db: Db) -> testudo::Result {
    // One within the other: what fails in the inner one undoes both; only the last commit stands alone.
    let other = super::connections::another().await?;
    let outcome = db
        .transaction(async |here| {
            people(&here, &["alice"]).await?;
            let inner = other.transaction(async |there| people(&there, &["bob", "bob"]).await);
            inner.await
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!((count(&db).await?, count(&other).await?), (0, 0));
    Ok(())
}

#[orm_test(models(User))]
async fn a_session_with_a_unit_of_work(db: Db) -> testudo::Result {
    let mut alice = people(&db, &["alice"]).await?.remove(0);
    alice.first_name = "B".to_owned();
    assert_eq!(User::get(&db, alice.id).await?.first_name, "A");
    alice.save(&db).await?;
    assert_eq!(User::get(&db, alice.id).await?.first_name, "B");
    Ok(())
}

#[orm_test(models(User))]
async fn the_current_transaction_by_itself(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        assert!(tx.is_transaction());
        people(&tx, &["alice"]).await
    })
    .await?;
    Ok(())
}
