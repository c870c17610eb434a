//! What the template on a server is known by: the contents of everything that it is made of.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use testudo_orm::schema::generate;
use testudo_sql::Dialect;

use super::{Ingredients, Schema};
use crate::error::Error;

impl Ingredients {
    /// A digest of the schema, and of the fixtures where they are part of the template.
    ///
    /// Processes on different machines that mean the same database come to the same digest: names of
    /// files count, the directory that they lie in does not.
    ///
    /// # Errors
    /// When the dialect cannot express the models.
    #[cfg_attr(
        not(any(test, feature = "postgres", feature = "mysql")),
        expect(dead_code, reason = "for the templates of servers")
    )]
    pub(crate) fn fingerprint(&self, dialect: Dialect) -> Result<[u8; 32], Error> {
        let mut parts = Parts(Sha256::new());
        // Another release may write labels differently, or make other tables of the same models.
        parts.add(env!("CARGO_PKG_VERSION").as_bytes());
        parts.add(dialect.name().as_bytes());
        match &self.schema {
            Schema::Empty => parts.add(b"empty"),
            Schema::Migrations(migrations) => {
                parts.add(b"migrations");
                for file in &migrations.files {
                    parts.add(file.path.file_name().unwrap_or_default().as_encoded_bytes());
                    parts.add(file.sql.as_bytes());
                }
            }
            Schema::Models(models) => {
                parts.add(b"models");
                for statement in generate(dialect, &models.0).map_err(Error::schema)? {
                    parts.add(statement.as_bytes());
                }
            }
        }
        if !self.is_seeded {
            parts.add(b"fixtures");
            parts.add(&self.fixtures.fingerprint_bytes(0));
            if self.fixtures.reads_the_clock() {
                parts.add(&hour(Utc::now()).to_le_bytes());
            }
        }
        Ok(parts.0.finalize().into())
    }
}

/// A template lives as long as its server, which may be for weeks, and `now` in it must not be that old.
/// Hours are few enough that most runs find the template of the run before.
fn hour(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(3_600)
}

/// Each part is preceded by its length, so that no two lists of parts give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::backend::Backend;
    use crate::recipe::{Models, Recipe};

    /// A directory with a migration and a fixture, removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, migration: &str, fixture: &str) -> Self {
            let name = format!("fingerprint-{}-{name}", std::process::id());
            let dir = std::env::temp_dir().join(name);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("1_init.sql"), migration).unwrap();
            fs::write(dir.join("t.yml"), fixture).unwrap();
            Self(dir)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn of(dir: &Path, fixtures: &[&str], dialect: Dialect) -> [u8; 32] {
        let recipe = Recipe {
            backend: Backend::Sqlite,
            migrations: Some(dir.to_owned()),
            models: Models::default(),
            fixtures_dir: dir.to_owned(),
            fixtures: fixtures.iter().map(|name| (*name).to_owned()).collect(),
        };
        recipe.ingredients().unwrap().fingerprint(dialect).unwrap()
    }

    #[test]
    fn the_directory_of_the_migrations_does_not_count_and_their_text_does() {
        let (a, b) = (
            Folder::new("a", "SELECT 1", ""),
            Folder::new("b", "SELECT 1", ""),
        );
        let c = Folder::new("c", "SELECT 2", "");
        let postgres = |folder: &Folder| of(&folder.0, &[], Dialect::Postgres);
        assert_eq!(postgres(&a), postgres(&b));
        assert_ne!(postgres(&a), postgres(&c));
        assert_ne!(postgres(&a), of(&a.0, &[], Dialect::MySql));
    }

    #[test]
    fn fixtures_count_unless_the_test_loads_them_itself() {
        let same = Folder::new("same", "SELECT 1", "t: { a: { c: 1 } }");
        let with = of(&same.0, &["t"], Dialect::Postgres);
        assert_ne!(with, of(&same.0, &[], Dialect::Postgres));
        let seeded = |uuid: &str| {
            let text = format!("t: {{ a: {{ c: '${{uuid}} {uuid}' }} }}");
            of(
                &Folder::new(uuid, "SELECT 1", &text).0,
                &["t"],
                Dialect::Postgres,
            )
        };
        assert_eq!(seeded("x"), seeded("y"));
    }

    #[test]
    fn an_hour_is_a_number_of_its_own() {
        let at = |seconds| hour(DateTime::from_timestamp(seconds, 0).unwrap());
        assert_eq!(at(7_200), at(10_799));
        assert_ne!(at(7_199), at(7_200));
    }
}
