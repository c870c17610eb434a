//! Tests on a server that processes share: who may use which database, and for how long.
//!
//! A *seat* is the right to run one test at a time with a bounded number of connections: a lock that
//! the server itself keeps, and frees when the process that took it dies. Its number names the *slots*
//! that come with it, one copy of each template. What differs from server to server is an
//! [`Engine`](engine::Engine).

mod admission;
mod committed;
pub(super) mod engine;
mod fresh;
mod held;
mod host;
mod keep;
mod names;
mod seat;
mod slot;
mod steward;
mod sweep;
mod template;
mod told;

use std::sync::Arc;

use engine::Engine;
pub(super) use host::Registry;
use template::Template;

use super::{Access, Isolation, Keep};
use crate::error::Error;
use crate::plan::Plan;

/// The database of one test on a server.
#[derive(Debug)]
pub(crate) enum Session<E: Engine> {
    /// A slot, with a transaction around the test.
    Held(held::Held<E>),
    /// A slot to commit to, which is put back.
    Committed(committed::Committed<E>),
    /// A database that was made from nothing.
    Fresh(fresh::Fresh<E>),
}

impl<E: Engine> Session<E> {
    /// On the runtime of the process, and to its end even if the caller is cancelled: a seat of which
    /// nobody knows whether it was taken would be lost.
    pub(super) async fn start(plan: &Plan) -> Result<Self, Error> {
        let plan = plan.clone();
        host::on_shared_runtime(async move { Self::start_to_its_end(&plan).await }).await
    }

    async fn start_to_its_end(plan: &Plan) -> Result<Self, Error> {
        if plan.existing.is_some() {
            return Err(Error::configuration(format!(
                "`url` names a file of SQLite; the server of tests on {} is named by `{}`",
                plan.backend,
                names::url_variable(plan.backend),
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
            let fresh = fresh::Fresh::start(host, &ingredients, plan.seed).await?;
            return Ok(Session::Fresh(fresh));
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
            Isolation::Rollback | Isolation::Auto => held::Held::start(host, template, plan.seed)
                .await
                .map(Session::Held),
            Isolation::Clone | Isolation::Fresh => {
                committed::Committed::start(host, template, plan.seed)
                    .await
                    .map(Session::Committed)
            }
        }
    }

    pub(super) fn access(&self) -> Access {
        match self {
            Session::Held(held) => held.access(),
            Session::Committed(committed) => committed.access(),
            Session::Fresh(fresh) => fresh.access(),
        }
    }

    pub(super) async fn finish(self, keep: &mut Keep<'_>) -> Result<(), Error> {
        match self {
            Session::Held(held) => held.finish(keep).await,
            Session::Committed(committed) => committed.finish(keep).await,
            Session::Fresh(fresh) => fresh.finish(keep).await,
        }
    }
}

/// A server, its templates and seats, as sessions hold on to it.
type SharedHost<E> = Arc<host::Host<E>>;
