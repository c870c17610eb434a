//! Transactions that lose against others, and are tried again.

use std::sync::atomic::{AtomicU32, Ordering};

use testudo::prelude::*;
use testudo_orm::Error;
use testudo_orm::sql::Dialect;
use tokio::sync::Barrier;

use crate::shop::{User, people};

fn options() -> TransactionOptions {
    TransactionOptions::new().isolation(IsolationLevel::RepeatableRead)
}

async fn rename(db: &Db, name: &str) -> testudo_orm::Result<u64> {
    User::all()
        .update(User::first_name.set(name))
        .execute(db)
        .await
}

/// Has the transaction lose against another one.
async fn lose(tx: &Db, db: &Db) -> testudo_orm::Result<()> {
    match db.dialect() {
        // The other one has committed what this one does not see.
        Dialect::Sqlite | Dialect::Postgres => {
            User::all().count(tx).await?;
            // SQLite writes nothing for a value that is there already.
            static NAMES: AtomicU32 = AtomicU32::new(0);
            let name = format!("Other {}", NAMES.fetch_add(1, Ordering::SeqCst));
            rename(db, &name).await?;
            rename(tx, "Own").await?;
        }
        // The other one holds the lock.
        Dialect::MySql | Dialect::MariaDb => {
            tx.execute("SET innodb_lock_wait_timeout = 1", &[]).await?;
            db.transaction(async |other| {
                rename(&other, "Other").await?;
                rename(tx, "Own").await
            })
            .await?;
        }
    }
    Ok(())
}

/// Nobody is to be on call no more: each of the two steps down unless the other one has done so.
async fn step_down(
    db: &Db,
    name: &str,
    both_have_read: &Barrier,
    tries: &AtomicU32,
) -> testudo_orm::Result<bool> {
    let options = TransactionOptions::new()
        .isolation(IsolationLevel::Serializable)
        .retries(5);
    db.transaction_with(options, async |tx| {
        let on_call = User::filter(User::is_active.eq(true)).count(&tx).await?;
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            both_have_read.wait().await;
        }
        if on_call < 2 {
            return Ok(false);
        }
        User::filter(User::username.eq(name))
            .update(User::is_active.set(false))
            .execute(&tx)
            .await?;
        Ok(true)
    })
    .await
}

#[orm_test(models(User), isolation = "clone")]
async fn of_two_that_cannot_both_be_right_one_is_tried_again(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob"]).await?;
    let both_have_read = Barrier::new(2);
    let (alices, bobs) = (AtomicU32::new(0), AtomicU32::new(0));
    let (alice, bob) = tokio::join!(
        step_down(&db, "alice", &both_have_read, &alices),
        step_down(&db, "bob", &both_have_read, &bobs),
    );
    assert!(alice? != bob?, "one of them has to stay");
    assert_eq!(User::filter(User::is_active.eq(true)).count(&db).await?, 1);
    let tries = alices.into_inner() + bobs.into_inner();
    assert!(tries >= 3, "tried {tries} times");
    Ok(())
}

// A task has to be `Send`, and so has the future of a transaction that is tried again.
#[orm_test(models(User), isolation = "clone")]
async fn a_transaction_that_is_tried_again_runs_in_a_task_of_its_own(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob"]).await?;
    let task = tokio::spawn({
        let db = db.clone();
        async move { step_down(&db, "alice", &Barrier::new(1), &AtomicU32::new(0)).await }
    });
    assert!(task.await??);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_last_error_says_how_often_it_was_tried(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let tries = AtomicU32::new(0);
    let error = db
        .transaction_with(options().retries(2), async |tx| {
            tries.fetch_add(1, Ordering::SeqCst);
            lose(&tx, &db).await
        })
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("the transaction was tried 3 times"),
        "{error}"
    );
    assert_eq!(tries.into_inner(), 3);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_try_that_wins_ends_the_tries(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let tries = AtomicU32::new(0);
    let number = db
        .transaction_with(options().retries(9), async |tx| {
            let number = tries.fetch_add(1, Ordering::SeqCst) + 1;
            if number == 1 {
                lose(&tx, &db).await?;
            }
            rename(&tx, "Own").await?;
            Ok::<_, Error>(number)
        })
        .await?;
    assert_eq!((number, tries.into_inner()), (2, 2));
    assert_eq!(
        User::filter(User::first_name.eq("Own")).count(&db).await?,
        1
    );
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn without_retries_it_is_tried_once(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let mut tries = 0;
    let error = db
        .transaction_with(options(), async |tx| {
            tries += 1;
            lose(&tx, &db).await
        })
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(!error.to_string().contains("tried"), "{error}");
    assert_eq!(tries, 1);
    Ok(())
}

#[derive(Debug)]
enum Refusal {
    Domain,
    Database,
}

impl From<Error> for Refusal {
    fn from(_: Error) -> Self {
        Refusal::Database
    }
}

#[orm_test(models(User), isolation = "clone")]
async fn an_error_of_ones_own_type_does_not_hide_that_it_lost(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let tries = AtomicU32::new(0);
    let outcome = db
        .transaction_with(options().retries(1), async |tx| {
            tries.fetch_add(1, Ordering::SeqCst);
            lose(&tx, &db).await?;
            Ok::<_, Refusal>(())
        })
        .await;
    assert!(matches!(outcome, Err(Refusal::Database)));
    assert_eq!(tries.into_inner(), 2);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn what_goes_wrong_otherwise_is_not_tried_again(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let tries = AtomicU32::new(0);
    let outcome = db
        .transaction_with(options().retries(3), async |tx| {
            tries.fetch_add(1, Ordering::SeqCst);
            // Lost within a savepoint, and got over.
            let lost = tx.transaction(async |inner| lose(&inner, &db).await).await;
            assert!(lost.unwrap_err().is_retryable());
            User::all().count(&tx).await?;
            Err::<(), _>(Refusal::Domain)
        })
        .await;
    assert!(matches!(outcome, Err(Refusal::Domain)));
    assert_eq!(tries.into_inner(), 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_outermost_transaction_is_tried_again_and_no_savepoint(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let (outer, inner) = (AtomicU32::new(0), AtomicU32::new(0));
    let error = db
        .transaction_with(options().retries(1), async |tx| {
            outer.fetch_add(1, Ordering::SeqCst);
            tx.transaction_with(options().retries(7), async |tx| {
                inner.fetch_add(1, Ordering::SeqCst);
                lose(&tx, &db).await
            })
            .await
        })
        .await
        .unwrap_err();
    assert!(error.to_string().contains("tried 2 times"), "{error}");
    assert_eq!((outer.into_inner(), inner.into_inner()), (2, 2));
    Ok(())
}

/// MariaDB from 11.6 on does so unless it is told otherwise.
#[orm_test(models(User), isolation = "clone", backends(mariadb))]
async fn a_row_that_has_changed_since_the_snapshot_is_a_conflict(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let tries = AtomicU32::new(0);
    db.transaction_with(options().retries(1), async |tx| {
        tx.execute("SET innodb_snapshot_isolation = ON", &[])
            .await?;
        User::all().count(&tx).await?;
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            rename(&db, "Other").await?;
        }
        rename(&tx, "Own").await
    })
    .await?;
    assert_eq!(tries.into_inner(), 2);
    Ok(())
}
