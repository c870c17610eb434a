//! What a test asks for, and what its database is made of.

use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::ptr;

use testudo_sql::schema::Table;

use crate::backend::Backend;
use crate::error::Error;
use crate::fixtures::Fixtures;
use crate::isolation::Isolation;
use crate::migrations::Migrations;

/// Everything that decides which database a test gets.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) backend: Backend,
    pub(crate) isolation: Isolation,
    pub(crate) seed: u64,
    pub(crate) migrations: Option<PathBuf>,
    pub(crate) models: Vec<&'static Table>,
    /// The directory of fixtures.
    pub(crate) fixtures_dir: PathBuf,
    pub(crate) fixtures: Vec<String>,
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
#[derive(Debug, Clone)]
pub(crate) struct Ingredients {
    pub(crate) schema: Schema,
    pub(crate) fixtures: Fixtures,
    pub(crate) seed: u64,
    /// All that the rows of the fixtures depend on; it has the seed if they do.
    fixtures_key: Vec<u8>,
}

impl Ingredients {
    fn key(&self) -> (&Schema, &[u8]) {
        (&self.schema, &self.fixtures_key)
    }
}

impl PartialEq for Ingredients {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Ingredients {}

impl Hash for Ingredients {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Where tables come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Schema {
    Empty,
    Migrations(Migrations),
    Models(Models),
}

/// The tables of models.
///
/// A model's table is a static that never changes, so its address stands for its contents: no
/// statement has to be generated to find out that two tests mean the same tables.
#[derive(Debug, Clone)]
pub(crate) struct Models(pub(crate) Vec<&'static Table>);

impl PartialEq for Models {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| ptr::eq(*a, *b))
    }
}

impl Eq for Models {}

impl Hash for Models {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for table in &self.0 {
            ptr::hash(*table, state);
        }
    }
}

impl Plan {
    /// Reads the files anew for each test: ten migrations take 0.05 ms, and a template can never be
    /// older than its files.
    pub(crate) fn ingredients(&self) -> Result<Ingredients, Error> {
        let schema = match (&self.migrations, self.models.as_slice()) {
            (None, []) => Schema::Empty,
            (Some(dir), []) => Schema::Migrations(Migrations::read(dir)?),
            (None, models) => Schema::Models(Models(models.to_vec())),
            (Some(dir), _) => {
                return Err(Error::configuration(format!(
                    "`models` and the migrations in `{}` both make the tables; `models` generates the \
                     schema in place of migrations: keep one of them",
                    dir.display()
                )));
            }
        };
        let fixtures =
            Fixtures::read(&self.fixtures_dir, &self.fixtures).map_err(Error::fixtures)?;
        let fixtures_key = fixtures.fingerprint_bytes(self.seed);
        Ok(Ingredients {
            schema,
            fixtures,
            seed: self.seed,
            fixtures_key,
        })
    }
}
