//! What a receiver has to be.
//!
//! An async closure that is called many times lends what it captured to its future, and there is no way to ask
//! that such a future be `Send`. So a receiver is called once, and a clone of it each time.

use crate::{Db, HookResult};

/// An async closure or function with one parameter before the handle, whose future is `Send`.
#[diagnostic::on_unimplemented(
    message = "this is no receiver of the signal",
    note = "a receiver is an async closure such as `async |row: &Order, db| {{ ..; Ok(()) }}`, with the type of the row",
    note = "its future has to be `Send`: no `Rc` and no guard of a `std::sync::Mutex` may be held across an `.await`"
)]
pub trait Receiver<'a, A>: FnOnce(A, &'a Db) -> Self::Future {
    /// What it returns.
    type Future: Future<Output = HookResult> + Send + 'a;
}

impl<'a, A, F, W> Receiver<'a, A> for F
where
    F: FnOnce(A, &'a Db) -> W,
    W: Future<Output = HookResult> + Send + 'a,
{
    type Future = W;
}

/// As [`Receiver`], with two parameters before the handle.
#[diagnostic::on_unimplemented(
    message = "this is no receiver of the signal",
    note = "a receiver is an async closure such as `async |row: &Order, created, db| {{ ..; Ok(()) }}`, with the type of the row",
    note = "its future has to be `Send`: no `Rc` and no guard of a `std::sync::Mutex` may be held across an `.await`"
)]
pub trait Receiver3<'a, A, B>: FnOnce(A, B, &'a Db) -> Self::Future {
    /// What it returns.
    type Future: Future<Output = HookResult> + Send + 'a;
}

impl<'a, A, B, F, W> Receiver3<'a, A, B> for F
where
    F: FnOnce(A, B, &'a Db) -> W,
    W: Future<Output = HookResult> + Send + 'a,
{
    type Future = W;
}
