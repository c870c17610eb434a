//! Fields that several models share: what the guides call abstract base classes.

use crate::Model;

/// A struct whose fields are fields of every model that holds it: derive it with
/// `#[derive(ModelFields)]`, and put it into models by `#[field(flatten)]`.
///
/// ```
/// # use chrono::{DateTime, Utc};
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// #[derive(ModelFields, Debug, Clone)]
/// pub struct Timestamped {
///     #[field(auto_now_add)]
///     pub created_at: DateTime<Utc>,
///     #[field(auto_now)]
///     pub updated_at: DateTime<Utc>,
/// }
///
/// #[derive(Model, Debug, Clone)]
/// #[model(table = "products", ordering("-created_at"), index(name, created_at))]
/// pub struct Product {
///     #[field(primary_key)]
///     pub id: i64,
///     #[field(max_length = 255)]
///     pub name: String,
///     #[field(flatten)]
///     pub stamps: Timestamped,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<Product>()).await?;
/// let product = Product::builder().name("shell").create(&db).await?;
/// let since = Product::filter(Product::created_at.gte(product.stamps.created_at));
/// assert_eq!(since.count(&db).await?, 1);
/// # Ok(())
/// # }
/// ```
///
/// To the database and in queries the fields are the model's own: `Product::created_at`, a method of
/// `Product::builder()`, names in `ordering(..)`, `index(..)` and `unique(..)`. In a row they are where
/// the struct is: `product.stamps.created_at`.
///
/// A shared struct may hold plain fields, the primary key, foreign keys and, by `flatten`, other shared
/// structs; all settings of `#[field(...)]` apply. The columns of a model are as visible as the field
/// that holds the struct. The struct may be of another module or crate: bring it into scope by `use`,
/// or name it by its path. Beside the struct the derive declares a macro of the same name, by which
/// the derives of models learn of the fields; a type alias has none, so write the struct's own name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields that a model can share",
    note = "add `#[derive(ModelFields)]` to `{Self}`"
)]
pub trait ModelFields: Sized {
    /// The types of the fields, in order.
    #[doc(hidden)]
    type Fields;

    /// The struct of its fields.
    #[doc(hidden)]
    fn from_fields(fields: Self::Fields) -> Self;
}

/// One field of a shared struct, by its place.
pub trait FieldAt<const AT: usize>: ModelFields {
    /// The type as the struct declares it.
    type Type;

    /// The field.
    fn get(&self) -> &Self::Type;

    /// The field, to be changed.
    fn get_mut(&mut self) -> &mut Self::Type;

    /// What the field's rules say of it.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a field of a shared struct points to.
pub trait ReferenceAt<const AT: usize>: ModelFields {
    /// The model at the other end.
    type Target: Model;
    /// The field's type without `Option`.
    type Handle;
}

/// The default of a field of a shared struct.
pub trait DefaultAt<const AT: usize>: ModelFields {
    /// The field's type; of a foreign key, that of the key.
    type Value;

    /// The default.
    fn value() -> Self::Value;
}
