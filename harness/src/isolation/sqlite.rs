//! Tests on SQLite: databases copied from an image in memory.

mod apply;
mod file;
mod held;
mod template;
mod temporary;
mod witness;

use std::path::Path;

use sqlx::SqlitePool;

use super::{Image, Isolation};
use crate::error::Error;
use crate::plan::Plan;

/// The database of one test.
#[derive(Debug)]
pub(crate) enum Session {
    /// A database of its own in memory, with a transaction around the test.
    Held(held::Held),
    /// A database of its own that several connections share.
    Temporary(temporary::TemporaryDatabase),
    /// A database file that somebody else made, with a transaction around the test.
    File(file::FileSession),
}

impl Session {
    pub(super) async fn start(plan: &Plan) -> Result<Self, Error> {
        if let Some(existing) = &plan.existing {
            return Ok(Session::File(
                file::FileSession::start(existing, plan).await?,
            ));
        }
        let ingredients = plan.ingredients()?;
        match plan.isolation {
            Isolation::Rollback => {
                let template = template::of(ingredients).await?;
                Ok(Session::Held(template.hold().await?))
            }
            Isolation::Clone => {
                let template = template::of(ingredients).await?;
                Ok(Session::Temporary(template.copy()?))
            }
            Isolation::Fresh => {
                let image = apply::build(&ingredients).await?;
                let database = temporary::TemporaryDatabase::copy_of(image.as_deref())?;
                Ok(Session::Temporary(database))
            }
        }
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        match self {
            Session::Held(held) => held.pool(),
            Session::Temporary(database) => database.pool(),
            Session::File(file) => file.pool(),
        }
    }

    pub(super) fn url(&self) -> String {
        match self {
            // No second connection can reach a private in-memory database.
            Session::Held(_) => "sqlite::memory:".to_owned(),
            Session::Temporary(database) => database.url(),
            Session::File(file) => file.url(),
        }
    }

    pub(super) async fn finish(self, keep: Option<&Path>) -> Result<(), Error> {
        match self {
            Session::Held(held) => held.finish(keep).await.map(drop),
            Session::Temporary(database) => database.finish(keep).await,
            Session::File(file) => file.finish(keep).await,
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
