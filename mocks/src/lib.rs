//! Services tested without a database: traits that models, mocks and transition models implement.
//!
//! A service takes `&dyn BaseInvoice` in place of `&Invoice`. [`#[base_model]`](base_model) makes such a trait of the
//! accessors and behaviours that services need; a model implements it from its fields, `MockBaseInvoice` by
//! expectations, and a rewrite of the model beside the old one, until the old one goes.
//!
//! This crate compiles neither sqlx nor a driver, and neither does a crate of services and their tests that has it
//! alone. The mock itself is [mockall](https://docs.rs/mockall)'s, in the tests of the crate that declares the trait:
//!
//! ```sh
//! cargo add testudo-mocks
//! cargo add --dev mockall
//! ```

extern crate self as testudo_mocks;

mod access;
mod transition;
mod verify;

pub use crate::transition::Difference;
pub use crate::verify::{Verify, verify};

/// Makes a trait that a model, a mock and a transition model implement.
///
/// ```
/// use testudo_mocks::base_model;
///
/// #[base_model(mock = always)]
/// pub trait BaseInvoice {
///     // Accessors: a field answers them. A field that is a `String` may be asked for as `&str`, one that is
///     // `Copy` or `Clone` by value, any by reference.
///     fn number(&self) -> &str;
///     fn amount(&self) -> i64;
///     fn paid(&self) -> bool;
///
///     // Pure helpers: the same for all. A mock runs them on what it answers.
///     fn is_open(&self) -> bool {
///         !self.paid() && self.amount() > 0
///     }
///
///     // Behaviours: each implementation writes its own.
///     async fn settle(&mut self, receipt: &str) -> Result<(), String>;
/// }
///
/// pub struct Invoice {
///     number: String,
///     amount: i64,
///     paid: bool,
/// }
///
/// // The accessors are added. What the block has of them is taken as it stands.
/// #[base_model]
/// impl BaseInvoice for Invoice {
///     async fn settle(&mut self, _receipt: &str) -> Result<(), String> {
///         self.paid = true;
///         Ok(())
///     }
/// }
///
/// // A service, and its test: no database, no `Invoice`.
/// async fn collect(invoice: &mut dyn BaseInvoice) -> Result<bool, String> {
///     if !invoice.is_open() {
///         return Ok(false);
///     }
///     invoice.settle("by card").await?;
///     Ok(true)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut invoice = MockBaseInvoice::new();
/// invoice.expect_paid().return_const(false);
/// invoice.expect_amount().return_const(100);
/// invoice.expect_settle().times(1).returning(|_| Ok(()));
/// assert_eq!(collect(&mut invoice).await, Ok(true));
///
/// let mut invoice = Invoice { number: "R-1".into(), amount: 100, paid: false };
/// assert_eq!(collect(&mut invoice).await, Ok(true));
/// assert_eq!(invoice.number(), "R-1");
/// # }
/// ```
///
/// Where all that is left to add are accessors, the block stays empty: `#[base_model] impl BaseInvoice for Invoice {}`.
///
/// # The trait
/// - It has methods alone, with `&self` or `&mut self` and no type parameters, so that it can be mocked and
///   used as `dyn`. `Send` and `Sync` are added to it.
/// - `async` methods return a boxed future that is `Send`, as by [async-trait](https://docs.rs/async-trait). An `impl` needs
///   `#[base_model]` above it, which writes the same there.
/// - It is implemented in the crate that declares it.
///
/// # Options
/// - `mock = test`, the default: `MockBaseInvoice` is compiled for the crate's own tests.
/// - `mock = "feature"`: also with this feature of the crate, for the tests of other crates.
/// - `mock = always` and `mock = never`.
pub use testudo_fixtures_macros::base_model;

/// What the macros write refers to; not for users.
#[doc(hidden)]
pub mod __private {
    pub use async_trait::async_trait;
    pub use testudo_fixtures_macros::complete_base;

    pub use crate::access::Access;
}
