//! Test contexts without the macro: for property tests, BDD and harnesses of one's own.

use std::path::PathBuf;

use testudo_orm::Model;
use testudo_orm::schema::tables_of;
use testudo_sql::schema::Table;

use crate::backend::Backend;
use crate::context::TestContext;
use crate::error::Error;
use crate::isolation::Isolation;
use crate::plan::{Existing, Plan};
use crate::recipe::{Models, Recipe};
use crate::settings::Settings;

/// Starts the description of a test context.
///
/// ```
/// use testudo::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo::Result {
/// let ctx = test_context().start().await?;
/// ctx.db().execute("CREATE TABLE notes (body TEXT)", &[]).await?;
/// ctx.finish().await?;
/// # Ok(())
/// # }
/// ```
pub fn test_context() -> TestContextBuilder {
    TestContextBuilder {
        backend: Backend::ALL.first().copied().unwrap_or(Backend::Sqlite),
        isolation: Isolation::default(),
        seed: None,
        migrations: None,
        models: Vec::new(),
        fixtures_dir: "fixtures".into(),
        fixtures: Vec::new(),
        url: None,
        allow_non_test_database: false,
        manifest_dir: None,
    }
}

/// The description of a [`TestContext`]; made by [`test_context`], ended by
/// [`start`](TestContextBuilder::start).
#[derive(Debug, Clone)]
#[must_use = "nothing happens until `start().await`"]
pub struct TestContextBuilder {
    backend: Backend,
    isolation: Isolation,
    seed: Option<u64>,
    migrations: Option<PathBuf>,
    models: Vec<&'static Table>,
    fixtures_dir: PathBuf,
    fixtures: Vec<String>,
    url: Option<String>,
    allow_non_test_database: bool,
    manifest_dir: Option<PathBuf>,
}

impl TestContextBuilder {
    /// The database to run on. If it is not given: the first of [`Backend::ALL`], which is SQLite
    /// where the build has it.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// A directory of migrations in sqlx's layout. A relative path starts at the root of the package
    /// that is tested (`CARGO_MANIFEST_DIR`), or else at the working directory.
    ///
    /// Where the migrations of the backends differ, each backend has a folder of its name in the directory:
    /// `sqlite`, `postgres`, `mysql`, and `mariadb` where that differs from `mysql`.
    pub fn migrations(mut self, dir: impl Into<PathBuf>) -> Self {
        self.migrations = Some(dir.into());
        self
    }

    /// Makes the tables of this model, with those of its many-to-many relations, in place of
    /// migrations. Call it once for each model.
    pub fn model<M: Model>(self) -> Self {
        self.models(tables_of::<M>())
    }

    /// Makes these tables, in place of migrations; [`model`](Self::model) knows those of a model.
    pub fn models(mut self, tables: impl IntoIterator<Item = &'static Table>) -> Self {
        self.models.extend(tables);
        self
    }

    /// The directory of fixture files, where it is not `fixtures` under the root of the package.
    pub fn fixtures_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.fixtures_dir = dir.into();
        self
    }

    /// Fixture files to load, by name: `shop` is `fixtures/shop.yml` under the root of the package. See
    /// [`Fixtures`](crate::fixtures::Fixtures) for what they can say.
    pub fn fixtures(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fixtures.extend(names.into_iter().map(Into::into));
        self
    }

    /// How the test is kept apart; rolled back if not given.
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// The seed of the test; `TESTUDO_SEED` takes precedence, and without either it is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Uses an existing database instead of making one: for SQLite, a file.
    ///
    /// Everything happens in one transaction that is rolled back, migrations included, so the file
    /// stays as it is; tests that use the same file take turns. It works with
    /// [`Isolation::Rollback`] alone. The name of the file must have the word `test` in it; see
    /// [`allow_non_test_database`](Self::allow_non_test_database).
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Lets [`url`](Self::url) use a database whose name does not say that it is for tests.
    pub fn allow_non_test_database(mut self, allow: bool) -> Self {
        self.allow_non_test_database = allow;
        self
    }

    pub(crate) fn manifest_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.manifest_dir = Some(dir.into());
        self
    }

    /// Makes the database and connects to it.
    ///
    /// # Errors
    /// When the settings do not fit together, the files cannot be read, a migration fails, or the
    /// database that [`url`](Self::url) names is not for tests.
    pub async fn start(self) -> Result<TestContext, Error> {
        TestContext::start(&self.plan(Settings::of_process()?)).await
    }

    pub(crate) fn plan(self, settings: &Settings) -> Plan {
        let root = self
            .manifest_dir
            .or_else(|| std::env::var_os("CARGO_MANIFEST_DIR").map(Into::into));
        let absolute = |path: PathBuf| match &root {
            Some(root) => root.join(path),
            None => path,
        };
        Plan {
            backend: self.backend,
            // There is no body here that could be run again.
            isolation: match self.isolation {
                Isolation::Auto => Isolation::Rollback,
                isolation => isolation,
            },
            seed: settings.seed.or(self.seed).unwrap_or_default(),
            recipe: Recipe {
                backend: self.backend,
                migrations: self.migrations.map(absolute),
                models: Models(self.models),
                fixtures_dir: absolute(self.fixtures_dir),
                fixtures: self.fixtures,
            },
            existing: self.url.map(|url| Existing {
                url,
                allowed: self.allow_non_test_database,
            }),
        }
    }
}
