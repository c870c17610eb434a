//! Section "Foreign Key Relationships (ForeignKey)".

use chrono::{TimeDelta, Utc};
use rust_decimal::dec;
use shop::models::*;
use shop::services::orders;
use testudo::prelude::*;

use crate::a_user;

#[orm_test(models(User, Order))]
async fn create_a_record_with_a_model_instance_or_with_its_id(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    let by_instance = Order::builder()
        .order_number("ORD-001")
        .user(&user)
        .total_amount(dec!(99.99))
        .status(OrderStatus::Pending)
        .create(&db)
        .await?;
    let by_id = Order::builder()
        .order_number("ORD-002")
        .user_id(user.id)
        .total_amount(dec!(149.99))
        .status(OrderStatus::Pending)
        .create(&db)
        .await?;

    for order in [by_instance, by_id] {
        let read = Order::get(&db, order.id).await?;
        assert_eq!(read.user.id(), user.id);
        assert_eq!(read.total_amount, order.total_amount);
        assert_eq!(read.status, OrderStatus::Pending);
    }
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_order_of_nobody_is_refused(db: Db) {
    let error = Order::builder()
        .order_number("ORD-001")
        .user_id(404)
        .total_amount(dec!(1))
        .create(&db)
        .await
        .unwrap_err();
    assert!(
        error.is_integrity() && !error.is_unique_violation(),
        "{error}"
    );
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn preload_relationships_when_querying(db: Db) -> testudo::Result {
    let pending = Order::filter(Order::status.eq(OrderStatus::Pending))
        .order_by(Order::order_number.asc())
        .select_related(Order::user())
        .fetch_all(&db)
        .await?;
    let mut shown = Vec::new();
    for order in &pending {
        let user = order.user.get()?;
        shown.push(format!(
            "Order {} belongs to user {}",
            order.order_number, user.username
        ));
    }
    assert_eq!(
        shown,
        [
            "Order ORD-001 belongs to user alice",
            "Order ORD-003 belongs to user bob"
        ]
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn filter_by_a_column_of_the_related_model(db: Db) -> testudo::Result {
    let numbers = Order::filter(Order::user().username.eq("alice"))
        .order_by(Order::order_number.asc())
        .values(Order::order_number)
        .fetch_all(&db)
        .await?;
    assert_eq!(numbers, ["ORD-001", "ORD-002"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn reverse_query(ctx: TestContext) -> testudo::Result {
    let db = ctx.db();
    let alice: User = ctx.get("users.alice").await?;
    let all = alice
        .orders
        .all()
        .order_by(Order::order_number.asc())
        .fetch_all(db)
        .await?;
    let numbers: Vec<&str> = all
        .iter()
        .map(|order| order.order_number.as_str())
        .collect();
    assert_eq!(numbers, ["ORD-001", "ORD-002"]);

    // The second order was placed 45 days ago.
    let recent = orders::orders_since(db, &alice, Utc::now() - TimeDelta::days(30)).await?;
    assert_eq!(recent.len(), 1);
    assert_eq!(recent[0].order_number, "ORD-001");
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn filter_users_by_their_orders(db: Db) -> testudo::Result {
    // Alice has two orders and is found once.
    let buyers = User::filter(User::orders().total_amount.gt(50))
        .fetch_all(&db)
        .await?;
    assert_eq!(crate::usernames(&buyers), ["alice"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn pending_orders_come_oldest_first(db: Db) -> testudo::Result {
    let pending = orders::pending_orders(&db).await?;
    let numbers: Vec<&str> = pending
        .iter()
        .map(|order| order.order_number.as_str())
        .collect();
    assert_eq!(numbers, ["ORD-003", "ORD-001"]);
    Ok(())
}
