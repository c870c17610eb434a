//! The tests of the shop: a module for each chapter of the guide, and in it one for each section.

mod advanced_query_features;
mod basic_crud_operations;
mod best_practices;
mod database_migration;
mod performance_optimization;
mod quick_start;
mod relationship_field_operations;
mod test_support;

use chrono::{DateTime, TimeZone, Utc};
use shop::models::User;
use testudo::prelude::*;

/// A user who has nothing but what every user needs.
async fn a_user(db: &Db, username: &str) -> testudo_orm::Result<User> {
    User::builder()
        .username(username)
        .email(format!("{username}@example.com"))
        .create(db)
        .await
}

/// Midnight of a day, in UTC.
fn day(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).unwrap()
}

/// The usernames of users, in their order.
fn usernames(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.username.as_str()).collect()
}
