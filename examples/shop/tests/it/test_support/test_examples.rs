//! Section "Test Examples".

use rust_decimal::dec;
use shop::models::*;
use shop::services::orders;
use shop::services::users;
use testudo::prelude::*;

use crate::day;

/// The guide's fixture `sample_user`: in Rust a function that a test calls.
async fn sample_user(db: &Db) -> testudo_orm::Result<User> {
    User::builder()
        .username("testuser")
        .email("test@example.com")
        .first_name("Test")
        .last_name("User")
        .create(db)
        .await
}

#[orm_test(models(User))]
async fn test_user_creation(db: Db) -> testudo::Result {
    let user = sample_user(&db).await?;
    assert_eq!(user.username, "testuser");
    assert_eq!(user.email, "test@example.com");
    assert!(user.is_active);
    Ok(())
}

#[orm_test(models(Account, UserProfile))]
async fn test_user_password(db: Db) -> testudo::Result {
    users::register(&db, "passwordtest", "password@example.com", "secret123").await?;
    let now = day(2025, 5, 1);

    let user = users::log_in(&db, "passwordtest", "secret123", now).await?;
    assert_eq!(user.and_then(|user| user.last_login), Some(now));
    assert_eq!(
        users::log_in(&db, "passwordtest", "wrongpassword", now).await?,
        None
    );
    assert_eq!(users::log_in(&db, "nobody", "secret123", now).await?, None);
    Ok(())
}

#[orm_test(models(Account, UserProfile))]
async fn a_deactivated_user_cannot_log_in(db: Db) -> testudo::Result {
    let mut user = users::register(&db, "alice", "alice@example.com", "secret123").await?;
    user.is_active = false;
    user.save(&db).await?;
    assert_eq!(
        users::log_in(&db, "alice", "secret123", day(2025, 5, 1)).await?,
        None
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn test_order_creation(db: Db) -> testudo::Result {
    let user = sample_user(&db).await?;
    let order = orders::place_order(&db, &user, "TEST-001", dec!(99.99)).await?;
    let order = Order::get(&db, order.id).await?;
    assert_eq!(order.user.id(), user.id);
    assert_eq!(order.total_amount, dec!(99.99));
    assert_eq!(order.status, OrderStatus::Pending);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn test_user_orders_relationship(db: Db) -> testudo::Result {
    let user = sample_user(&db).await?;
    orders::place_order(&db, &user, "REL-001", dec!(100.00)).await?;
    orders::place_order(&db, &user, "REL-002", dec!(200.00)).await?;

    assert_eq!(user.orders.all().fetch_all(&db).await?.len(), 2);
    let high_value = user
        .orders
        .filter(Order::total_amount.gte(150))
        .fetch_all(&db)
        .await?;
    assert_eq!(high_value.len(), 1);
    assert_eq!(high_value[0].order_number, "REL-002");
    Ok(())
}
