//! What is owed, as the books tell it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use uuid::Uuid;

use crate::BillingError;
use crate::models::Invoice;

/// The invoices that are to be paid, newest first, with their customers and what was paid so far.
///
/// # Errors
/// When the database fails.
pub async fn open_invoices(db: &Db) -> Result<Vec<Invoice>, BillingError> {
    let invoices = Invoice::filter(Invoice::paid.eq(false))
        .select_related(Invoice::customer())
        .prefetch_related(Invoice::payments())
        .fetch_all(db)
        .await?;
    Ok(invoices)
}

/// Whether a customer owes anything.
///
/// # Errors
/// When the database fails.
pub async fn has_open_invoices(db: &Db, customer_id: Uuid) -> Result<bool, BillingError> {
    let open = Invoice::filter(Invoice::customer_id.eq(customer_id) & Invoice::paid.eq(false));
    Ok(open.exists(db).await?)
}

/// The numbers of the invoices whose time has come, the oldest debt first.
///
/// # Errors
/// When the database fails.
pub async fn overdue_numbers(db: &Db, now: DateTime<Utc>) -> Result<Vec<String>, BillingError> {
    let numbers = Invoice::filter(Invoice::paid.eq(false) & Invoice::due_at.lt(now))
        .order_by(Invoice::due_at.asc())
        .values(Invoice::number)
        .fetch_all(db)
        .await?;
    Ok(numbers)
}

/// What each customer owes; those who owe nothing are left out.
///
/// # Errors
/// When the database fails.
pub async fn balances(db: &Db) -> Result<Vec<(Uuid, Decimal)>, BillingError> {
    let owed = Invoice::filter(Invoice::paid.eq(false))
        .group_by(Invoice::customer_id)
        .values((Invoice::customer_id, sum(Invoice::amount)))
        .fetch_all(db)
        .await?;
    // A group has at least one amount, so its sum is there.
    let balance = |(customer, sum): (Uuid, Option<Decimal>)| sum.map(|sum| (customer, sum));
    Ok(owed.into_iter().filter_map(balance).collect())
}
