//! What a builder's method takes for a field of some type.

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{ForeignKey, Model, OneToOne};

/// A value that becomes the field of a new row: a value of the field's type, or one that stands for it
/// without doubt, such as `&str` for a `String`, `&User` for a `ForeignKey<User>` and `T` for an
/// `Option<T>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a field of type `{T}`",
    label = "expected a value for a field of type `{T}`"
)]
pub trait IntoField<T> {
    /// The value of the field.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

// There is none for `Option<&str>` or `Option<&User>`: with it, the type of a plain `None` would be in doubt.
macro_rules! stand_ins {
    ($([$($generic:tt)*] $source:ty => $field:ty, |$value:ident| $expr:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generic)*> IntoField<$field> for $source {
            fn into_field(self) -> $field {
                let $value = self;
                $expr
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generic)*> IntoField<Option<$field>> for $source {
            fn into_field(self) -> Option<$field> {
                let $value = self;
                Some($expr)
            }
        }
    )*};
}

stand_ins! {
    [] &str => String, |text| text.to_owned();
    [] &String => String, |text| text.clone();
    [] Cow<'_, str> => String, |text| text.into_owned();
    [] &[u8] => Vec<u8>, |bytes| bytes.to_vec();
    [] i32 => Decimal, |number| number.into();
    [] i64 => Decimal, |number| number.into();
    [M: Model] &M => ForeignKey<M>, |row| ForeignKey::from(row);
    [M: Model] &Arc<M> => ForeignKey<M>, |row| ForeignKey::from(row.as_ref());
    [M: Model] &M => OneToOne<M>, |row| OneToOne::from(row);
    [M: Model] &Arc<M> => OneToOne<M>, |row| OneToOne::from(row.as_ref());
}
