//! Databases that are built once per process and copied for each test.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::OnceCell;

use super::held::Held;
use super::temporary::TemporaryDatabase;
use super::{Image, image};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::recipe::Ingredients;
use crate::runtime;

/// A database with migrations, schema and fixtures in it.
#[derive(Debug)]
pub(super) struct Template {
    image: Image,
    labels: Labels,
    spares: Mutex<Spares>,
    held: AtomicU32,
}

/// Copies that are open, or being opened, for the tests to come.
#[derive(Debug, Default)]
struct Spares {
    ready: Vec<Held>,
    opening: usize,
}

/// A copy is opened while a test runs, mostly by waiting for SQLite's thread: two at a time keep up
/// with tests that do almost nothing, and each costs the memory of one test.
const SPARES: usize = 2;

/// What a template is built from, known by its address: the same files give the same `Arc`.
///
/// An image never leaves the process that built it, which is why SQLite's version is not in it.
#[derive(Clone)]
struct Key(Arc<Ingredients>);

/// The template made of these ingredients: built by the first test that asks, while the others wait.
///
/// A build that fails is an error for the test that asked, leaves nothing behind, and the next test
/// tries again.
pub(super) async fn of(ingredients: Arc<Ingredients>, seed: u64) -> Result<Arc<Template>, Error> {
    type Cell = Arc<OnceCell<Arc<Template>>>;
    static TEMPLATES: Mutex<Option<HashMap<Key, (u64, Cell)>>> = Mutex::new(None);

    let key = Key(ingredients);
    let cell = {
        let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        let (of_seed, cell) = templates
            .get_or_insert_default()
            .entry(key.clone())
            .or_insert_with(|| (seed, Cell::default()));
        // Of the seeds only the latest is kept. By default every test has one of its own that no other
        // will ask for, and an image for each would stay in memory as long as the process runs.
        if key.0.is_seeded && *of_seed != seed {
            (*of_seed, *cell) = (seed, Cell::default());
        }
        Arc::clone(cell)
    };
    cell.get_or_try_init(|| Template::build(&key.0, seed))
        .await
        .cloned()
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl Template {
    async fn build(ingredients: &Ingredients, seed: u64) -> Result<Arc<Self>, Error> {
        let (image, labels) = image::build(ingredients, seed).await?;
        Ok(Arc::new(Self {
            image,
            labels,
            spares: Mutex::default(),
            held: AtomicU32::new(0),
        }))
    }

    pub(super) fn labels(&self) -> Labels {
        self.labels.clone()
    }

    /// A copy in a transaction of its own.
    ///
    /// Opening one is half of what a small test costs, so from the second test on the next one is
    /// opened while this test runs. A pool serves one test only: a task that outlives its test must
    /// not write into the next.
    pub(super) async fn hold(self: &Arc<Self>) -> Result<Held, Error> {
        let spare = self.spares().ready.pop();
        if self.held.fetch_add(1, Ordering::Relaxed) > 0 {
            self.prepare_next();
        }
        match spare {
            Some(held) => Ok(held),
            None => self.open().await,
        }
    }

    fn spares(&self) -> MutexGuard<'_, Spares> {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self) -> Result<Held, Error> {
        Held::open(
            SqliteConnectOptions::new().with_regexp(),
            Some(self.image.clone()),
        )
        .await
    }

    fn prepare_next(self: &Arc<Self>) {
        // Without the runtime the test opens its own, and says what is wrong if that fails too.
        let Ok(runtime) = runtime::shared() else {
            return;
        };
        let missing = {
            let mut spares = self.spares();
            let missing = SPARES.saturating_sub(spares.ready.len() + spares.opening);
            spares.opening += missing;
            missing
        };
        for _ in 0..missing {
            let template = Arc::clone(self);
            runtime.spawn(async move {
                let held = template.open().await.ok();
                let mut spares = template.spares();
                spares.opening -= 1;
                spares.ready.extend(held);
            });
        }
    }

    /// A copy to commit to.
    pub(super) fn copy(&self) -> Result<TemporaryDatabase, Error> {
        TemporaryDatabase::copy_of(&self.image)
    }
}
