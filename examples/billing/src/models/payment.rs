//! Money that came in.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use uuid::Uuid;

use super::Invoice;

/// Money that came in for an invoice.
#[derive(Model, Debug, Clone)]
#[model(table = "payments", ordering("created_at"))]
pub struct Payment {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// What it was paid for. An invoice with payments cannot be deleted.
    #[field(related_name = "payments", on_delete = Restrict, index)]
    pub invoice: ForeignKey<Invoice>,
    /// How much came in.
    #[field(max_digits = 12, decimal_places = 2)]
    pub amount: Decimal,
    /// When the row was made.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the row was saved last.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}

impl fmt::Display for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.amount)
    }
}
