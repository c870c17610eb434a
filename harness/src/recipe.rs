//! What a database is made of: where it comes from, and what was found there.

mod fingerprint;
mod stamp;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use testudo_sql::schema::Table;

use crate::backend::Backend;
use crate::error::Error;
use crate::fixtures::Fixtures;
use crate::migrations::Migrations;
use stamp::Stamp;

/// Where the tables and rows of a database come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Recipe {
    /// Migrations may differ from backend to backend.
    pub(crate) backend: Backend,
    pub(crate) migrations: Option<PathBuf>,
    pub(crate) models: Models,
    pub(crate) fixtures_dir: PathBuf,
    pub(crate) fixtures: Vec<String>,
}

/// The tables of models.
///
/// A model's table is a static that never changes, so its address stands for its contents: no
/// statement has to be generated to find out that two tests mean the same tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models(pub(crate) Vec<&'static Table>);

/// The contents of everything that a recipe names.
#[derive(Debug)]
pub(crate) struct Ingredients {
    pub(crate) schema: Schema,
    pub(crate) fixtures: Fixtures,
    /// Whether the rows depend on the seed of the test.
    pub(crate) is_seeded: bool,
    /// The environment variables that the fixtures read, as they were.
    environment: BTreeMap<String, Option<OsString>>,
}

/// Where tables come from.
#[derive(Debug)]
pub(crate) enum Schema {
    Empty,
    Migrations(Migrations),
    Models(Models),
}

impl Recipe {
    /// The ingredients, read when they are first asked for and again when a file has changed, or an
    /// environment variable that a fixture reads.
    ///
    /// The same files and variables give the same `Arc`: it can be a key.
    pub(crate) fn ingredients(&self) -> Result<Arc<Ingredients>, Error> {
        self.ingredients_with(|name| std::env::var_os(name))
    }

    fn ingredients_with(
        &self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Arc<Ingredients>, Error> {
        type Pantry = HashMap<Recipe, (Stamp, Arc<Ingredients>)>;
        static PANTRY: Mutex<Option<Pantry>> = Mutex::new(None);

        // Taken before the files are read: a change in between is noticed by the next test.
        let stamp = Stamp::of(self);
        // Held while the files are read, so that tests that start together share what is read.
        let mut pantry = PANTRY.lock().unwrap_or_else(PoisonError::into_inner);
        let pantry = pantry.get_or_insert_default();
        if let Some((known, ingredients)) = pantry.get(self)
            && *known == stamp
            && (ingredients.environment.iter()).all(|(name, value)| variable(name) == *value)
        {
            return Ok(Arc::clone(ingredients));
        }
        let ingredients = Arc::new(self.read(variable)?);
        pantry.insert(self.clone(), (stamp, Arc::clone(&ingredients)));
        Ok(ingredients)
    }

    fn read(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Ingredients, Error> {
        let schema = match (&self.migrations, self.models.0.as_slice()) {
            (None, []) => Schema::Empty,
            (Some(dir), []) => Schema::Migrations(Migrations::read(dir, self.backend)?),
            (None, _) => Schema::Models(self.models.clone()),
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
        let is_seeded = fixtures.fingerprint_bytes(0) != fixtures.fingerprint_bytes(1);
        let environment = fixtures
            .variables()
            .map(|name| (name.to_owned(), variable(name)))
            .collect();
        Ok(Ingredients {
            schema,
            fixtures,
            is_seeded,
            environment,
        })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ingredients_are_read_again_when_a_variable_of_their_fixtures_has_changed() {
        let dir = std::env::temp_dir().join(format!("recipe-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("t.yml"), "t: { a: { name: '${env.NAME}' } }").unwrap();
        let recipe = Recipe {
            backend: Backend::Sqlite,
            migrations: None,
            models: Models::default(),
            fixtures_dir: dir.clone(),
            fixtures: vec!["t".to_owned()],
        };
        let read = |name: &str, of_another: &str| {
            let variable =
                |asked: &str| Some(if asked == "NAME" { name } else { of_another }.into());
            recipe.ingredients_with(variable).unwrap()
        };
        let first = read("alice", "x");
        assert!(Arc::ptr_eq(&first, &read("alice", "y")));
        assert!(!Arc::ptr_eq(&first, &read("bob", "y")));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
