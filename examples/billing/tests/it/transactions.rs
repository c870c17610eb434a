//! "Transactions".

use billing::BillingError;
use billing::models::{AuditLog, Invoice, Payment};
use billing::services::{settle_invoice, settle_invoices};
use rust_decimal::dec;
use testudo::prelude::*;
use uuid::Uuid;

use crate::day;

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn settling_marks_the_invoice_and_records_the_payment(ctx: TestContext) -> testudo::Result {
    let before: Invoice = ctx.get("invoices.first").await?;
    let payment = settle_invoice(ctx.db(), before.id).await?;
    assert_eq!(
        (payment.invoice.id(), payment.amount),
        (before.id, dec!(1200.50))
    );

    let invoice = Invoice::filter(Invoice::id.eq(before.id))
        .prefetch_related(Invoice::payments())
        .get(ctx.db())
        .await?;
    assert!(invoice.paid);
    assert!(invoice.updated_at > before.updated_at);
    let [recorded] = invoice.payments.get()? else {
        panic!("one payment was recorded, not {:?}", invoice.payments);
    };
    assert_eq!(recorded.id, payment.id);
    let logged = AuditLog::filter(AuditLog::entity_id.eq(invoice.id))
        .get(ctx.db())
        .await?;
    assert!(!logged.created);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_paid_invoice_is_refused_and_nothing_is_written(ctx: TestContext) -> testudo::Result {
    let paid = ctx.id("invoices.paid")?;
    let refused = settle_invoice(ctx.db(), paid).await;
    assert!(matches!(refused, Err(BillingError::AlreadyPaid(number)) if number == "INV-003"));
    assert_eq!(Payment::all().count(ctx.db()).await?, 1);
    assert_eq!(AuditLog::all().count(ctx.db()).await?, 0);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn an_unknown_invoice_is_refused(db: Db) -> testudo::Result {
    let refused = settle_invoice(&db, Uuid::nil()).await;
    assert!(matches!(refused, Err(BillingError::UnknownInvoice(id)) if id.is_nil()));
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn saving_some_fields_leaves_the_others_as_they_are(ctx: TestContext) -> testudo::Result {
    let mut invoice: Invoice = ctx.get("invoices.first").await?;
    invoice.paid = true;
    invoice.number = "CHANGED".to_owned();
    invoice.updated_at = day(1, 1);
    invoice
        .save_fields(ctx.db(), (Invoice::paid, Invoice::updated_at))
        .await?;
    invoice.refresh(ctx.db()).await?;
    assert!(invoice.paid && invoice.updated_at > day(1, 1));
    assert_eq!(invoice.number, "INV-001");
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn several_invoices_are_settled_all_or_none(ctx: TestContext) -> testudo::Result {
    let (first, second) = (ctx.id("invoices.first")?, ctx.id("invoices.second")?);
    let paid = ctx.id("invoices.paid")?;
    let refused = settle_invoices(ctx.db(), &[first, paid, second]).await;
    assert!(matches!(refused, Err(BillingError::AlreadyPaid(_))));
    assert_eq!(Payment::all().count(ctx.db()).await?, 1);

    assert_eq!(settle_invoices(ctx.db(), &[first, second]).await?.len(), 2);
    assert!(
        !Invoice::filter(Invoice::paid.eq(false))
            .exists(ctx.db())
            .await?
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn an_error_in_a_block_undoes_what_services_did_in_it(ctx: TestContext) -> testudo::Result {
    let first = ctx.id("invoices.first")?;
    let outcome: Result<(), BillingError> = ctx
        .db()
        .transaction(async |tx| {
            let payment = settle_invoice(&tx, first).await?;
            assert!(
                Payment::filter(Payment::id.eq(payment.id))
                    .exists(&tx)
                    .await?
            );
            Err(BillingError::UnknownInvoice(first))
        })
        .await;
    assert!(matches!(outcome, Err(BillingError::UnknownInvoice(id)) if id == first));
    assert!(!Invoice::get(ctx.db(), first).await?.paid);
    assert_eq!(Payment::all().count(ctx.db()).await?, 1);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_service_that_fails_in_a_block_undoes_itself_alone(ctx: TestContext) -> testudo::Result {
    let (first, paid) = (ctx.id("invoices.first")?, ctx.id("invoices.paid")?);
    ctx.db()
        .transaction(async |tx| {
            settle_invoice(&tx, first).await?;
            assert!(settle_invoice(&tx, paid).await.is_err());
            Ok::<_, BillingError>(())
        })
        .await?;
    assert!(Invoice::get(ctx.db(), first).await?.paid);
    assert_eq!(Payment::all().count(ctx.db()).await?, 2);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_row_lock_needs_a_transaction(db: Db) -> testudo::Result {
    let error = Invoice::all()
        .select_for_update()
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("needs a transaction"), "{error}");
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_service_on_the_outer_handle_is_refused_while_a_transaction_is_nested(
    ctx: TestContext,
) -> testudo::Result {
    let (first, second) = (ctx.id("invoices.first")?, ctx.id("invoices.second")?);
    let outcome: Result<(), BillingError> = ctx
        .db()
        .transaction(async |tx| {
            tx.transaction(async |nested| {
                settle_invoice(&nested, first).await?;
                settle_invoice(&tx, second).await?;
                Ok(())
            })
            .await
        })
        .await;
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("a nested transaction is open"), "{error}");
    assert_eq!(Payment::all().count(ctx.db()).await?, 1);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"), isolation = "clone")]
async fn settling_twice_at_once_pays_once(ctx: TestContext) -> testudo::Result {
    let first = ctx.id("invoices.first")?;
    let (one, other) = tokio::join!(
        settle_invoice(ctx.db(), first),
        settle_invoice(ctx.db(), first)
    );
    let refused = match (one, other) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        both => panic!("one pays and the other is refused, but: {both:?}"),
    };
    assert!(matches!(refused, BillingError::AlreadyPaid(number) if number == "INV-001"));
    let payments = Payment::filter(Payment::invoice_id.eq(first));
    assert_eq!(payments.count(ctx.db()).await?, 1);
    Ok(())
}
