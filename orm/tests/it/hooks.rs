//! What runs once a transaction has ended: `on_commit` and `on_rollback`.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use testudo::prelude::*;
use testudo_orm::{Error, HookResult};

use crate::shop::{User, people};

/// What hooks were run, in their order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Has the end of the transaction noted.
    async fn note(
        &self,
        tx: &Db,
        committed: &'static str,
        rolled_back: &'static str,
    ) -> testudo_orm::Result<()> {
        let log = self.0.clone();
        tx.on_commit(async move || {
            log.lock().unwrap().push(committed);
            Ok(())
        })
        .await?;
        let log = self.0.clone();
        tx.on_rollback(async move || log.lock().unwrap().push(rolled_back))
    }
}

async fn nothing() -> Result<(), Error> {
    Ok(())
}

/// An error that rolls back.
fn refusal() -> Error {
    Error::validation_of("User", "username", "not today")
}

#[orm_test(models(User))]
async fn hooks_run_in_order_after_the_commit(db: Db) -> testudo::Result {
    let log = Log::default();
    db.transaction(async |tx| {
        log.note(&tx, "first", "-").await?;
        log.note(&tx, "second", "-").await?;
        assert!(log.take().is_empty());
        nothing().await
    })
    .await?;
    assert_eq!(log.take(), ["first", "second"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_hook_reads_what_was_committed(db: Db) -> testudo::Result {
    let (tell, told) = std::sync::mpsc::channel();
    let outside = db.clone();
    db.transaction(async |tx| {
        people(&tx, &["alice"]).await?;
        tx.on_commit(async move || {
            tell.send(User::all().count(&outside).await?)?;
            Ok(())
        })
        .await
    })
    .await?;
    assert_eq!(told.recv()?, 1);
    Ok(())
}

#[orm_test(models(User))]
async fn hooks_of_a_savepoint_wait_for_the_outermost_commit(db: Db) -> testudo::Result {
    let log = Log::default();
    db.transaction(async |tx| {
        log.note(&tx, "outer", "-").await?;
        tx.transaction(async |inner| {
            inner
                .transaction(async |innermost| log.note(&innermost, "innermost", "-").await)
                .await?;
            log.note(&inner, "inner", "-").await
        })
        .await?;
        assert!(log.take().is_empty());
        log.note(&tx, "outer again", "-").await
    })
    .await?;
    assert_eq!(log.take(), ["outer", "innermost", "inner", "outer again"]);
    Ok(())
}

#[orm_test(models(User))]
async fn hooks_of_a_savepoint_that_is_rolled_back_go_with_it(db: Db) -> testudo::Result {
    let log = Log::default();
    db.transaction(async |tx| {
        log.note(&tx, "outer", "outer undone").await?;
        let inner = tx
            .transaction(async |inner| {
                log.note(&inner, "inner", "inner undone").await?;
                Err::<(), _>(refusal())
            })
            .await;
        assert!(inner.is_err());
        assert_eq!(log.take(), ["inner undone"]);
        nothing().await
    })
    .await?;
    assert_eq!(log.take(), ["outer"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_rollback_tells_the_savepoints_that_were_released(db: Db) -> testudo::Result {
    let log = Log::default();
    let outcome = db
        .transaction(async |tx| {
            log.note(&tx, "-", "outer undone").await?;
            tx.transaction(async |inner| log.note(&inner, "-", "inner undone").await)
                .await?;
            Err::<(), _>(refusal())
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(log.take(), ["outer undone", "inner undone"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_hook_that_fails_is_reported_and_the_others_run(db: Db) -> testudo::Result {
    let log = Log::default();
    let error = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            tx.on_commit(async || Err("no mail".into())).await?;
            log.note(&tx, "second", "-").await?;
            tx.on_commit(async || -> HookResult {
                "seven".parse::<i32>()?;
                Ok(())
            })
            .await
        })
        .await
        .unwrap_err();
    assert!(error.is_committed() && !error.is_retryable(), "{error}");
    assert_eq!(
        error.to_string(),
        "everything is committed, but afterwards a hook of `on_commit` failed: no mail; another one: \
         invalid digit found in string"
    );
    assert_eq!(log.take(), ["second"]);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User))]
async fn without_a_transaction_a_hook_runs_at_once(db: Db) -> testudo::Result {
    let log = Log::default();
    log.note(&db, "at once", "never").await?;
    assert_eq!(log.take(), ["at once"]);
    let error = db
        .on_commit(async || Err("no mail".into()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no mail"), "{error}");
    Ok(())
}

#[orm_test(models(User))]
async fn a_handle_whose_transaction_is_over_takes_no_hook(db: Db) -> testudo::Result {
    let log = Log::default();
    let escaped = db.transaction(async |tx| Ok::<_, Error>(tx)).await?;
    let error = log.note(&escaped, "-", "-").await.unwrap_err();
    assert!(error.to_string().contains("is over"), "{error}");
    let error = escaped.on_rollback(async || ()).unwrap_err();
    assert!(error.to_string().contains("is over"), "{error}");
    assert!(log.take().is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn a_task_tells_of_a_rollback_when_the_future_is_dropped(db: Db) -> testudo::Result {
    let (tell, told) = tokio::sync::oneshot::channel();
    let (began, begun) = tokio::sync::oneshot::channel();
    let never = db.transaction(async |tx| {
        tx.on_commit(async || unreachable!("it is not committed"))
            .await?;
        tx.on_rollback(async move || tell.send("undone").unwrap())?;
        began.send(()).unwrap();
        std::future::pending::<Result<(), Error>>().await
    });
    tokio::select! {
        _ = never => unreachable!("the transaction waits for ever"),
        _ = begun => {}
    }
    assert_eq!(told.await?, "undone");
    Ok(())
}

#[orm_test(models(User))]
async fn a_task_tells_of_a_rollback_after_a_panic(db: Db) -> testudo::Result {
    let (tell, told) = tokio::sync::oneshot::channel();
    let work = db.transaction(async |tx| {
        tx.on_rollback(async move || tell.send("undone").unwrap())?;
        if tx.is_transaction() {
            std::panic::resume_unwind(Box::new("boom"));
        }
        nothing().await
    });
    let panicked = std::panic::AssertUnwindSafe(work).catch_unwind().await;
    assert!(panicked.is_err());
    assert_eq!(told.await?, "undone");
    Ok(())
}

#[orm_test(models(User))]
async fn a_commit_that_is_refused_is_a_rollback_to_hooks(db: Db) -> testudo::Result {
    let log = Log::default();
    let outcome = db
        .transaction(async |tx| {
            log.note(&tx, "committed", "undone").await?;
            people(&tx, &["alice"]).await?;
            // Postgres keeps nothing of a transaction with a refused statement.
            let _ = people(&tx, &["alice"]).await;
            nothing().await
        })
        .await;
    let expected = if outcome.is_ok() {
        "committed"
    } else {
        "undone"
    };
    assert_eq!(log.take(), [expected]);
    Ok(())
}
