//! Enums that are stored as text.

use crate::FieldType;

/// An enum without fields that a model's field can have. Derive it with `#[derive(DbEnum)]`.
///
/// A variant is stored as its name in `snake_case`; `#[db_enum(rename = "...")]` gives it another text.
/// The column is a VARCHAR as long as the longest variant, with a CHECK on the texts.
///
/// ```
/// use testudo_orm::DbEnum;
///
/// #[derive(DbEnum, Debug, PartialEq)]
/// enum OrderStatus {
///     Pending,
///     #[db_enum(rename = "sent")]
///     Shipped,
/// }
///
/// assert_eq!(OrderStatus::Shipped.as_str(), "sent");
/// assert_eq!(OrderStatus::VARIANTS, ["pending", "sent"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum that a column can hold",
    note = "add `#[derive(DbEnum)]` to `{Self}`"
)]
pub trait DbEnum: FieldType<Base = Self> {
    /// The texts of all variants, in the order of the enum.
    const VARIANTS: &'static [&'static str];

    /// The text that the database keeps.
    fn as_str(&self) -> &'static str;
}
