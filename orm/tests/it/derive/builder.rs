//! Rows made by builders, without a database.

use rust_decimal::dec;
use testudo_orm::{Model, ModelBuilder, Result};
use uuid::Uuid;

use crate::shop::{Category, Job, Order, OrderStatus, User, UserProfile};

#[test]
fn fields_that_are_not_set_have_their_defaults() -> Result<()> {
    let job = Job::builder().build()?;
    assert_eq!(job.priority, -1);
    assert_eq!(job.weight, dec!(1));
    assert_eq!(job.note.as_deref(), Some("none"));
    assert_eq!(job.category.id(), "misc");
    let order = Order::builder()
        .order_number("1")
        .user_id(5)
        .total_amount(dec!(1.50))
        .build()?;
    assert_eq!(order.status, OrderStatus::Pending);
    assert_eq!(order.previous_status, None);
    assert_eq!(order.id, 0);
    Ok(())
}

#[test]
fn a_default_that_calls_a_function_is_evaluated_for_each_row() -> Result<()> {
    let (one, two) = (Job::builder().build()?, Job::builder().build()?);
    assert_ne!(one.token, two.token);
    Ok(())
}

#[test]
fn a_uuid_key_is_made_up_unless_it_is_given() -> Result<()> {
    assert_ne!(Job::builder().build()?.id, Job::builder().build()?.id);
    let id = Uuid::from_u128(7);
    assert_eq!(Job::builder().id(id).build()?.id, id);
    Ok(())
}

#[test]
fn all_missing_fields_are_named_at_once() {
    let error = User::builder()
        .email("a@example.com")
        .build()
        .expect_err("two are missing");
    assert!(error.is_validation());
    assert_eq!(error.missing_fields(), ["username", "first_name"]);
    assert_eq!(
        error.to_string(),
        "cannot build a `User`: no value and no default for `username`, `first_name`; \
         set it on `User::builder()`"
    );
}

#[test]
fn a_text_key_must_be_given() {
    let error = Category::builder()
        .build()
        .expect_err("no server makes up texts");
    assert_eq!(error.missing_fields(), ["code"]);
}

#[test]
fn an_optional_field_takes_a_value_or_an_option() -> Result<()> {
    let profile = || UserProfile::builder().user_id(1);
    assert_eq!(
        profile().avatar("a.png").build()?.avatar.as_deref(),
        Some("a.png")
    );
    assert_eq!(
        profile()
            .avatar(String::from("a.png"))
            .build()?
            .avatar
            .as_deref(),
        Some("a.png")
    );
    assert_eq!(
        profile()
            .avatar(Some("a.png".to_owned()))
            .build()?
            .avatar
            .as_deref(),
        Some("a.png")
    );
    assert_eq!(profile().avatar(None).build()?.avatar, None);
    Ok(())
}

#[test]
fn a_foreign_key_takes_a_row_or_a_key() -> Result<()> {
    let root = Category::builder().code("root").build()?;
    let by_row = Category::builder().code("a").parent(&root).build()?;
    let by_key = Category::builder().code("a").parent_id("root").build()?;
    let by_option = Category::builder()
        .code("a")
        .parent_id(Some("root".to_owned()))
        .build()?;
    assert_eq!(by_row, by_key);
    assert_eq!(by_row, by_option);
    assert_eq!(
        Category::builder().code("a").parent(None).build()?.parent,
        None
    );
    Ok(())
}

#[test]
fn a_foreign_key_that_was_not_fetched_says_which_field_it_is() -> Result<()> {
    let order = Order::builder()
        .order_number("1")
        .user_id(5)
        .total_amount(1)
        .build()?;
    let error = order.user.get().expect_err("nothing was fetched");
    assert!(
        error
            .to_string()
            .starts_with("`Order.user` was not fetched"),
        "{error}"
    );
    Ok(())
}
