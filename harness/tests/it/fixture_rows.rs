//! `ctx.get("table.label")` and `ctx.id(..)`: rows of the fixtures as models, and their keys.

use testudo::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "users")]
struct User {
    #[field(primary_key)]
    id: i64,
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "orders")]
struct Order {
    #[field(primary_key)]
    id: i64,
    user: ForeignKey<User>,
    total: i64,
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_row_is_found_by_its_name(ctx: TestContext) -> testudo::Result {
    let order: Order = ctx.get("orders.first").await?;
    let alice: User = ctx.get("users.alice").await?;
    assert_eq!(order.total, 100);
    assert_eq!(order.user.id(), alice.id);
    assert_eq!(alice.name, "Alice");
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_row_comes_as_the_database_has_it_now(ctx: TestContext) -> testudo::Result {
    let mut alice: User = ctx.get("users.alice").await?;
    alice.name = "Alicia".to_owned();
    alice.save(ctx.db()).await?;
    assert_eq!(ctx.get::<User>("users.alice").await?, alice);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_misspelt_label_is_told_the_nearest(ctx: TestContext) {
    let error = ctx.get::<User>("users.alcie").await.unwrap_err();
    assert!(error.is_fixtures());
    assert!(
        error.to_string().contains("did you mean `users.alice`?"),
        "{error}"
    );
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_row_of_another_table_than_the_model_s_is_refused(ctx: TestContext) {
    let error = ctx.get::<User>("orders.first").await.unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("`orders.first` is a row of `orders`, and `User` is the model of `users`"),
        "{message}"
    );
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_row_that_the_test_has_deleted_is_not_there(ctx: TestContext) -> testudo::Result {
    let order: Order = ctx.get("orders.first").await?;
    order.delete(ctx.db()).await?;
    let error = ctx.get::<Order>("orders.first").await.unwrap_err();
    assert!(error.to_string().contains("`orders.first`"), "{error}");
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_key_is_that_of_the_row(ctx: TestContext) -> testudo::Result {
    let alice: User = ctx.get("users.alice").await?;
    assert_eq!(ctx.id::<i64>("users.alice")?, alice.id);
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_key_of_another_type_is_refused(ctx: TestContext) {
    let error = ctx.id::<String>("users.alice").unwrap_err();
    assert!(error.is_fixtures());
    let message = error.to_string();
    assert!(
        message.contains("the key of `users.alice` is I64("),
        "{message}"
    );
    assert!(
        message.contains("does not fit `alloc::string::String`"),
        "{message}"
    );
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    migrations = "tests/it/migrations/shop",
    fixtures("shop")
)]
async fn a_key_of_a_misspelt_label_is_told_the_nearest(ctx: TestContext) {
    let error = ctx.id::<i64>("users.alcie").unwrap_err();
    assert!(
        error.to_string().contains("did you mean `users.alice`?"),
        "{error}"
    );
}
