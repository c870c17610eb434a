//! What a customer owes.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use uuid::Uuid;

use super::{Customer, Payment};
use crate::BillingError;

/// An amount that a customer owes, until it is paid.
#[derive(Model, Debug, Clone)]
#[model(table = "invoices", ordering("-created_at"), index(paid, created_at))]
pub struct Invoice {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// Who owes. A customer with invoices cannot be deleted.
    #[field(related_name = "invoices", on_delete = Restrict, index)]
    pub customer: ForeignKey<Customer>,
    /// The number by which people know it.
    #[field(max_length = 32, unique)]
    pub number: String,
    /// How much is owed.
    #[field(max_digits = 12, decimal_places = 2)]
    pub amount: Decimal,
    /// Whether it is settled.
    #[field(default = false)]
    pub paid: bool,
    /// Until when it is to be paid, if there is a limit.
    pub due_at: Option<DateTime<Utc>>,
    /// When the row was made.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    /// When the row was saved last.
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
    /// What was paid for it.
    pub payments: ReverseRelation<Payment>,
}

impl fmt::Display for Invoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

impl Invoice {
    /// Whether it is still to be paid although its time has come.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        !self.paid && self.due_at.is_some_and(|due_at| due_at < now)
    }

    /// Marks it as paid.
    ///
    /// # Errors
    /// [`BillingError::AlreadyPaid`] when it is paid.
    pub fn settle(&mut self) -> Result<(), BillingError> {
        if self.paid {
            return Err(BillingError::AlreadyPaid(self.number.clone()));
        }
        self.paid = true;
        Ok(())
    }
}
