//! Customers who come and go.

use testudo_orm::prelude::*;
use testudo_orm::{IntegrityError, IntegrityKind};
use uuid::Uuid;

use crate::BillingError;
use crate::models::Customer;

/// Deletes a customer who was never billed.
///
/// # Errors
/// [`BillingError::UnknownCustomer`], [`BillingError::HasInvoices`], or the database's failure.
pub async fn close_account(db: &Db, customer_id: Uuid) -> Result<(), BillingError> {
    let customers = Customer::filter(Customer::id.eq(customer_id));
    // Whether there are invoices is for the foreign key to say: one may be issued at this moment.
    match customers.delete(db).await {
        Ok(0) => Err(BillingError::UnknownCustomer(customer_id)),
        Ok(_) => Ok(()),
        Err(error) if error.integrity().is_some_and(is_foreign_key) => {
            Err(BillingError::HasInvoices(customer_id))
        }
        Err(error) => Err(error.into()),
    }
}

fn is_foreign_key(error: &IntegrityError) -> bool {
    error.kind == IntegrityKind::ForeignKey
}
