//! What a test body returns: any error, by `?`, with the place it came from.

use std::fmt;
use std::panic::Location;

/// The result of a test: `Ok(())`, or whatever error the code under test returned.
///
/// ```
/// async fn reads_a_number() -> testudo::Result {
///     let n: i64 = "42".parse()?;
///     assert_eq!(n, 42);
///     Ok(())
/// }
/// ```
pub type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Any error that ended a test early, with the line of the `?` that passed it on.
///
/// It is made from every [`std::error::Error`], so it cannot be one itself: it is for the end of a
/// test, not for code that handles errors.
pub struct Failure {
    error: Box<dyn std::error::Error + Send + Sync>,
    place: &'static Location<'static>,
}

impl Failure {
    /// The error that ended the test.
    #[must_use]
    pub fn error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.error
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Failure {
            error: Box::new(error),
            place: Location::caller(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The last thing a reader sees of a failed test: the message, the place, the causes.
        let mut said = self.error.to_string();
        write!(f, "{said}\n  at {}", self.place)?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many errors already spell out their cause.
            if !said.contains(&text) {
                write!(f, "\n  caused by: {text}")?;
            }
            said = text;
            cause = error.source();
        }
        Ok(())
    }
}
