//! "Querying: fast path summary", and the anti-patterns that are about queries.

use billing::BillingError;
use billing::models::{AuditLog, Customer, Invoice};
use billing::services::{
    InvoiceDraft, balances, charge_late_fee, has_open_invoices, issue_invoices, open_invoices,
    overdue_numbers, postpone_invoices,
};
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use uuid::Uuid;

use crate::{day, numbers};

fn drafts(count: usize) -> Vec<InvoiceDraft> {
    let draft = |n: usize| InvoiceDraft {
        number: format!("BULK-{n}"),
        amount: Decimal::from(n),
        due_at: None,
    };
    (1..=count).map(draft).collect()
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn open_invoices_come_with_their_customers_and_payments(db: Db) -> testudo::Result {
    let invoices = open_invoices(&db).await?;
    assert_eq!(numbers(&invoices), ["INV-002", "INV-001"]);
    for invoice in &invoices {
        assert_eq!(invoice.customer.get()?.name, "Acme");
        assert!(invoice.payments.get()?.is_empty());
    }
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn payments_are_those_of_their_invoice(db: Db) -> testudo::Result {
    let invoices = Invoice::all()
        .prefetch_related(Invoice::payments())
        .fetch_all(&db)
        .await?;
    let mut paid = Vec::new();
    for invoice in &invoices {
        let amounts = invoice.payments.get()?.iter().map(|payment| payment.amount);
        paid.push((invoice.number.as_str(), amounts.collect::<Vec<_>>()));
    }
    let expected = [
        ("INV-002", vec![]),
        ("INV-003", vec![dec!(450)]),
        ("INV-001", vec![]),
    ];
    assert_eq!(paid, expected);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_relation_that_was_not_fetched_is_an_error_and_no_query(db: Db) -> testudo::Result {
    for invoice in Invoice::all().fetch_all(&db).await? {
        let error = invoice.customer.get().unwrap_err();
        assert!(error.is_not_loaded());
        assert!(error.to_string().contains("Invoice::customer()"), "{error}");
    }
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn many_invoices_are_issued_at_once(ctx: TestContext) -> testudo::Result {
    let initech: Customer = ctx.get("customers.initech").await?;
    let issued = issue_invoices(ctx.db(), initech.id, drafts(50)).await?;
    assert_eq!(issued.len(), 50);
    assert_eq!(initech.invoices.all().count(ctx.db()).await?, 50);
    let created = AuditLog::filter(AuditLog::entity.eq("invoice") & AuditLog::created.eq(true));
    assert_eq!(created.count(ctx.db()).await?, 50);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_number_that_is_taken_issues_no_invoice_at_all(ctx: TestContext) -> testudo::Result {
    let initech: Customer = ctx.get("customers.initech").await?;
    let mut drafts = drafts(3);
    drafts[2].number = "INV-001".to_owned();
    let refused = issue_invoices(ctx.db(), initech.id, drafts).await;
    assert!(matches!(refused, Err(BillingError::NumberTaken)));
    assert_eq!(initech.invoices.all().count(ctx.db()).await?, 0);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn an_unknown_customer_is_refused_before_anything_is_built(db: Db) -> testudo::Result {
    let nobody = Uuid::nil();
    let refused = issue_invoices(&db, nobody, drafts(1)).await;
    assert!(matches!(refused, Err(BillingError::UnknownCustomer(id)) if id == nobody));
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn one_statement_postpones_all_open_invoices(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    assert_eq!(postpone_invoices(ctx.db(), acme.id, day(6, 1)).await?, 2);
    let due = Invoice::all()
        .values((Invoice::number, Invoice::due_at))
        .fetch_all(ctx.db())
        .await?;
    let expected = [
        ("INV-002".to_owned(), Some(day(6, 1))),
        ("INV-003".to_owned(), Some(day(2, 15))),
        ("INV-001".to_owned(), Some(day(6, 1))),
    ];
    assert_eq!(due, expected);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn values_fetch_what_is_needed_and_no_more(db: Db) -> testudo::Result {
    assert_eq!(overdue_numbers(&db, day(3, 1)).await?, ["INV-001"]);
    assert_eq!(
        overdue_numbers(&db, day(5, 1)).await?,
        ["INV-001", "INV-002"]
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn conditions_combine_by_and_or_and_not(db: Db) -> testudo::Result {
    let dear_or_of_globex = Invoice::filter(
        (Invoice::amount.gte(1000) | Invoice::customer().name.iexact("globex"))
            & !Invoice::number.startswith("X"),
    );
    let invoices = dear_or_of_globex.fetch_all(&db).await?;
    assert_eq!(numbers(&invoices), ["INV-003", "INV-001"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_late_fee_is_added_in_the_database(ctx: TestContext) -> testudo::Result {
    assert_eq!(charge_late_fee(ctx.db(), dec!(5.25), day(3, 1)).await?, 1);
    let overdue: Invoice = ctx.get("invoices.first").await?;
    let in_time: Invoice = ctx.get("invoices.second").await?;
    assert_eq!(
        (overdue.amount, in_time.amount),
        (dec!(1205.75), dec!(99.90))
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn balances_are_summed_in_the_database(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    assert_eq!(balances(ctx.db()).await?, [(acme.id, dec!(1300.40))]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn exists_asks_without_fetching(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let globex: Customer = ctx.get("customers.globex").await?;
    assert!(has_open_invoices(ctx.db(), acme.id).await?);
    assert!(!has_open_invoices(ctx.db(), globex.id).await?);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn count_counts_in_the_database(db: Db) -> testudo::Result {
    assert_eq!(
        Invoice::filter(Invoice::paid.eq(false)).count(&db).await?,
        2
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn text_of_a_user_is_a_value_and_never_sql(db: Db) -> testudo::Result {
    let hostile = "' OR 1=1; DROP TABLE invoices; --";
    assert!(
        !Invoice::filter(Invoice::number.eq(hostile))
            .exists(&db)
            .await?
    );
    assert!(
        !Invoice::filter(Invoice::number.contains("%"))
            .exists(&db)
            .await?
    );
    assert_eq!(Invoice::all().count(&db).await?, 3);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn each_failure_has_a_question_of_its_own(db: Db) -> testudo::Result {
    let missing = Invoice::get(&db, Uuid::nil()).await.unwrap_err();
    assert!(missing.is_does_not_exist() && !missing.is_integrity());
    let several = Invoice::filter(Invoice::paid.eq(false))
        .get(&db)
        .await
        .unwrap_err();
    assert!(several.is_multiple_objects());
    let with_payments = Invoice::filter(Invoice::number.eq("INV-003"));
    let needed = with_payments.delete(&db).await.unwrap_err();
    assert!(needed.is_integrity() && !needed.is_unique_violation());
    Ok(())
}
