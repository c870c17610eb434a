//! Section "Delete Records".

use rust_decimal::dec;
use shop::models::*;
use testudo::prelude::*;

use crate::{a_user, usernames};

#[orm_test(models(User))]
async fn delete_a_single_record(db: Db) -> testudo::Result {
    let alice = a_user(&db, "alice").await?;
    a_user(&db, "bob").await?;
    alice.delete(&db).await?;
    assert_eq!(usernames(&User::all().fetch_all(&db).await?), ["bob"]);

    // There is nothing left to delete, and that is no success.
    assert!(alice.delete(&db).await.unwrap_err().is_does_not_exist());
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn batch_delete(db: Db) -> testudo::Result {
    let deleted = User::filter(User::is_active.eq(false)).delete(&db).await?;
    assert_eq!(deleted, 1);
    assert_eq!(User::all().count(&db).await?, 43);
    Ok(())
}

#[orm_test(models(User))]
async fn soft_delete_keeps_the_row(db: Db) -> testudo::Result {
    a_user(&db, "bob").await?;
    let touched = User::filter(User::username.eq("bob"))
        .update(User::is_active.set(false))
        .execute(&db)
        .await?;
    assert_eq!(touched, 1);
    assert!(!User::filter(User::is_active.eq(true)).exists(&db).await?);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article))]
async fn what_belongs_to_a_deleted_user_goes_with_the_user(db: Db) -> testudo::Result {
    let alice = a_user(&db, "alice").await?;
    UserProfile::builder().user(&alice).create(&db).await?;
    Order::builder()
        .user(&alice)
        .order_number("ORD-001")
        .total_amount(dec!(1))
        .create(&db)
        .await?;
    Article::builder()
        .author(&alice)
        .title("Guide")
        .content("")
        .create(&db)
        .await?;

    alice.delete(&db).await?;
    assert!(!UserProfile::all().exists(&db).await?);
    assert!(!Order::all().exists(&db).await?);
    assert!(!Article::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User, Account))]
async fn a_user_with_an_account_cannot_be_deleted(db: Db) -> testudo::Result {
    let alice = a_user(&db, "alice").await?;
    Account::builder().user(&alice).create(&db).await?;
    let error = alice.delete(&db).await.unwrap_err();
    assert!(error.is_integrity(), "{error}");
    // The refused statement has left the test's transaction in order.
    assert_eq!(User::get(&db, alice.id).await?, alice);
    Ok(())
}
