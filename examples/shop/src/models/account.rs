//! Money that users keep with the shop.

use rust_decimal::Decimal;
use testudo_orm::prelude::*;

use super::User;

/// A user's account.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "accounts")]
pub struct Account {
    /// Account ID.
    #[field(primary_key)]
    pub id: i64,
    /// Whose account it is. A user with an account cannot be deleted: the money has to go first.
    #[field(related_name = "account", on_delete = Restrict)]
    pub user: OneToOne<User>,
    /// The money on it.
    #[field(max_digits = 12, decimal_places = 2, default = 0)]
    pub balance: Decimal,
}
