//! A transaction on a connection of its own, and what has to be taken back before it ends.

use tokio::runtime::Handle;

use super::over;
use crate::Result;
use crate::driver::{Session, Transaction};

/// A transaction on a connection of its own; dropped, it is rolled back.
#[derive(Debug)]
pub(super) struct Own {
    /// `None` once it is over.
    transaction: Option<Transaction>,
    /// A setting that would outlive the transaction, because it is the connection's.
    undo: Option<&'static str>,
}

impl Own {
    pub(super) fn new(transaction: Transaction, undo: Option<&'static str>) -> Self {
        Own {
            transaction: Some(transaction),
            undo,
        }
    }

    pub(super) fn session(&mut self) -> Result<Session<'_>> {
        match &mut self.transaction {
            Some(transaction) => Ok(transaction.session()),
            None => Err(over()),
        }
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        self.take_back().await?;
        match self.transaction.take() {
            Some(transaction) => transaction.commit().await,
            None => Ok(()),
        }
    }

    pub(super) async fn rollback(mut self) -> Result<()> {
        let taken_back = self.take_back().await;
        match self.transaction.take() {
            Some(transaction) => transaction.rollback().await.and(taken_back),
            None => taken_back,
        }
    }

    async fn take_back(&mut self) -> Result<()> {
        match self.undo.take() {
            Some(undo) => self.session()?.script(undo).await,
            None => Ok(()),
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // The driver itself queues the rollback, and nothing else.
        if self.undo.is_some()
            && let Some(transaction) = self.transaction.take()
            && let Ok(runtime) = Handle::try_current()
        {
            let own = Own::new(transaction, self.undo.take());
            runtime.spawn(own.rollback());
        }
    }
}
