//! Who is billed.

use std::fmt;

use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;
use uuid::Uuid;

use super::Invoice;

/// Somebody who gets invoices.
#[derive(Model, Debug, Clone)]
#[model(table = "customers", ordering("name"))]
pub struct Customer {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// As it stands on the invoice.
    #[field(max_length = 100)]
    pub name: String,
    /// Where invoices are sent.
    #[field(max_length = 255, unique)]
    pub email: String,
    /// When the row was made.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the row was saved last.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
    /// Their invoices.
    pub invoices: ReverseRelation<Invoice>,
}

impl fmt::Display for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
