//! Databases that are built once per server and copied into slots.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use testudo_orm::Db;
use tokio::sync::OnceCell;

use super::engine::{Engine, Entry, State};
use super::host::on_shared_runtime;
use super::told::told;
use super::{SharedHost, names};
use crate::error::Error;
use crate::fixtures::{KnownSchema, Labels};
use crate::isolation::apply::apply;
use crate::recipe::Ingredients;

/// Part of every key: templates of another version of this code are not used.
const FORMAT: &str = "1";
/// How long another process may take to build a template that this one waits for.
const PATIENCE: Duration = Duration::from_secs(300);
/// A template says that it is used this often, which is what sweeping goes by.
const NOTED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// A database with migrations, schema and fixtures in it, to which nobody connects.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) name: String,
    pub(super) labels: Labels,
    pub(super) ingredients: Arc<Ingredients>,
    /// What its copies share.
    schema: KnownSchema,
}

/// The templates that this process knows.
#[derive(Debug, Default)]
pub(super) struct Templates(Mutex<HashMap<Key, Cell>>);

type Cell = Arc<OnceCell<Arc<Template>>>;

/// Ingredients, known by their address: the same files give the same `Arc`.
#[derive(Debug, Clone)]
struct Key(Arc<Ingredients>);

impl Templates {
    /// The template made of these ingredients, if somebody has asked for it before.
    pub(super) fn known(&self, ingredients: &Arc<Ingredients>) -> Option<Arc<Template>> {
        let templates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        templates.get(&Key(Arc::clone(ingredients)))?.get().cloned()
    }

    /// The template made of these ingredients: found on the server, or built by the first test that
    /// asks, in whatever process, while the others wait.
    pub(super) async fn of<E: Engine>(
        &self,
        host: &SharedHost<E>,
        ingredients: Arc<Ingredients>,
    ) -> Result<Arc<Template>, Error> {
        let cell = {
            let mut templates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(templates.entry(Key(Arc::clone(&ingredients))).or_default())
        };
        cell.get_or_try_init(|| {
            let host = Arc::clone(host);
            on_shared_runtime(async move { Template::find_or_build(&host, ingredients).await })
        })
        .await
        .cloned()
    }

    /// Somebody has dropped a template and left its entry: it is built anew by the next who asks.
    pub(super) async fn forget<E: Engine>(
        &self,
        host: &SharedHost<E>,
        template: &Template,
    ) -> Result<(), Error> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&Key(Arc::clone(&template.ingredients)));
        let mut lease = host.lease().await;
        host.engine.remove_entry(&mut lease, &template.name).await
    }
}

impl Template {
    /// Loads the fixtures into a copy, for a test with this seed.
    pub(super) async fn load_into_copy(&self, db: &Db, seed: u64) -> Result<Labels, Error> {
        let fixtures = &self.ingredients.fixtures;
        fixtures
            .load_knowing(&self.schema, db, seed)
            .await
            .map_err(Error::fixtures)
    }

    async fn find_or_build<E: Engine>(
        host: &SharedHost<E>,
        ingredients: Arc<Ingredients>,
    ) -> Result<Arc<Self>, Error> {
        let name = names::template(&key(host, &ingredients)?);
        let entry = {
            let mut lease = host.lease().await;
            let entry = host.engine.entry(&mut lease, &name).await?;
            if let Some(entry) = &entry
                && entry.state == State::Ready
                && entry.unused_for > NOTED_EVERY
            {
                host.engine.set_entry(&mut lease, &name, entry).await?;
            }
            entry
        };
        let labels = match entry {
            Some(entry) if entry.state == State::Ready => read_labels(&entry)?,
            _ => build(host, &name, &ingredients).await?,
        };
        Ok(Arc::new(Self {
            name,
            labels,
            ingredients,
            schema: KnownSchema::default(),
        }))
    }
}

/// Builds the template, unless another process has done so while this one waited for its turn.
///
/// It is marked as ready at the very end. Who finds it dirty while nobody holds the lock knows that its
/// builder died.
async fn build<E: Engine>(
    host: &SharedHost<E>,
    name: &str,
    ingredients: &Ingredients,
) -> Result<Labels, Error> {
    // A connection of its own: to wait on the lease would keep all other tests waiting.
    let mut builder = host.connect(None).await?;
    let lock = names::template_lock(name);
    if !host.engine.try_lock(&mut builder, &lock).await? {
        let what = format!(
            "waiting for another process that builds a template on {}",
            host.backend
        );
        let done = format!("the template on {} is free", host.backend);
        let waited = host.engine.lock(&mut builder, &lock, PATIENCE);
        if !told(&what, &done, waited).await? {
            return Err(Error::server(format!(
                "another process has been building the template `{name}` on {} for {} s; if it hangs, \
                 end it: its lock goes with it",
                host.backend,
                PATIENCE.as_secs()
            )));
        }
    }
    // The lock is freed when the connection closes, however this ends.
    if let Some(entry) = host.engine.entry(&mut builder, name).await?
        && entry.state == State::Ready
    {
        return read_labels(&entry);
    }
    let mut entry = Entry {
        state: State::Dirty,
        labels: None,
        unused_for: Duration::ZERO,
    };
    host.engine.set_entry(&mut builder, name, &entry).await?;
    host.engine.create_database(&mut builder, name).await?;
    let pool = host.engine.pool(name, 1);
    // What depends on the seed of each test is loaded by each test.
    let with_fixtures = !ingredients.is_seeded;
    let dialect = host.engine.dialect();
    let applied = told(
        &format!("building a template on {}", host.backend),
        &format!("a template on {} is built", host.backend),
        apply(&pool, &E::db(&pool), dialect, ingredients, 0, with_fixtures),
    )
    .await;
    pool.close().await;
    let labels = match applied {
        Ok(labels) => labels,
        Err(error) => {
            host.engine.drop_database(&mut builder, name).await?;
            host.engine.remove_entry(&mut builder, name).await?;
            return Err(error);
        }
    };
    entry.state = State::Ready;
    entry.labels = Some(labels.to_text());
    host.engine.set_entry(&mut builder, name, &entry).await?;
    Ok(labels)
}

fn read_labels(entry: &Entry) -> Result<Labels, Error> {
    match &entry.labels {
        Some(text) => Labels::from_text(text).ok_or_else(|| {
            Error::server(
                "the labels of a template cannot be read: somebody has changed the table `databases` in \
                 the database `testudo`; drop that database",
            )
        }),
        None => Ok(Labels::default()),
    }
}

/// A digest of everything that went in.
fn key<E: Engine>(host: &SharedHost<E>, ingredients: &Ingredients) -> Result<String, Error> {
    let mut digest = Sha256::new();
    digest.update(FORMAT);
    digest.update(host.engine.version());
    // Of a fixed length, so that nothing can run into what stands before it.
    digest.update(ingredients.fingerprint(host.engine.dialect())?);
    Ok(hex(&digest.finalize()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
