//! Slots: copies of templates, one at a time for one test.

use std::sync::Arc;
use std::time::Duration;

use super::engine::{Conn, Engine, Entry, State};
use super::template::Template;
use super::{SharedHost, names};
use crate::error::Error;

/// A copy of a template, clean, with a connection to it that no test uses.
pub(super) struct Slot<E: Engine> {
    pub(super) template: Arc<Template>,
    pub(super) database: String,
    pub(super) url: String,
    pub(super) connection: Conn<E>,
    pub(super) baseline: E::Baseline,
}

impl<E: Engine> Slot<E> {
    /// Connects to the slot of a seat; copies the template first if there is none, or one that is not
    /// known to be clean.
    pub(super) async fn open(
        host: &SharedHost<E>,
        seat: u32,
        template: &Arc<Template>,
    ) -> Result<Self, Error> {
        let database = names::slot(&template.name, seat);
        let is_ready = {
            let mut lease = host.lease().await;
            let entry = host.engine.entry(&mut lease, &database).await?;
            matches!(entry, Some(entry) if entry.state == State::Ready)
        };
        if !is_ready {
            copy(host, template, &database).await?;
        }
        let mut connection = match host.slot_connection(&database).await {
            // Somebody has dropped it and left its entry.
            Err(error) if error.is_missing_database() => {
                copy(host, template, &database).await?;
                host.slot_connection(&database).await?
            }
            connected => connected?,
        };
        let baseline = host.engine.baseline(&mut connection, &database).await?;
        Ok(Self {
            template: Arc::clone(template),
            url: host.engine.url(&database),
            database,
            connection,
            baseline,
        })
    }

    /// Opens the transaction around a test.
    pub(super) async fn hold(&mut self, host: &SharedHost<E>) -> Result<(), Error> {
        let connection = &mut self.connection;
        host.engine.hold(connection, &self.database).await
    }

    pub(super) fn is_of(&self, template: &Template) -> bool {
        self.template.name == template.name
    }
}

async fn copy<E: Engine>(
    host: &SharedHost<E>,
    template: &Template,
    database: &str,
) -> Result<(), Error> {
    let mut lease = host.lease().await;
    let name = &template.name;
    host.engine.copy(&mut lease, name, database).await?;
    note(host, &mut lease, database, State::Ready).await
}

/// Writes down what a slot can be used for. A slot that is dirty is copied anew by whoever finds it.
pub(super) async fn note<E: Engine>(
    host: &SharedHost<E>,
    lease: &mut Conn<E>,
    database: &str,
    state: State,
) -> Result<(), Error> {
    let entry = Entry {
        state,
        labels: None,
        unused_for: Duration::ZERO,
    };
    host.engine.set_entry(lease, database, &entry).await
}
