//! Placing orders and looking at them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::Result;
use testudo_orm::prelude::*;

use crate::models::{Order, OrderStatus, User};

/// Places an order.
///
/// # Errors
/// When the order number is taken, the amount does not fit, or the database refuses.
pub async fn place_order(
    db: &Db,
    user: &User,
    order_number: &str,
    total_amount: Decimal,
) -> Result<Order> {
    Order::builder()
        .order_number(order_number)
        .user(user)
        .total_amount(total_amount)
        .create(db)
        .await
}

/// The orders that wait for the shop, oldest first, each with its user.
///
/// # Errors
/// When the database refuses.
pub async fn pending_orders(db: &Db) -> Result<Vec<Order>> {
    Order::filter(Order::status.eq(OrderStatus::Pending))
        .order_by(Order::created_at.asc())
        .select_related(Order::user())
        .fetch_all(db)
        .await
}

/// What a user has ordered since a time, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn orders_since(db: &Db, user: &User, time: DateTime<Utc>) -> Result<Vec<Order>> {
    user.orders
        .filter(Order::created_at.gte(time))
        .order_by(Order::created_at.desc())
        .fetch_all(db)
        .await
}

/// Adds postage to every pending order, and returns how many there were.
///
/// The database does the sum, so that nothing is lost when an order changes meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn add_postage(db: &Db, postage: Decimal) -> Result<u64> {
    Order::filter(Order::status.eq(OrderStatus::Pending))
        .update(Order::total_amount.set(Order::total_amount + postage))
        .execute(db)
        .await
}
