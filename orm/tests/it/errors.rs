//! Errors: what a caller can tell from them.

use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::IntegrityKind;

use crate::shop::{Order, User, people};

#[orm_test(models(User))]
async fn no_row_and_several_rows_are_errors_of_their_own(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob"]).await?;
    let none = User::filter(User::username.eq("nobody"))
        .get(&db)
        .await
        .unwrap_err();
    assert!(
        none.is_does_not_exist() && none.to_string().contains("`User`"),
        "{none}"
    );
    assert!(User::get(&db, 99).await.unwrap_err().is_does_not_exist());
    let several = User::all().get(&db).await.unwrap_err();
    assert!(
        several.is_multiple_objects() && several.to_string().contains("`User`"),
        "{several}"
    );
    assert!(
        User::all()
            .get_or_none(&db)
            .await
            .unwrap_err()
            .is_multiple_objects()
    );
    assert_eq!(User::filter(User::id.eq(99)).get_or_none(&db).await?, None);
    assert_eq!(User::filter(User::id.eq(99)).first(&db).await?, None);
    Ok(())
}

#[orm_test(models(User))]
async fn a_unique_violation_names_table_and_column(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let twice = User::builder()
        .username("alice")
        .email("other@example.com")
        .first_name("A");
    let error = twice.create(&db).await.unwrap_err();
    let integrity = error.integrity().unwrap();
    assert_eq!(integrity.kind, IntegrityKind::Unique);
    assert_eq!(integrity.table.as_deref(), Some("users"));
    assert_eq!(integrity.columns, ["username"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_foreign_key_to_no_row_is_an_integrity_error(db: Db) -> testudo::Result {
    let order = Order::builder()
        .order_number("1")
        .user_id(4711)
        .total_amount(dec!(1));
    let error = order.create(&db).await.unwrap_err();
    assert_eq!(error.integrity().unwrap().kind, IntegrityKind::ForeignKey);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn deleting_a_row_that_others_need_is_refused_where_the_model_says_restrict(
    db: Db,
) -> testudo::Result {
    let user = people(&db, &["alice"]).await?.remove(0);
    Order::builder()
        .order_number("1")
        .user(&user)
        .total_amount(dec!(1))
        .create(&db)
        .await?;
    let error = user.delete(&db).await.unwrap_err();
    assert_eq!(error.integrity().unwrap().kind, IntegrityKind::ForeignKey);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User))]
async fn text_that_is_too_long_is_refused_before_a_statement_is_sent(db: Db) -> testudo::Result {
    let long = "x".repeat(51);
    let builder = User::builder()
        .username(long.clone())
        .email("a@example.com")
        .first_name("A");
    let error = builder.create(&db).await.unwrap_err();
    let validation = error.validation().unwrap();
    assert_eq!((validation.model, validation.field), ("User", "username"));
    assert_eq!(
        validation.problem,
        "it has 51 characters, and at most 50 fit"
    );

    let update = User::all()
        .update(User::username.set(long))
        .execute(&db)
        .await;
    assert!(update.unwrap_err().is_validation());
    Ok(())
}

#[orm_test(models(User))]
async fn characters_are_counted_and_not_bytes(db: Db) -> testudo::Result {
    let name = "ü".repeat(50);
    let user = User::builder()
        .username(name.clone())
        .email("a@example.com")
        .first_name("A");
    assert_eq!(user.create(&db).await?.username, name);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_decimal_with_too_many_digits_is_refused_before_a_statement_is_sent(
    db: Db,
) -> testudo::Result {
    let user = people(&db, &["alice"]).await?.remove(0);
    let order = |amount| {
        Order::builder()
            .order_number("1")
            .user(&user)
            .total_amount(amount)
    };
    let places = order(dec!(1.005)).create(&db).await.unwrap_err();
    assert_eq!(
        places.to_string(),
        "invalid value for `Order.total_amount`: 1.005 has 3 digits after the point, and at most 2 \
         fit; round it first"
    );
    let whole = order(dec!(123456789.00)).create(&db).await.unwrap_err();
    assert_eq!(
        whole.to_string(),
        "invalid value for `Order.total_amount`: 123456789 has 9 digits before the point, and at \
         most 8 fit"
    );
    assert_eq!(
        order(dec!(12345678.99)).create(&db).await?.total_amount,
        dec!(12345678.99)
    );
    Ok(())
}

#[orm_test(models(User))]
async fn of_many_rows_one_misfit_keeps_all_out(db: Db) -> testudo::Result {
    let user = |name: &str, email: &str| {
        User::builder()
            .username(name)
            .email(email)
            .first_name("A")
            .build()
    };
    let rows = vec![
        user("alice", "a@example.com")?,
        user(&"x".repeat(51), "b@example.com")?,
    ];
    assert!(
        User::bulk_create(&db, rows)
            .await
            .unwrap_err()
            .is_validation()
    );
    assert!(!User::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_that_is_gone_can_be_neither_deleted_nor_saved_in_part(db: Db) -> testudo::Result {
    let mut user = people(&db, &["alice"]).await?.remove(0);
    user.delete(&db).await?;
    assert!(user.delete(&db).await.unwrap_err().is_does_not_exist());
    let saved = user.save_fields(&db, User::first_name).await;
    assert!(saved.unwrap_err().is_does_not_exist());
    Ok(())
}
