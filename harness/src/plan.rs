//! What a test asks for, and what its database is made of.

use std::path::PathBuf;

use crate::backend::Backend;
use crate::error::Error;
use crate::isolation::Isolation;
use crate::migrations::Migrations;

/// Everything that decides which database a test gets.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) isolation: Isolation,
    pub(crate) seed: u64,
    pub(crate) migrations: Option<PathBuf>,
    pub(crate) existing: Option<Existing>,
}

/// A database that the user names instead of getting one made.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    pub(crate) url: String,
    /// The user said that it may be used although its name does not say so.
    pub(crate) allowed: bool,
}

/// What goes into a database before a test sees it, read and complete: equal ingredients make equal
/// databases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Ingredients {
    pub(crate) schema: Schema,
}

/// Where tables come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Schema {
    Empty,
    Migrations(Migrations),
}

impl Plan {
    /// Reads the files anew for each test: ten migrations take 0.05 ms, and a template can never be
    /// older than its files.
    pub(crate) fn ingredients(&self) -> Result<Ingredients, Error> {
        let schema = match &self.migrations {
            None => Schema::Empty,
            Some(dir) => Schema::Migrations(Migrations::read(dir)?),
        };
        Ok(Ingredients { schema })
    }
}
