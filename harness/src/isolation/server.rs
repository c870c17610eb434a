//! Tests on a server that processes share: who may use which database, and for how long.
//!
//! A *seat* is the right to run one test at a time with a bounded number of connections: a lock that
//! the server itself keeps, and frees when the process that took it dies. Its number names the *slots*
//! that come with it, one copy of each template. What differs from server to server is an
//! [`Engine`](engine::Engine).

mod admission;
mod committed;
pub(super) mod engine;
mod exposure;
mod fresh;
mod held;
mod host;
mod keep;
mod names;
mod pool;
mod seat;
mod slot;
mod stand_in;
mod steward;
mod sweep;
mod template;
mod told;

use std::fmt;
use std::sync::Arc;

use engine::Engine;
pub(super) use host::Registry;
use template::Template;

use super::{Access, Isolation, Keep};
use crate::error::Error;
use crate::plan::Plan;
use crate::runtime;

/// A server, its templates and seats, as sessions hold on to it.
type SharedHost<E> = Arc<host::Host<E>>;

/// The database of one test on a server.
pub(crate) struct Session<E: Engine> {
    access: Access,
    /// Taken by the end of the test.
    parts: Option<Parts<E>>,
}

/// What is given back at the end.
enum Parts<E: Engine> {
    /// A slot, with a transaction around the test.
    Held(held::Held<E>),
    /// A slot to commit to, which is put back.
    Committed(committed::Committed<E>),
    /// A database that was made from nothing.
    Fresh(fresh::Fresh<E>),
}

impl<E: Engine> Session<E> {
    /// A session that gives back what it holds, whatever becomes of it.
    fn new(access: Access, parts: Parts<E>) -> Self {
        Self {
            access,
            parts: Some(parts),
        }
    }

    /// Where everything is there already it starts at once. Else it does so on the runtime of the process,
    /// and to its end even if the caller is cancelled: a seat of which nobody knows whether it was taken
    /// would be lost.
    pub(super) async fn start(plan: &Plan) -> Result<Self, Error> {
        if let Some(started) = Self::start_at_once(plan).await {
            return started;
        }
        let plan = plan.clone();
        host::on_shared_runtime(async move { Self::start_to_its_end(&plan).await }).await
    }

    async fn start_at_once(plan: &Plan) -> Option<Result<Self, Error>> {
        if !matches!(plan.isolation, Isolation::Rollback | Isolation::Auto)
            || plan.existing.is_some()
        {
            return None;
        }
        let host = E::registry().open_host(plan.backend)?;
        let template = host.known_template(&plan.recipe.ingredients().ok()?)?;
        held::start_at_once(&host, &template, plan.seed).await
    }

    async fn start_to_its_end(plan: &Plan) -> Result<Self, Error> {
        if plan.existing.is_some() {
            return Err(Error::configuration(format!(
                "`url` names a file of SQLite; the server of tests on {} is named by `{}`",
                plan.backend,
                host::kind(plan.backend)?.variable("URL"),
            )));
        }
        let host = E::registry().host(plan.backend).await?;
        match Self::on_server(plan, &host).await {
            // It went away between two tests, as one that is restarted does.
            Err(_) if !host.is_there().await => {
                let host = E::registry().host(plan.backend).await?;
                Self::on_server(plan, &host).await
            }
            started => started,
        }
    }

    async fn on_server(plan: &Plan, host: &SharedHost<E>) -> Result<Self, Error> {
        let ingredients = plan.recipe.ingredients()?;
        if plan.isolation == Isolation::Fresh {
            return fresh::start(host, &ingredients, plan.seed).await;
        }
        let template = host.template(Arc::clone(&ingredients)).await?;
        match Self::on_slot(plan, host, &template).await {
            // Somebody has dropped the template and left its entry.
            Err(error) if error.is_missing_database() => {
                host.forget(&template).await?;
                let template = host.template(ingredients).await?;
                Self::on_slot(plan, host, &template).await
            }
            started => started,
        }
    }

    async fn on_slot(
        plan: &Plan,
        host: &SharedHost<E>,
        template: &Arc<Template>,
    ) -> Result<Self, Error> {
        match plan.isolation {
            Isolation::Rollback | Isolation::Auto => held::start(host, template, plan.seed).await,
            Isolation::Clone | Isolation::Fresh => {
                committed::start(host, template, plan.seed).await
            }
        }
    }

    pub(super) fn access(&self) -> Access {
        self.access.clone()
    }

    pub(super) async fn finish(mut self, keep: &mut Keep<'_>) -> Result<(), Error> {
        match self.parts.take() {
            Some(parts) => parts.finish(keep).await,
            None => Ok(()),
        }
    }
}

impl<E: Engine> Parts<E> {
    async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        match self {
            Parts::Held(held) => held.finish(keep).await,
            Parts::Committed(committed) => committed.finish(keep).await,
            Parts::Fresh(fresh) => fresh.finish(keep).await,
        }
    }
}

impl<E: Engine> Drop for Session<E> {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        if let Ok(runtime) = runtime::shared() {
            runtime.spawn(async move {
                // Nobody is left to be told; a slot that is not clean is not given back.
                let _ = parts.finish(&mut |_| None).await;
            });
        }
    }
}

impl<E: Engine> fmt::Debug for Session<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
