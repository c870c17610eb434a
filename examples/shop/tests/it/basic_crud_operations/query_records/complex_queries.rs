//! `complex_queries`: conditions put together by `|`, `&` and `!`, what the guide calls Q objects.

use shop::models::*;
use testudo::prelude::*;

use crate::usernames;

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn or_query(db: Db) -> testudo::Result {
    let users = User::filter(User::username.eq("alice") | User::email.eq("bob@gmail.com"))
        .order_by(User::username.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&users), ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn and_query(db: Db) -> testudo::Result {
    let customers = User::filter(User::is_active.eq(true) & User::is_staff.eq(false));
    // All but carol, who is not active, and the admin.
    assert_eq!(customers.count(&db).await?, 42);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn not_query(db: Db) -> testudo::Result {
    let others = User::filter(!User::username.eq("admin"));
    assert_eq!(others.clone().count(&db).await?, 43);
    assert!(
        !others
            .filter(User::username.eq("admin"))
            .exists(&db)
            .await?
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn complex_combination(db: Db) -> testudo::Result {
    let users = User::filter(
        (User::first_name.eq("Alice") | User::first_name.eq("Bob"))
            & User::is_active.eq(true)
            & !User::is_staff.eq(true),
    )
    .order_by(User::username.asc())
    .fetch_all(&db)
    .await?;
    // The admin is called Alice too, but works for the shop.
    assert_eq!(usernames(&users), ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn not_of_a_condition_on_null_holds_where_the_condition_does_not(db: Db) -> testudo::Result {
    let alice = User::filter(User::username.eq("alice")).get(&db).await?;
    let last_login = alice.last_login.expect("alice has logged in");
    // SQL alone would leave out the 42 users who have never logged in: NULL = x is neither true nor false.
    let others = User::filter(!User::last_login.eq(last_login))
        .count(&db)
        .await?;
    assert_eq!(others, 43);
    Ok(())
}
