//! Types of a user's own as fields: kept in the database as another type.

use std::fmt::Debug;

use testudo_sql::Value;
use testudo_sql::schema::ColumnType;

use crate::row::{Cell, CellError};
use crate::{Dated, FieldType, Key, Number, Text, Timed};

/// A type that a model's field can have because another one stands for it in the database.
///
/// `#[derive(FieldType)]` implements it for a struct around one value:
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// use testudo_orm::FieldType;
///
/// #[derive(FieldType, Debug, Clone, PartialEq)]
/// pub struct UserId(i64);
///
/// #[derive(FieldType, Debug, Clone, PartialEq)]
/// #[field_type(max_length = 254)]
/// pub struct Email(String);
///
/// #[derive(Model, Debug)]
/// #[model(table = "users")]
/// pub struct User {
///     #[field(primary_key)]
///     id: UserId,
///     #[field(unique)]
///     email: Email,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<User>()).await?;
/// let alice = Email("alice@example.com".to_owned());
/// let user = User::builder().email(alice.clone()).create(&db).await?;
/// assert_eq!(user.id, UserId(1));
/// assert_eq!(User::filter(User::email.eq(alice)).get(&db).await?.id, user.id);
/// assert!(User::filter(User::email.endswith("example.com")).exists(&db).await?);
/// # Ok(())
/// # }
/// ```
///
/// It compares with values of its own type alone, so that a `UserId` is never taken for an `OrderId`.
/// Whatever the type in the database can do, it can too: a newtype of text has the text lookups, one of
/// a number can be summed, and one of a type that can be a primary key can be one, provided that it
/// is `Clone`, `PartialEq` and `Debug`. The database numbers it where it would number what it is made of.
///
/// # Settings of `#[field_type(...)]`
/// - `storage = String`: for any other type than a struct around one value, by conversion: the type
///   is `TryFrom<String>` (or `From`), where an error is that of reading the row, and `String` is `From<&Type>`.
/// - `max_length = 254` for text, `max_digits = 12, decimal_places = 2` for a decimal: the type of the
///   column where `#[field(...)]` says nothing else.
/// - `crate = path`: where the derive finds this crate, if not under its own name or in `testudo`.
///
/// # By hand
/// ```
/// use testudo_orm::{CellError, CustomType};
///
/// /// A point in a plane, kept as `1.5;2`.
/// struct Point {
///     x: f64,
///     y: f64,
/// }
///
/// impl CustomType for Point {
///     type Storage = String;
///
///     fn to_storage(&self) -> String {
///         format!("{};{}", self.x, self.y)
///     }
///
///     fn from_storage(text: String) -> Result<Self, CellError> {
///         let number = |text: &str| text.parse().map_err(|_| CellError::new("not a point"));
///         let (x, y) = text.split_once(';').ok_or_else(|| CellError::new("not a point"))?;
///         Ok(Point { x: number(x)?, y: number(y)? })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not kept in the database as another type",
    note = "add `#[derive(FieldType)]` to `{Self}`, or implement `CustomType`"
)]
pub trait CustomType: Sized + Send + Sync + 'static {
    /// What the database keeps.
    type Storage: FieldType<Base = Self::Storage>;

    /// The column type where no attribute of the field says otherwise.
    const COLUMN_TYPE: ColumnType = <Self::Storage as FieldType>::COLUMN_TYPE;

    /// What the database is to keep.
    fn to_storage(&self) -> Self::Storage;

    /// The value that the database has kept.
    ///
    /// # Errors
    /// When it stands for no value of this type.
    fn from_storage(storage: Self::Storage) -> Result<Self, CellError>;

    /// The value to bind; a derive spares the copy.
    #[doc(hidden)]
    fn to_bind(&self) -> Value {
        self.to_storage().to_value()
    }
}

#[diagnostic::do_not_recommend]
impl<T: CustomType> FieldType for T {
    type Base = T;
    const COLUMN_TYPE: ColumnType = <T as CustomType>::COLUMN_TYPE;
    const CHOICES: Option<&'static [&'static str]> = T::Storage::CHOICES;

    fn to_value(&self) -> Value {
        self.to_bind()
    }

    fn decode(cell: Cell<'_>) -> Result<Self, CellError> {
        T::from_storage(T::Storage::decode(cell)?)
    }

    fn rescale(&mut self, scale: u32) {
        let mut storage = self.to_storage();
        storage.rescale(scale);
        if let Ok(rescaled) = T::from_storage(storage) {
            *self = rescaled;
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> Key for T
where
    T: CustomType + Clone + PartialEq + Debug,
    T::Storage: Key,
{
    const NUMBERED: bool = T::Storage::NUMBERED;

    fn is_unassigned(&self) -> bool {
        self.to_storage().is_unassigned()
    }

    fn from_generated(id: i64) -> Option<Self> {
        T::from_storage(T::Storage::from_generated(id)?).ok()
    }

    fn from_value(value: &Value) -> Option<Self> {
        T::from_storage(T::Storage::from_value(value)?).ok()
    }

    fn fresh() -> Option<Self> {
        T::from_storage(T::Storage::fresh()?).ok()
    }

    fn unset() -> Option<Self> {
        T::from_storage(T::Storage::unset()?).ok()
    }
}

/// A type whose values stand for themselves on the right of an operator: enums and custom types.
pub trait OwnOperand: FieldType<Base = Self> {}

impl<T: CustomType> OwnOperand for T {}

#[diagnostic::do_not_recommend]
impl<T: CustomType> Text for T where T::Storage: Text {}
#[diagnostic::do_not_recommend]
impl<T: CustomType> Text for Option<T> where T::Storage: Text {}
#[diagnostic::do_not_recommend]
impl<T: CustomType> Dated for T where T::Storage: Dated {}

#[diagnostic::do_not_recommend]
impl<T: CustomType> Number for T
where
    T::Storage: Number,
{
    type Sum = <T::Storage as Number>::Sum;
    type Mean = <T::Storage as Number>::Mean;
}

#[diagnostic::do_not_recommend]
impl<T: CustomType> Number for Option<T>
where
    T::Storage: Number,
{
    type Sum = <T::Storage as Number>::Sum;
    type Mean = <T::Storage as Number>::Mean;
}
#[diagnostic::do_not_recommend]
impl<T: CustomType> Timed for T where T::Storage: Timed {}
