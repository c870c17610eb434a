//! Section "Test Database Configuration": what the guide sets up by hand in `conftest.py`.

use shop::models::*;
use testudo::prelude::*;

use crate::a_user;

// Two tests that would fail if they saw each other's rows, in whatever order or thread they run.
#[orm_test(models(User))]
async fn each_test_has_a_database_of_its_own(db: Db) -> testudo::Result {
    assert!(!User::all().exists(&db).await?);
    a_user(&db, "testuser").await?;
    Ok(())
}

#[orm_test(models(User))]
async fn what_another_test_has_written_is_not_there(db: Db) -> testudo::Result {
    assert!(!User::all().exists(&db).await?);
    a_user(&db, "testuser").await?;
    Ok(())
}

// One test may take several parameters. They are the same database.
#[orm_test(models(User))]
async fn a_test_takes_the_handles_that_it_needs(
    ctx: TestContext,
    db: Db,
    pool: SqlitePool,
) -> testudo::Result {
    assert_eq!(ctx.backend(), Backend::Sqlite);
    let user = a_user(&db, "testuser").await?;
    assert_eq!(User::get(ctx.db(), user.id).await?, user);
    let name: String = sqlx::query_scalar("SELECT username FROM users")
        .fetch_one(&pool)
        .await?;
    assert_eq!(name, "testuser");
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn fixture_rows_are_found_by_label(ctx: TestContext) -> testudo::Result {
    let order: Order = ctx.get("orders.first").await?;
    assert_eq!(order.order_number, "ORD-001");
    let customer: User = ctx.get("users.customer_07").await?;
    assert_eq!(customer.email, "customer_07@example.com");
    Ok(())
}

// Without the macro: for property tests, BDD, or a harness of one's own.
#[tokio::test]
async fn a_context_can_be_started_without_the_macro() -> testudo::Result {
    let ctx = test_context()
        .migrations("migrations")
        .fixtures(["shop"])
        .start()
        .await?;
    assert_eq!(User::all().count(ctx.db()).await?, 44);
    ctx.finish().await?;
    Ok(())
}
