//! Transactions and savepoints: what is kept, what is rolled back, what is refused.

use futures_util::FutureExt;
use testudo::prelude::*;
use testudo_orm::Error;

use crate::shop::{User, people};

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

async fn names(db: &Db) -> testudo::Result<Vec<String>> {
    Ok(User::all()
        .order_by(User::username.asc())
        .values(User::username)
        .fetch_all(db)
        .await?)
}

#[orm_test(models(User))]
async fn what_a_transaction_wrote_is_kept_when_it_returns_ok(db: Db) -> testudo::Result {
    let returned = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            Ok::<_, Error>(7)
        })
        .await?;
    assert_eq!(returned, 7);
    assert_eq!(names(&db).await?, ["alice"]);
    Ok(())
}

#[orm_test(models(User))]
async fn an_error_of_ones_own_type_rolls_back(db: Db) -> testudo::Result {
    let outcome = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            Err::<(), _>(Refusal::Domain)
        })
        .await;
    assert!(matches!(outcome, Err(Refusal::Domain)));
    assert!(names(&db).await?.is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn a_nested_transaction_rolls_back_alone(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let inner = tx
            .transaction(async |inner| {
                people(&inner, &["bob"]).await?;
                inner
                    .transaction(async |innermost| people(&innermost, &["carol"]).await)
                    .await?;
                Err::<(), _>(Refusal::Domain)
            })
            .await;
        assert!(inner.is_err());
        tx.transaction(async |inner| people(&inner, &["dave"]).await)
            .await?;
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(names(&db).await?, ["alice", "dave"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_failed_savepoint_leaves_the_rest_of_the_transaction_usable(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let again = tx
            .transaction(async |inner| people(&inner, &["alice"]).await)
            .await;
        assert!(again.unwrap_err().is_unique_violation());
        people(&tx, &["bob"]).await
    })
    .await?;
    assert_eq!(names(&db).await?, ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_transaction_whose_future_is_dropped_is_rolled_back(db: Db) -> testudo::Result {
    let (wrote, written) = tokio::sync::oneshot::channel();
    let never = db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        wrote.send(()).unwrap();
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::select! {
        _ = never => unreachable!("the transaction waits for ever"),
        _ = written => {}
    }
    assert!(names(&db).await?.is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn a_nested_transaction_whose_future_is_dropped_is_rolled_back_alone(
    db: Db,
) -> testudo::Result {
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        let (wrote, written) = tokio::sync::oneshot::channel();
        let never = tx.transaction(async |inner| {
            User::builder()
                .username("bob")
                .email("bob@example.com")
                .first_name("Bob")
                .create(&inner)
                .await?;
            wrote.send(()).unwrap();
            std::future::pending::<Result<(), Error>>().await
        });
        tokio::select! {
            _ = never => unreachable!("the transaction waits for ever"),
            _ = written => {}
        }
        User::builder()
            .username("carol")
            .email("carol@example.com")
            .first_name("C")
            .create(&tx)
            .await
    })
    .await?;
    assert_eq!(names(&db).await?, ["alice", "carol"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_panic_rolls_back(db: Db) -> testudo::Result {
    let work = db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        if tx.is_transaction() {
            std::panic::resume_unwind(Box::new("boom"));
        }
        Ok::<_, Error>(())
    });
    assert!(
        std::panic::AssertUnwindSafe(work)
            .catch_unwind()
            .await
            .is_err()
    );
    assert!(names(&db).await?.is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn a_handle_is_refused_once_its_transaction_is_over(db: Db) -> testudo::Result {
    let escaped = db.transaction(async |tx| Ok::<_, Error>(tx)).await?;
    let error = people(&escaped, &["alice"]).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the transaction of this handle is over"),
        "{error}"
    );
    assert!(names(&db).await?.is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn the_outer_handle_is_refused_while_a_nested_transaction_is_open(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        tx.transaction(async |_inner| {
            let error = people(&tx, &["alice"]).await.unwrap_err();
            assert!(
                error.to_string().contains("a nested transaction is open"),
                "{error}"
            );
            Ok::<_, Error>(())
        })
        .await
    })
    .await?;
    Ok(())
}

#[orm_test(models(User))]
async fn rows_are_locked_within_a_transaction_only(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let error = User::all()
        .select_for_update()
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("needs a transaction"), "{error}");
    let locked = db
        .transaction(async |tx| User::all().select_for_update().fetch_all(&tx).await)
        .await?;
    assert_eq!(locked.len(), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn a_transaction_that_is_cancelled_at_any_point_leaves_the_outer_one_usable(
    db: Db,
) -> testudo::Result {
    db.transaction(async |tx| {
        // Dropped after each number of polls, so at each place where it waits.
        for polls in 0..40 {
            let work = tx.transaction(async |inner| people(&inner, &["alice"]).await);
            let mut work = Box::pin(work);
            for _ in 0..polls {
                if futures_util::poll!(&mut work).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(work);
            User::all().delete(&tx).await?;
        }
        people(&tx, &["bob"]).await
    })
    .await?;
    assert_eq!(names(&db).await?, ["bob"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_refusal_that_nobody_minds_is_never_the_silent_loss_of_the_rest(
    db: Db,
) -> testudo::Result {
    let outcome = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            let _ = people(&tx, &["alice"]).await;
            let _ = people(&tx, &["bob"]).await;
            Ok::<_, Error>(())
        })
        .await;
    let kept = names(&db).await?;
    match outcome {
        Ok(()) => assert_eq!(kept, ["alice", "bob"]),
        // Postgres keeps nothing of it, and its COMMIT would not say so.
        Err(error) => {
            assert!(error.to_string().contains("was refused"), "{error}");
            assert!(kept.is_empty(), "{kept:?}");
        }
    }
    people(&db, &["carol"]).await?;
    Ok(())
}
