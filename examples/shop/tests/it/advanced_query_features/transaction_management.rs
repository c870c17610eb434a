//! Section "Transaction Management".

use rust_decimal::{Decimal, dec};
use shop::models::*;
use shop::services::transfers::{TransferError, transfer_money};
use shop::services::users;
use testudo::prelude::*;
use testudo_orm::Error;

use crate::a_user;

/// Two users with accounts, and their IDs.
async fn two_accounts(db: &Db, first: Decimal, second: Decimal) -> testudo_orm::Result<(i64, i64)> {
    let alice = a_user(db, "alice").await?;
    let bob = a_user(db, "bob").await?;
    Account::builder()
        .user(&alice)
        .balance(first)
        .create(db)
        .await?;
    Account::builder()
        .user(&bob)
        .balance(second)
        .create(db)
        .await?;
    Ok((alice.id, bob.id))
}

async fn balance(db: &Db, user_id: i64) -> testudo_orm::Result<Decimal> {
    let account = Account::filter(Account::user_id.eq(user_id))
        .get(db)
        .await?;
    Ok(account.balance)
}

#[orm_test(models(Account))]
async fn transfer_money_moves_the_amount(db: Db) -> testudo::Result {
    let (alice, bob) = two_accounts(&db, dec!(100.10), dec!(0.20)).await?;
    transfer_money(&db, alice, bob, dec!(30.30)).await?;
    assert_eq!(balance(&db, alice).await?, dec!(69.80));
    assert_eq!(balance(&db, bob).await?, dec!(30.50));
    Ok(())
}

#[orm_test(models(Account))]
async fn transfer_money_moves_nothing_when_the_balance_is_insufficient(db: Db) -> testudo::Result {
    let (alice, bob) = two_accounts(&db, dec!(10), dec!(0)).await?;
    let error = transfer_money(&db, alice, bob, dec!(10.01))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "insufficient balance: 10.00 on the account, 10.01 to transfer"
    );
    assert_eq!(balance(&db, alice).await?, dec!(10));
    assert_eq!(balance(&db, bob).await?, dec!(0));
    Ok(())
}

#[orm_test(models(Account))]
async fn transfer_money_takes_the_money_back_when_there_is_nobody_to_give_it_to(
    db: Db,
    pool: SqlitePool,
) -> testudo::Result {
    let (alice, _) = two_accounts(&db, dec!(10), dec!(0)).await?;
    // By then the amount has been taken from alice's account, and that is rolled back.
    let error = transfer_money(&db, alice, 404, dec!(5)).await.unwrap_err();
    assert!(matches!(error, TransferError::NoAccount(404)), "{error}");
    let balances: Vec<f64> =
        sqlx::query_scalar("SELECT CAST(balance AS REAL) FROM accounts ORDER BY id")
            .fetch_all(&pool)
            .await?;
    assert_eq!(balances, [10.0, 0.0]);
    Ok(())
}

#[orm_test(models(Account))]
async fn transfer_money_refuses_an_amount_that_is_not_positive(db: Db) -> testudo::Result {
    let (alice, bob) = two_accounts(&db, dec!(10), dec!(10)).await?;
    for amount in [dec!(0), dec!(-5)] {
        let error = transfer_money(&db, alice, bob, amount).await.unwrap_err();
        assert!(matches!(error, TransferError::InvalidAmount(_)), "{error}");
    }
    assert_eq!(balance(&db, alice).await?, dec!(10));
    Ok(())
}

#[orm_test(models(Account))]
async fn transfer_money_to_oneself_changes_nothing(db: Db) -> testudo::Result {
    let (alice, _) = two_accounts(&db, dec!(10), dec!(0)).await?;
    transfer_money(&db, alice, alice, dec!(5)).await?;
    assert_eq!(balance(&db, alice).await?, dec!(10));
    Ok(())
}

// With `isolation = "clone"` the test has a pool of several connections that really commit:
// transactions run at the same time, as they would in production.
#[orm_test(models(Account), isolation = "clone")]
async fn transfer_money_twice_at_once_does_not_overdraw_the_account(db: Db) -> testudo::Result {
    let (alice, bob) = two_accounts(&db, dec!(100), dec!(0)).await?;
    let (first, second) = tokio::join!(
        transfer_money(&db, alice, bob, dec!(60)),
        transfer_money(&db, alice, bob, dec!(60)),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(balance(&db, alice).await?, dec!(40));
    assert_eq!(balance(&db, bob).await?, dec!(60));
    Ok(())
}

#[orm_test(models(Account), isolation = "clone")]
async fn transfer_money_waits_for_who_has_the_account_and_sees_what_is_left(
    db: Db,
) -> testudo::Result {
    let (alice, bob) = two_accounts(&db, dec!(100), dec!(0)).await?;
    let transfer = db
        .transaction(async |tx| {
            Account::filter(Account::user_id.eq(alice))
                .update(Account::balance.set(10))
                .execute(&tx)
                .await?;
            let transfer = tokio::spawn({
                let db = db.clone();
                async move { transfer_money(&db, alice, bob, dec!(30)).await }
            });
            // A transfer that did not wait would read the old balance while these run.
            for _ in 0..100 {
                Account::all().count(&tx).await?;
            }
            Ok::<_, Error>(transfer)
        })
        .await?;
    let error = transfer.await?.unwrap_err();
    assert!(
        matches!(error, TransferError::InsufficientBalance { balance, .. } if balance == dec!(10)),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn a_transaction_commits_when_its_body_succeeds(db: Db) -> testudo::Result {
    let user = db
        .transaction(async |tx| {
            let user = a_user(&tx, "test_user").await?;
            UserProfile::builder()
                .user(&user)
                .bio("Test bio")
                .create(&tx)
                .await?;
            Ok::<_, Error>(user)
        })
        .await?;
    let profile = UserProfile::filter(UserProfile::user_id.eq(user.id))
        .get(&db)
        .await?;
    assert_eq!(profile.bio, "Test bio");
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn if_any_operation_fails_the_entire_transaction_rolls_back(db: Db) -> testudo::Result {
    let error = db
        .transaction(async |tx| {
            let user = a_user(&tx, "test_user").await?;
            UserProfile::builder().user(&user).create(&tx).await?;
            // A user has one profile.
            UserProfile::builder().user(&user).create(&tx).await
        })
        .await
        .unwrap_err();
    assert!(error.is_unique_violation());
    assert!(!User::all().exists(&db).await?);
    assert!(!UserProfile::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn the_body_may_roll_back_by_an_error_of_its_own(db: Db) -> testudo::Result {
    let result: Result<(), TransferError> = db
        .transaction(async |tx| {
            a_user(&tx, "test_user").await?;
            Err(TransferError::NoAccount(1))
        })
        .await;
    assert!(matches!(result, Err(TransferError::NoAccount(1))));
    assert!(!User::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User))]
async fn a_nested_transaction_rolls_back_alone(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        a_user(&tx, "outer").await?;
        let inner = tx
            .transaction(async |inner| {
                a_user(&inner, "inner").await?;
                a_user(&inner, "outer").await
            })
            .await;
        assert!(inner.is_err_and(|error| error.is_unique_violation()));
        a_user(&tx, "after").await
    })
    .await?;
    let users = User::all().order_by(User::id.asc()).fetch_all(&db).await?;
    assert_eq!(crate::usernames(&users), ["outer", "after"]);
    Ok(())
}

// A web server runs each request as a task of its own, and for that the future has to be `Send`.
#[orm_test(models(Account, UserProfile))]
async fn a_service_with_a_transaction_runs_in_a_task_of_its_own(db: Db) -> testudo::Result {
    let handle = db.clone();
    let task = tokio::spawn(async move {
        let alice = users::register(&handle, "alice", "alice@example.com", "secret123").await?;
        let bob = users::register(&handle, "bob", "bob@example.com", "secret456").await?;
        Ok::<_, users::RegistrationError>((alice.id, bob.id))
    });
    let (alice, bob) = task.await??;
    let task = tokio::spawn({
        let db = db.clone();
        async move { transfer_money(&db, alice, bob, dec!(1)).await }
    });
    assert!(matches!(
        task.await?,
        Err(TransferError::InsufficientBalance { .. })
    ));
    assert_eq!(Account::all().count(&db).await?, 2);
    Ok(())
}
