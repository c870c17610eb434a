//! Whether the next version of a model answers as the one before.

use std::fmt::{self, Debug};

/// An accessor or helper by which two implementations of a base trait differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the method.
    pub method: &'static str,
    /// What the first answers, as `Debug` shows it.
    pub one: String,
    /// What the other answers.
    pub other: String,
}

impl Difference {
    #[doc(hidden)]
    pub fn between<T: PartialEq + Debug>(
        method: &'static str,
        one: T,
        other: T,
    ) -> Option<Difference> {
        (one != other).then(|| Difference {
            method,
            one: format!("{one:?}"),
            other: format!("{other:?}"),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { method, one, other } = self;
        write!(f, "`{method}` is {one} of one and {other} of the other")
    }
}

/// The accessors and helpers of a base trait by which two values differ.
///
/// What is compared are the methods that take `&self` alone and return a value with `PartialEq` and `Debug`.
/// For helpers with arguments, compare their answers beside it.
#[macro_export]
macro_rules! differences {
    ($($base:ident)::+ : $one:expr, $other:expr $(,)?) => {
        $($base)::+! { @differences $($base)::+, &$one, &$other }
    };
}

/// Asserts that a model and its rewrite, a transition model, answer alike.
///
/// While a model is rewritten, both versions implement its base trait, and services take either. A property
/// test holds them together; for one that works on a single value, a loop over some values will do.
///
/// ```
/// use testudo_mocks::{assert_alike, base_model};
///
/// #[base_model]
/// pub trait BaseInvoice {
///     fn cents(&self) -> i64;
///     fn is_free(&self) -> bool {
///         self.cents() == 0
///     }
/// }
///
/// pub struct Invoice {
///     cents: i64,
/// }
/// #[base_model]
/// impl BaseInvoice for Invoice {}
///
/// // The rewrite keeps euros apart.
/// pub struct Invoice2 {
///     euros: i64,
///     rest: i64,
/// }
/// #[base_model]
/// impl BaseInvoice for Invoice2 {
///     fn cents(&self) -> i64 {
///         self.euros * 100 + self.rest
///     }
/// }
///
/// for cents in (-250..250).step_by(7) {
///     let rewritten = Invoice2 { euros: cents / 100, rest: cents % 100 };
///     assert_alike!(BaseInvoice: Invoice { cents }, rewritten);
/// }
/// ```
///
/// To run the suite of a service against both, write it once with `invoice: &dyn BaseInvoice`, and call it from
/// a test for each, or let `#[rstest]` give it both as cases.
///
/// # Panics
/// When they differ, with all differences.
#[macro_export]
macro_rules! assert_alike {
    ($($base:ident)::+ : $one:expr, $other:expr $(,)?) => {{
        let differences = $crate::differences!($($base)::+ : $one, $other);
        ::core::assert!(
            differences.is_empty(),
            "two implementations of `{}` do not answer alike:{}",
            ::core::stringify!($($base)::+),
            differences.iter().map(|difference| ::std::format!("\n  {difference}")).collect::<::std::string::String>(),
        );
    }};
}
