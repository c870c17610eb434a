//! The databases that a test can run on.

use std::fmt;

/// A database that this build of Testudo can test against.
///
/// Which ones there are follows from the features of the crate: `sqlite` is on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// SQLite, linked into the test binary: there is nothing to install or to start.
    Sqlite,
}

impl Backend {
    /// Every backend of this build.
    pub const ALL: &'static [Backend] = &[Backend::Sqlite];

    /// The name that `backends(...)` and `TESTUDO_BACKENDS` use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "sqlite",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
