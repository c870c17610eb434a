//! Invoices that get paid.

use testudo_orm::prelude::*;
use uuid::Uuid;

use crate::BillingError;
use crate::models::{AuditLog, Invoice, Payment};

/// Settles an invoice: it is marked as paid, and a payment of its amount is recorded.
///
/// The row is locked first, so of two calls at the same time one pays and the other is refused.
///
/// # Errors
/// [`BillingError::UnknownInvoice`], [`BillingError::AlreadyPaid`], or the database's failure;
/// nothing has changed then.
pub async fn settle_invoice(db: &Db, invoice_id: Uuid) -> Result<Payment, BillingError> {
    db.transaction(async |tx| {
        let mut invoice = Invoice::filter(Invoice::id.eq(invoice_id))
            .select_for_update()
            .get_or_none(&tx)
            .await?
            .ok_or(BillingError::UnknownInvoice(invoice_id))?;
        invoice.settle()?;
        invoice
            .save_fields(&tx, (Invoice::paid, Invoice::updated_at))
            .await?;
        AuditLog::builder()
            .entity("invoice")
            .entity_id(invoice.id)
            .created(false)
            .create(&tx)
            .await?;
        let payment = Payment::builder()
            .invoice(&invoice)
            .amount(invoice.amount)
            .create(&tx)
            .await?;
        Ok(payment)
    })
    .await
}

/// Settles several invoices, all or none.
///
/// # Errors
/// As [`settle_invoice`], for the first that cannot be settled.
pub async fn settle_invoices(db: &Db, invoice_ids: &[Uuid]) -> Result<Vec<Payment>, BillingError> {
    db.transaction(async |tx| {
        let mut payments = Vec::with_capacity(invoice_ids.len());
        for &invoice_id in invoice_ids {
            payments.push(settle_invoice(&tx, invoice_id).await?);
        }
        Ok(payments)
    })
    .await
}
