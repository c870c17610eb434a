//! "Testing": what a test may rely on, whatever the services do with the database.

use billing::BillingError;
use billing::models::{AuditLog, Customer, Invoice, Payment};
use billing::services::{InvoiceDraft, issue_invoices, settle_invoice};
use rust_decimal::dec;
use sqlx::SqlitePool;
use testudo::prelude::*;

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_row_is_found_by_its_label(ctx: TestContext) -> testudo::Result {
    let invoice = ctx.get::<Invoice>("invoices.first").await?;
    assert_eq!(invoice.number, "INV-001");
    assert_eq!(invoice.customer.fetch(ctx.db()).await?.name, "Acme");
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn what_a_service_commits_is_there_for_plain_sqlx(pool: SqlitePool) -> testudo::Result {
    let db = Db::from(pool.clone());
    let open = Invoice::filter(Invoice::number.eq("INV-002"))
        .get(&db)
        .await?;
    settle_invoice(&db, open.id).await?;

    let paid: bool = sqlx::query_scalar("SELECT paid FROM invoices WHERE number = ?")
        .bind("INV-002")
        .fetch_one(&pool)
        .await?;
    let amount: f64 = sqlx::query_scalar(
        "SELECT p.amount FROM payments AS p JOIN invoices AS i ON i.id = p.invoice_id WHERE i.number = ?",
    )
    .bind("INV-002")
    .fetch_one(&pool)
    .await?;
    assert!(paid);
    assert_eq!(amount, 99.9);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn what_plain_sqlx_commits_is_there_for_a_service(
    ctx: TestContext,
    pool: SqlitePool,
) -> testudo::Result {
    let mut tx = pool.begin().await?;
    sqlx::query("UPDATE invoices SET paid = TRUE WHERE number = 'INV-001'")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let first = ctx.id("invoices.first")?;
    let refused = settle_invoice(ctx.db(), first).await;
    assert!(matches!(refused, Err(BillingError::AlreadyPaid(_))));
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_transaction_of_the_application_is_a_savepoint(
    ctx: TestContext,
    pool: SqlitePool,
) -> testudo::Result {
    let first = ctx.id("invoices.first")?;
    settle_invoice(ctx.db(), first).await?;
    // The service has committed, and still SQLite is in a transaction: that of the test.
    let error = sqlx::raw_sql("BEGIN").execute(&pool).await.unwrap_err();
    assert!(
        error.to_string().contains("within a transaction"),
        "{error}"
    );
    assert!(Invoice::get(ctx.db(), first).await?.paid);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
async fn a_statement_that_fails_does_not_poison_the_test(ctx: TestContext) -> testudo::Result {
    let acme: Customer = ctx.get("customers.acme").await?;
    let twin = InvoiceDraft {
        number: "INV-001".to_owned(),
        amount: dec!(1),
        due_at: None,
    };
    assert!(issue_invoices(ctx.db(), acme.id, vec![twin]).await.is_err());
    assert!(ctx.db().execute("SELECT nonsense", &[]).await.is_err());

    let fresh = InvoiceDraft {
        number: "INV-100".to_owned(),
        amount: dec!(1),
        due_at: None,
    };
    issue_invoices(ctx.db(), acme.id, vec![fresh]).await?;
    assert_eq!(acme.invoices.all().count(ctx.db()).await?, 3);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("billing"))]
#[should_panic(expected = "the invoice `INV-003` is paid already")]
async fn a_panic_carries_the_words_of_the_service(ctx: TestContext) {
    let paid: Invoice = ctx.get("invoices.paid").await.unwrap();
    if let Err(error) = settle_invoice(ctx.db(), paid.id).await {
        panic!("{error}");
    }
}

#[orm_test(migrations = "migrations", fixtures("billing"), runtime = "own")]
async fn a_task_on_a_runtime_of_its_own_uses_the_services(ctx: TestContext) -> testudo::Result {
    let (db, first) = (ctx.db().clone(), ctx.id("invoices.first")?);
    let payment = tokio::spawn(async move { settle_invoice(&db, first).await }).await??;
    assert!(
        Payment::filter(Payment::id.eq(payment.id))
            .exists(ctx.db())
            .await?
    );
    Ok(())
}

/// What `#[orm_test]` does, by hand: for property tests and harnesses of one's own.
#[tokio::test]
async fn a_context_without_the_macro_starts_where_the_last_one_started() -> testudo::Result {
    for _ in 0..2 {
        let ctx = test_context()
            .migrations("migrations")
            .fixtures(["billing"])
            .start()
            .await?;
        let invoice: Invoice = ctx.get("invoices.first").await?;
        assert!(!invoice.paid);
        settle_invoice(ctx.db(), invoice.id).await?;
        ctx.finish().await?;
    }
    Ok(())
}

#[orm_test(models(Customer, Invoice, Payment, AuditLog))]
async fn the_schema_may_come_from_the_models(db: Db) -> testudo::Result {
    let customer = Customer::builder()
        .name("Hooli")
        .email("ap@hooli.example")
        .create(&db)
        .await?;
    let draft = InvoiceDraft {
        number: "INV-001".to_owned(),
        amount: dec!(1),
        due_at: None,
    };
    let issued = issue_invoices(&db, customer.id, vec![draft]).await?;
    settle_invoice(&db, issued[0].id).await?;
    assert_eq!(AuditLog::all().count(&db).await?, 2);
    Ok(())
}
