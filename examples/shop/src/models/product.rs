//! What the shop sells.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;

/// A product.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "products", index(name), index(is_active, created_at))]
pub struct Product {
    /// Product ID.
    #[field(primary_key)]
    pub id: i64,
    /// Product name.
    #[field(max_length = 255)]
    pub name: String,
    /// Price.
    #[field(max_digits = 10, decimal_places = 2)]
    pub price: Decimal,
    /// Whether it can be bought.
    #[field(default = true)]
    pub is_active: bool,
    /// When the product was created.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the product was last saved.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}
