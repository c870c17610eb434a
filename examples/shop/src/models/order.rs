//! Orders and how far they have come.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;

use super::User;

/// How far an order has come; stored as `pending`, `confirmed` and so on.
#[derive(DbEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Placed.
    Pending,
    /// Accepted by the shop.
    Confirmed,
    /// On its way.
    Shipped,
    /// With the user.
    Delivered,
    /// Called off.
    Cancelled,
}

/// An order of a user.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "orders", index(status, created_at))]
pub struct Order {
    /// Order ID.
    #[field(primary_key)]
    pub id: i64,
    /// Order number.
    #[field(max_length = 50, unique)]
    pub order_number: String,
    /// Ordering user; the orders go when the user goes.
    #[field(related_name = "orders", on_delete = Cascade, index)]
    pub user: ForeignKey<User>,
    /// Total amount.
    #[field(max_digits = 10, decimal_places = 2)]
    pub total_amount: Decimal,
    /// Order status.
    #[field(default = OrderStatus::Pending)]
    pub status: OrderStatus,
    /// When the order was placed.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the order was last saved.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}
