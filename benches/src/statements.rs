//! The five statements that the compiler is measured by, built as an application builds them.
//!
//! `benches/compile.rs` times them beside other query builders; the bench that counts allocations uses
//! the same functions.

use testudo::orm::Result;
use testudo::prelude::*;
use testudo::sql::{Dialect, Insert, Select, Update};

/// A user: five columns.
#[derive(Model, Debug, Clone)]
#[model(table = "users")]
pub struct User {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// The name to sign in with.
    #[field(max_length = 50, unique)]
    pub username: String,
    /// Where to write to.
    #[field(max_length = 200)]
    pub email: String,
    /// Whether the user runs the shop.
    pub is_staff: bool,
    /// How often the user signed in.
    pub logins: i32,
}

/// An order: six columns.
#[derive(Model, Debug, Clone)]
#[model(table = "orders")]
pub struct Order {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// The number on the invoice.
    #[field(max_length = 50, unique)]
    pub order_number: String,
    /// Who ordered.
    pub user: ForeignKey<User>,
    /// What it comes to, in cents.
    pub total: i64,
    /// How far it is.
    #[field(max_length = 20)]
    pub status: String,
    /// Whether it is a gift.
    pub is_gift: bool,
}

/// A line of an order: four columns to fill, as the server numbers none of them.
#[derive(Model, Debug, Clone)]
#[model(table = "lines")]
pub struct Line {
    /// The key.
    #[field(primary_key, generated = false)]
    pub id: i64,
    /// The product.
    #[field(max_length = 100)]
    pub product: String,
    /// How many.
    pub quantity: i32,
    /// What one costs, in cents.
    pub price: i64,
}

/// One row by its key.
#[must_use]
pub fn point() -> Select {
    User::filter(User::id.eq(1)).into_statement()
}

/// A row and the row that it refers to: eleven columns of two tables.
#[must_use]
pub fn join() -> Select {
    Order::filter(Order::user().username.eq("alice") & Order::status.eq("paid"))
        .select_related(Order::user())
        .order_by(Order::id.desc())
        .limit(20)
        .into_statement()
}

/// AND, OR, NOT and IN, grouped, with two aggregates.
#[must_use]
pub fn complex() -> Select {
    let open = Order::status.eq("paid") | Order::status.eq("shipped");
    Order::filter(open & !Order::total.lt(1_000) & Order::user_id.is_in([1, 2, 3, 4]))
        .group_by(Order::user_id)
        .values((Order::user_id, count(Order::id), sum(Order::total)))
        .into_statement()
}

/// A column set to what it was and a little more.
///
/// # Errors
/// Never: all columns are the model's own.
pub fn update(dialect: Dialect) -> Result<Update> {
    Order::filter(Order::id.eq(7))
        .update(Order::total.set(Order::total + 10))
        .into_statement(dialect)
}

/// A hundred rows to insert.
#[must_use]
pub fn lines() -> Vec<Line> {
    (1..=100)
        .map(|id| Line {
            id,
            product: format!("product {id}"),
            quantity: 2,
            price: 999,
        })
        .collect()
}

/// Rows of four columns in one statement.
///
/// # Errors
/// When a value does not fit its field.
pub fn insert(lines: Vec<Line>, dialect: Dialect) -> Result<Insert> {
    let mut statements = Line::bulk(lines).into_statements(dialect)?;
    // A hundred rows are one statement on every server.
    Ok(statements.remove(0))
}
