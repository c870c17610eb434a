//! What is to be done once a transaction has ended.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use super::over;
use crate::{Error, Result};

/// What a hook of [`on_commit`](crate::Db::on_commit) and a receiver of [`Signals`](crate::Signals) return:
/// `?` takes any error.
pub type HookResult = std::result::Result<(), Box<dyn StdError + Send + Sync>>;

pub(crate) type OnCommit = Box<dyn FnOnce() -> BoxFuture<'static, HookResult> + Send>;
pub(crate) type OnRollback = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// The hooks of one level of a transaction. If nobody says how it ended, it was rolled back.
#[derive(Default)]
pub(super) struct Hooks {
    on_commit: Vec<OnCommit>,
    on_rollback: Vec<OnRollback>,
}

impl Hooks {
    /// The hooks of a savepoint that was released: they wait for the end of what is around it.
    fn append(&mut self, mut inner: Hooks) {
        self.on_commit.append(&mut inner.on_commit);
        self.on_rollback.append(&mut inner.on_rollback);
    }

    /// Runs all hooks of `on_commit`, even if some of them fail.
    pub(super) async fn committed(mut self) -> Result<()> {
        self.on_rollback.clear();
        let mut failures = Vec::new();
        for hook in std::mem::take(&mut self.on_commit) {
            if let Err(failure) = hook().await {
                failures.push(failure);
            }
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(Error::hooks(failures))
        }
    }

    pub(super) async fn rolled_back(mut self) {
        run(std::mem::take(&mut self.on_rollback)).await;
    }
}

async fn run(hooks: Vec<OnRollback>) {
    for hook in hooks {
        hook().await;
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        let hooks = std::mem::take(&mut self.on_rollback);
        // Without a runtime nobody could run them.
        if !hooks.is_empty()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(run(hooks));
        }
    }
}

/// Where the hooks of an open level are kept, until it ends.
pub(super) struct HookList(Mutex<Option<Hooks>>);

impl HookList {
    pub(super) fn new() -> Self {
        HookList(Mutex::new(Some(Hooks::default())))
    }

    pub(super) fn on_commit(&self, hook: OnCommit) -> Result<()> {
        self.change(|hooks| hooks.on_commit.push(hook))
    }

    pub(super) fn on_rollback(&self, hook: OnRollback) -> Result<()> {
        self.change(|hooks| hooks.on_rollback.push(hook))
    }

    /// Takes over the hooks of a savepoint that was released.
    pub(super) fn inherit(&self, inner: Hooks) {
        // Over already: dropped, they learn of a rollback.
        let _ = self.change(|hooks| hooks.append(inner));
    }

    /// The hooks; from now on none is taken any more.
    pub(super) fn close(&self) -> Hooks {
        self.lock().take().unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut Hooks)) -> Result<()> {
        match &mut *self.lock() {
            Some(hooks) => {
                change(hooks);
                Ok(())
            }
            None => Err(over()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Hooks>> {
        // A panic of somebody else leaves the list as it is.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for HookList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookList").finish_non_exhaustive()
    }
}
