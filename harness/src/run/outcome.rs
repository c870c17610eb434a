//! What the body of a test may return.

use std::fmt::Debug;

/// The return type of an `#[orm_test]`.
#[diagnostic::on_unimplemented(
    message = "an `#[orm_test]` cannot return `{Self}`",
    label = "not `()` and not `Result<(), E>`",
    note = "return nothing, or a `Result<(), E>` whose `E` is `Debug`, such as `testudo::Result`"
)]
pub trait Outcome {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), String>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Debug> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| format!("{error:?}"))
    }
}
