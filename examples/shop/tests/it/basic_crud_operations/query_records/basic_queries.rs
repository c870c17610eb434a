//! `basic_queries`: one row, the first, filters, sorting, pages.

use shop::models::*;
use testudo::prelude::*;

use crate::{a_user, day, usernames};

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn get_a_single_record(db: Db) -> testudo::Result {
    let user = User::filter(User::username.eq("alice")).get(&db).await?;
    assert_eq!(user.email, "alice@example.com");
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn get_refuses_more_than_one_record(db: Db) {
    let alices = User::filter(User::first_name.eq("Alice"));
    let error = alices.get(&db).await.unwrap_err();
    assert!(error.is_multiple_objects(), "{error}");
}

#[orm_test(models(User))]
async fn get_or_none_is_none_where_get_is_an_error(db: Db) -> testudo::Result {
    let nobody = User::filter(User::username.eq("nonexistent"));
    assert_eq!(nobody.clone().get_or_none(&db).await?, None);
    assert!(nobody.get(&db).await.unwrap_err().is_does_not_exist());
    Ok(())
}

#[orm_test(models(User))]
async fn first_is_none_in_an_empty_table(db: Db) -> testudo::Result {
    assert_eq!(User::all().first(&db).await?, None);
    let alice = a_user(&db, "alice").await?;
    a_user(&db, "bob").await?;
    let first = User::all().order_by(User::id.asc()).first(&db).await?;
    assert_eq!(first, Some(alice));
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn filter_by_a_flag(db: Db) -> testudo::Result {
    let active = User::filter(User::is_active.eq(true)).count(&db).await?;
    let inactive = User::filter(User::is_active.eq(false))
        .fetch_all(&db)
        .await?;
    assert_eq!(active, 43);
    assert_eq!(usernames(&inactive), ["carol"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn filter_by_several_conditions_and_exclude_some(db: Db) -> testudo::Result {
    let joined_in_the_year = User::filter(
        User::date_joined.gte(day(2022, 1, 1))
            & User::date_joined.lt(day(2025, 1, 1))
            & User::is_active.eq(true),
    );
    let recent = joined_in_the_year
        .clone()
        .exclude(User::is_staff.eq(true))
        .order_by(User::username.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&recent), ["alice", "bob"]);
    // Without `exclude` there is one more: the admin.
    assert_eq!(joined_in_the_year.count(&db).await?, 3);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn sort_by_several_columns(db: Db) -> testudo::Result {
    let named = User::exclude(User::first_name.eq(""))
        .order_by((User::first_name.asc(), User::date_joined.desc()))
        .fetch_all(&db)
        .await?;
    // Two are called Alice: alice joined after admin.
    assert_eq!(usernames(&named), ["alice", "admin", "bob", "carol"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn limit_the_results(db: Db) -> testudo::Result {
    let latest = User::exclude(User::username.startswith("customer_"))
        .order_by(User::date_joined.desc())
        .limit(2)
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&latest), ["bob", "alice"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn pages_do_not_overlap_and_leave_nobody_out(db: Db) -> testudo::Result {
    let customers = User::filter(User::username.startswith("customer_"))
        // A page needs an order that leaves no doubt: without it a row may be on two pages.
        .order_by(User::username.asc());

    let page = customers
        .clone()
        .offset(20)
        .limit(10)
        .fetch_all(&db)
        .await?;
    let third: Vec<String> = (21..=30).map(|n| format!("customer_{n}")).collect();
    assert_eq!(usernames(&page), third);

    let mut seen = Vec::new();
    for page in 0..4 {
        seen.extend(
            customers
                .clone()
                .offset(page * 10)
                .limit(10)
                .fetch_all(&db)
                .await?,
        );
    }
    assert_eq!(seen, customers.clone().fetch_all(&db).await?);

    let beyond = customers.offset(40).limit(10).fetch_all(&db).await?;
    assert!(beyond.is_empty());
    Ok(())
}
