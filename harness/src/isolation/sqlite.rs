//! Tests on SQLite: databases copied from an image in memory.

mod explain;
mod file;
mod held;
mod image;
mod template;
mod temporary;
mod witness;

use sqlx::SqlitePool;
use testudo_orm::Db;

use super::{Access, Image, Isolation, Keep, Pool, PoolSource};
use crate::error::Error;
use crate::fixtures::Labels;
use crate::plan::Plan;

pub(super) use explain::explain;

/// The database of one test, and the rows in it by label.
#[derive(Debug)]
pub(crate) struct Session {
    database: Database,
    labels: Labels,
}

#[derive(Debug)]
enum Database {
    /// One of the test's own in memory, with a transaction around the test.
    Held(held::Held),
    /// One of the test's own, which several connections share.
    Temporary(temporary::TemporaryDatabase),
    /// A file that somebody else made, with a transaction around the test.
    File(file::FileSession),
}

impl Session {
    pub(super) async fn start(plan: &Plan) -> Result<Self, Error> {
        let ingredients = plan.recipe.ingredients()?;
        if let Some(existing) = &plan.existing {
            let (file, labels) = file::FileSession::start(existing, plan, &ingredients).await?;
            return Ok(Session {
                database: Database::File(file),
                labels,
            });
        }
        let (database, labels) = match plan.isolation {
            Isolation::Rollback | Isolation::Auto => {
                let template = template::of(ingredients, plan.seed).await?;
                (Database::Held(template.hold().await?), template.labels())
            }
            Isolation::Clone => {
                let template = template::of(ingredients, plan.seed).await?;
                (Database::Temporary(template.copy()?), template.labels())
            }
            Isolation::Fresh => {
                let (image, labels) = image::build(&ingredients, plan.seed).await?;
                let database = temporary::TemporaryDatabase::copy_of(&image)?;
                (Database::Temporary(database), labels)
            }
        };
        Ok(Session { database, labels })
    }

    pub(super) fn access(&self) -> Access {
        let pool = self.pool().clone();
        Access::new(
            Db::from(pool.clone()),
            self.url(),
            PoolSource::Open(Pool::Sqlite(pool)),
            self.labels.clone(),
        )
    }

    fn pool(&self) -> &SqlitePool {
        match &self.database {
            Database::Held(held) => held.pool(),
            Database::Temporary(database) => database.pool(),
            Database::File(file) => file.pool(),
        }
    }

    fn url(&self) -> String {
        match &self.database {
            // No second connection can reach a private in-memory database.
            Database::Held(_) => "sqlite::memory:".to_owned(),
            Database::Temporary(database) => database.url(),
            Database::File(file) => file.url(),
        }
    }

    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        match self.database {
            Database::Held(held) => held.finish(keep).await.map(drop),
            Database::Temporary(database) => database.finish(keep).await,
            Database::File(file) => file.finish(keep).await,
        }
    }
}

/// Closes a pool without waiting: connections that are in use close when they come back.
fn close(pool: &SqlitePool) {
    while let Some(connection) = pool.try_acquire() {
        drop(connection.detach());
    }
    // The pool is marked as closed by the call itself; the future would wait for connections that a
    // stray task may never give back.
    drop(pool.close());
}
