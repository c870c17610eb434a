//! How a field answers an accessor.

/// A field that can be asked for as an `Out`.
#[diagnostic::on_unimplemented(
    message = "the trait asks for `{Out}`, and the field is `{Self}`",
    label = "the field of this name is `{Self}`",
    note = "a field `T` may be asked for as `T` (if it can be cloned) or `&T`, `String` as `&str`, `Vec<T>` as `&[T]`, `Option<T>` as `Option<&T>`"
)]
pub trait Access<'f, Out> {
    /// The value of the field.
    fn access(&'f self) -> Out;
}

impl<T: Clone> Access<'_, T> for T {
    fn access(&self) -> T {
        self.clone()
    }
}

impl<'f, T> Access<'f, &'f T> for T {
    fn access(&'f self) -> &'f T {
        self
    }
}

impl<'f> Access<'f, &'f str> for String {
    fn access(&'f self) -> &'f str {
        self
    }
}

impl<'f, T> Access<'f, &'f [T]> for Vec<T> {
    fn access(&'f self) -> &'f [T] {
        self
    }
}

impl<'f, T> Access<'f, Option<&'f T>> for Option<T> {
    fn access(&'f self) -> Option<&'f T> {
        self.as_ref()
    }
}

impl<'f> Access<'f, Option<&'f str>> for Option<String> {
    fn access(&'f self) -> Option<&'f str> {
        self.as_deref()
    }
}
