//! Figures about the shop.

use rust_decimal::Decimal;
use testudo_orm::Result;
use testudo_orm::prelude::*;

use crate::models::{Order, User};

/// The shop in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopStatistics {
    /// How many users there are.
    pub users: u64,
    /// How many of them may log in.
    pub active_users: u64,
    /// How many orders there are.
    pub total_orders: i64,
    /// What all orders come to; `None`, like the figures below, as long as there is no order.
    pub total_revenue: Option<Decimal>,
    /// What an order comes to on average.
    pub average_order: Option<Decimal>,
    /// The largest order.
    pub largest_order: Option<Decimal>,
    /// The smallest order.
    pub smallest_order: Option<Decimal>,
}

/// What one user has spent.
#[derive(Debug, Clone, PartialEq)]
pub struct UserSpending {
    /// The user.
    pub user_id: i64,
    /// How many orders they have placed.
    pub orders: i64,
    /// What these come to.
    pub total: Decimal,
}

/// The shop in figures.
///
/// # Errors
/// When the database refuses.
pub async fn shop_statistics(db: &Db) -> Result<ShopStatistics> {
    let users = User::all().count(db).await?;
    let active_users = User::filter(User::is_active.eq(true)).count(db).await?;
    let (total_orders, total_revenue, average_order, largest_order, smallest_order) = Order::all()
        .aggregate(
            db,
            (
                count(Order::id),
                sum(Order::total_amount),
                avg(Order::total_amount),
                max(Order::total_amount),
                min(Order::total_amount),
            ),
        )
        .await?;
    Ok(ShopStatistics {
        users,
        active_users,
        total_orders,
        total_revenue,
        average_order,
        largest_order,
        smallest_order,
    })
}

/// What each user has spent; users without an order are left out.
///
/// # Errors
/// When the database refuses.
pub async fn spending_by_user(db: &Db) -> Result<Vec<UserSpending>> {
    let rows = Order::all()
        .group_by(Order::user_id)
        .values((Order::user_id, count(Order::id), sum(Order::total_amount)))
        .order_by(Order::user_id.asc())
        .fetch_all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(user_id, orders, total)| UserSpending {
            user_id,
            orders,
            // A group has at least one order, so that there is a sum.
            total: total.unwrap_or_default(),
        })
        .collect())
}
