//! Enums stored as text.

use testudo_orm::sql::Value;
use testudo_orm::sql::schema::ColumnType;
use testudo_orm::{DbEnum, FieldType};

use crate::shop::OrderStatus;

#[test]
fn a_variant_is_stored_in_snake_case_or_as_it_says() {
    assert_eq!(OrderStatus::OnHold.as_str(), "on_hold");
    assert_eq!(OrderStatus::Shipped.as_str(), "sent");
    assert_eq!(OrderStatus::Pending.to_value(), Value::from("pending"));
}

#[test]
fn the_column_is_as_long_as_the_longest_variant() {
    assert_eq!(OrderStatus::COLUMN_TYPE, ColumnType::VarChar(9));
}
