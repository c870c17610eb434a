//! Invoices issued and changed, many at a time.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use uuid::Uuid;

use crate::BillingError;
use crate::models::{AuditLog, Customer, Invoice};

/// An invoice that is not issued yet.
#[derive(Debug, Clone)]
pub struct InvoiceDraft {
    /// Its number.
    pub number: String,
    /// How much is owed.
    pub amount: Decimal,
    /// Until when, if there is a limit.
    pub due_at: Option<DateTime<Utc>>,
}

/// Issues invoices to a customer, all or none.
///
/// # Errors
/// [`BillingError::UnknownCustomer`], [`BillingError::NumberTaken`], or the database's failure.
pub async fn issue_invoices(
    db: &Db,
    customer_id: Uuid,
    drafts: Vec<InvoiceDraft>,
) -> Result<Vec<Invoice>, BillingError> {
    db.transaction(async |tx| {
        if !Customer::filter(Customer::id.eq(customer_id))
            .exists(&tx)
            .await?
        {
            return Err(BillingError::UnknownCustomer(customer_id));
        }
        let invoices = drafts
            .into_iter()
            .map(|draft| {
                Invoice::builder()
                    .customer_id(customer_id)
                    .number(draft.number)
                    .amount(draft.amount)
                    .due_at(draft.due_at)
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()?;
        let invoices = Invoice::bulk_create(&tx, invoices)
            .await
            .map_err(number_taken)?;
        let log = invoices
            .iter()
            .map(|invoice| {
                AuditLog::builder()
                    .entity("invoice")
                    .entity_id(invoice.id)
                    .created(true)
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()?;
        AuditLog::bulk_create(&tx, log).await?;
        Ok(invoices)
    })
    .await
}

/// Sets the due date of a customer's open invoices and returns how many there are.
///
/// # Errors
/// When the database fails.
pub async fn postpone_invoices(
    db: &Db,
    customer_id: Uuid,
    due_at: DateTime<Utc>,
) -> Result<u64, BillingError> {
    let open = Invoice::filter(Invoice::customer_id.eq(customer_id) & Invoice::paid.eq(false));
    let postponed = open
        .update((
            Invoice::due_at.set(due_at),
            Invoice::updated_at.set(Utc::now()),
        ))
        .execute(db)
        .await?;
    Ok(postponed)
}

/// Adds a fee to every overdue invoice and returns how many there are.
///
/// # Errors
/// When the database fails.
pub async fn charge_late_fee(
    db: &Db,
    fee: Decimal,
    now: DateTime<Utc>,
) -> Result<u64, BillingError> {
    let charged = Invoice::filter(Invoice::paid.eq(false) & Invoice::due_at.lt(now))
        .update((
            Invoice::amount.set(Invoice::amount + fee),
            Invoice::updated_at.set(Utc::now()),
        ))
        .execute(db)
        .await?;
    Ok(charged)
}

fn number_taken(error: testudo_orm::Error) -> BillingError {
    let of_number = |column: &String| column == "number";
    match error.integrity() {
        Some(integrity)
            if error.is_unique_violation() && integrity.columns.iter().any(of_number) =>
        {
            BillingError::NumberTaken
        }
        _ => error.into(),
    }
}
