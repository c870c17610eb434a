//! What a test asks for.

use crate::backend::Backend;
use crate::isolation::Isolation;
use crate::recipe::Recipe;

/// Everything that decides which database a test gets.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) isolation: Isolation,
    pub(crate) seed: u64,
    pub(crate) recipe: Recipe,
    pub(crate) existing: Option<Existing>,
}

/// A database that the user names instead of getting one made.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    pub(crate) url: String,
    /// The user said that it may be used although its name does not say so.
    pub(crate) allowed: bool,
}
