//! "Models: Rules 0-4 in Practice" and "Cross-Cutting Base".

use billing::BillingError;
use billing::models::{AuditLog, Customer, Invoice, Payment};
use billing::services::close_account;
use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::IntegrityKind;
use uuid::Uuid;

use crate::{day, numbers};

/// An invoice of nobody in particular: what follows from its fields needs no database.
fn invoice() -> Invoice {
    let invoice = Invoice::builder()
        .customer_id(Uuid::nil())
        .number("INV-100")
        .amount(dec!(10))
        .due_at(day(3, 1));
    invoice.build().expect("every field has a value")
}

#[test]
fn an_invoice_is_shown_by_its_number() {
    assert_eq!(invoice().to_string(), "INV-100");
}

#[test]
fn an_invoice_is_overdue_once_its_time_has_come() {
    let invoice = invoice();
    assert!(!invoice.is_overdue(day(2, 29)));
    assert!(!invoice.is_overdue(day(3, 1)));
    assert!(invoice.is_overdue(day(3, 2)));
}

#[test]
fn a_paid_invoice_is_not_overdue() {
    let mut invoice = invoice();
    invoice.settle().expect("it is open");
    assert!(!invoice.is_overdue(day(3, 2)));
}

#[test]
fn an_invoice_without_a_due_date_is_never_overdue() {
    let invoice = Invoice {
        due_at: None,
        ..invoice()
    };
    assert!(!invoice.is_overdue(day(12, 31)));
}

#[test]
fn a_paid_invoice_cannot_be_settled() {
    let mut invoice = invoice();
    invoice.settle().expect("it is open");
    let refused = invoice.settle();
    assert!(matches!(refused, Err(BillingError::AlreadyPaid(number)) if number == "INV-100"));
}

#[test]
fn an_invoice_is_unpaid_unless_said_otherwise() {
    assert!(!invoice().paid);
}

#[test]
fn an_invoice_without_number_and_amount_is_refused_with_both_named() {
    let error = Invoice::builder()
        .customer_id(Uuid::nil())
        .build()
        .unwrap_err();
    assert!(error.is_validation());
    assert_eq!(error.missing_fields(), ["number", "amount"]);
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_number_belongs_to_one_invoice(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let twin = Invoice::builder()
        .customer(&acme)
        .number("INV-001")
        .amount(1);
    let error = twin.create(ctx.db()).await.unwrap_err();
    assert!(error.is_unique_violation());
    let integrity = error.integrity().expect("the constraint is told");
    assert_eq!(integrity.table.as_deref(), Some("invoices"));
    assert_eq!(integrity.columns, ["number"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_number_has_at_most_32_characters(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let of_length = |length| {
        let number = "9".repeat(length);
        Invoice::builder().customer(&acme).number(number).amount(1)
    };
    of_length(32).create(ctx.db()).await?;
    let error = of_length(33).create(ctx.db()).await.unwrap_err();
    let misfit = error.validation().expect("no statement was sent");
    assert_eq!((misfit.model, misfit.field), ("Invoice", "number"));
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn an_amount_has_twelve_digits_two_of_them_cents(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let of_amount = |amount| {
        Invoice::builder()
            .customer(&acme)
            .number("INV-100")
            .amount(amount)
    };
    for misfit in [dec!(0.001), dec!(12345678901)] {
        let error = of_amount(misfit).create(ctx.db()).await.unwrap_err();
        assert_eq!(error.validation().map(|e| e.field), Some("amount"));
    }
    let mut invoice = of_amount(dec!(9999999999.99)).create(ctx.db()).await?;
    invoice.refresh(ctx.db()).await?;
    assert_eq!(invoice.amount, dec!(9999999999.99));
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn invoices_come_newest_first(db: Db) -> testudo::Result {
    let invoices = Invoice::all().fetch_all(&db).await?;
    assert_eq!(numbers(&invoices), ["INV-002", "INV-003", "INV-001"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_customer_knows_their_invoices(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let small = acme
        .invoices
        .filter(Invoice::amount.lt(100))
        .fetch_all(ctx.db())
        .await?;
    assert_eq!(acme.invoices.all().count(ctx.db()).await?, 2);
    assert_eq!(numbers(&small), ["INV-002"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_customer_with_invoices_cannot_be_deleted(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let error = acme.delete(ctx.db()).await.unwrap_err();
    assert_eq!(
        error.integrity().map(|e| e.kind),
        Some(IntegrityKind::ForeignKey)
    );
    assert!(
        Customer::filter(Customer::id.eq(acme.id))
            .exists(ctx.db())
            .await?
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn closing_an_account_says_why_it_is_refused(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let initech: Customer = ctx.get("customers.initech").await?;
    let refused = close_account(ctx.db(), acme.id).await;
    assert!(matches!(refused, Err(BillingError::HasInvoices(id)) if id == acme.id));
    close_account(ctx.db(), initech.id).await?;
    let gone = close_account(ctx.db(), initech.id).await;
    assert!(matches!(gone, Err(BillingError::UnknownCustomer(id)) if id == initech.id));
    Ok(())
}

#[test]
fn every_model_has_a_uuid_and_knows_when_it_was_made_and_saved() {
    fn fields<M: Model<PrimaryKey = Uuid>>() -> Vec<&'static str> {
        M::TABLE.columns.iter().map(|column| column.field).collect()
    }
    let models = [
        fields::<Customer>(),
        fields::<Invoice>(),
        fields::<Payment>(),
        fields::<AuditLog>(),
    ];
    for fields in models {
        assert_eq!(fields.first(), Some(&"id"));
        assert!(
            fields.ends_with(&["created_at", "updated_at"]),
            "{fields:?}"
        );
    }
}

#[test]
fn a_new_row_brings_its_own_key() {
    let (one, other) = (invoice(), invoice());
    assert_eq!(one.id.get_version_num(), 4);
    assert_ne!(one.id, other.id);
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn saving_moves_updated_at_and_leaves_created_at(ctx: TestContext) -> testudo::Result {
    let mut invoice: Invoice = ctx.get("invoices.first").await?;
    let (created_at, updated_at) = (invoice.created_at, day(1, 1));
    invoice.updated_at = updated_at;
    invoice.save(ctx.db()).await?;
    invoice.refresh(ctx.db()).await?;
    assert_eq!(invoice.created_at, created_at);
    assert!(invoice.updated_at > updated_at);
    Ok(())
}
