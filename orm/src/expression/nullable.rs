//! Whether what is made of several values may be NULL, as types.

use crate::FieldType;

/// The type of an expression that is NULL wherever a value of type `U` in it is: `Self`, or an
/// `Option` of it.
pub trait NullWith<U>: FieldType {
    /// `Self`, or an `Option` of it if `Self` or `U` is an `Option`.
    type Output: FieldType;
}

impl<T: FieldType<Base = T>, U: FieldType<Base = U>> NullWith<U> for T {
    type Output = T;
}

impl<T: FieldType<Base = T>, U: FieldType<Base = U>> NullWith<Option<U>> for T {
    type Output = Option<T>;
}

impl<T: FieldType<Base = T>, U: FieldType> NullWith<U> for Option<T> {
    type Output = Option<T>;
}

/// A type whose values all fit the type `T`: `T` itself, or what `T` is an `Option` of.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` does not fit `{T}`",
    note = "what may be NULL fits an `Option` alone: declare the parameter as one, or give a value for \
            NULL by `coalesce`"
)]
pub trait Fits<T> {}

impl<T: FieldType> Fits<T> for T {}
impl<T: FieldType<Base = T>> Fits<Option<T>> for T {}
