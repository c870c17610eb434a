//! Databases that are built once per process and copied for each test.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::OnceCell;

use super::held::Held;
use super::temporary::TemporaryDatabase;
use super::{Image, apply};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::recipe::Ingredients;
use crate::runtime;

/// A database with migrations, schema and fixtures in it.
#[derive(Debug)]
pub(super) struct Template {
    image: Image,
    labels: Labels,
    /// A context that is open and waits for the next test.
    spare: Mutex<Option<Held>>,
    preparing: AtomicBool,
    held: AtomicU32,
}

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
        let (image, labels) = apply::build(ingredients, seed).await?;
        Ok(Arc::new(Self {
            image,
            labels,
            spare: Mutex::default(),
            preparing: AtomicBool::new(false),
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
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if self.held.fetch_add(1, Ordering::Relaxed) > 0 {
            self.prepare_next();
        }
        match spare {
            Some(held) => Ok(held),
            None => self.open().await,
        }
    }

    async fn open(&self) -> Result<Held, Error> {
        Held::open(SqliteConnectOptions::new(), Some(self.image.clone())).await
    }

    fn prepare_next(self: &Arc<Self>) {
        // Without the runtime the test opens its own, and says what is wrong if that fails too.
        let Ok(runtime) = runtime::shared() else {
            return;
        };
        if self.preparing.swap(true, Ordering::AcqRel) {
            return;
        }
        let template = Arc::clone(self);
        runtime.spawn(async move {
            let held = template.open().await.ok();
            *template
                .spare
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = held;
            template.preparing.store(false, Ordering::Release);
        });
    }

    /// A copy to commit to.
    pub(super) fn copy(&self) -> Result<TemporaryDatabase, Error> {
        TemporaryDatabase::copy_of(&self.image)
    }
}
