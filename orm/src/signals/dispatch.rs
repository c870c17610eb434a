//! The receivers for the rows of one model, and how they are called.

use futures_util::future::BoxFuture;

use crate::{Db, Error, HookResult, Model, Result};

type PreSave<M> = Box<dyn for<'a> Fn(&'a mut M, &'a Db) -> BoxFuture<'a, HookResult> + Send + Sync>;
type PostSave<M> =
    Box<dyn for<'a> Fn(&'a M, bool, &'a Db) -> BoxFuture<'a, HookResult> + Send + Sync>;
type OnDelete<M> = Box<dyn for<'a> Fn(&'a M, &'a Db) -> BoxFuture<'a, HookResult> + Send + Sync>;

/// The receivers for rows of `M`, in the order in which they were added.
pub(crate) struct Receivers<M> {
    pub(super) pre_save: Vec<PreSave<M>>,
    pub(super) post_save: Vec<PostSave<M>>,
    pub(super) pre_delete: Vec<OnDelete<M>>,
    pub(super) post_delete: Vec<OnDelete<M>>,
}

impl<M> Default for Receivers<M> {
    fn default() -> Self {
        Receivers {
            pre_save: Vec::new(),
            post_save: Vec::new(),
            pre_delete: Vec::new(),
            post_delete: Vec::new(),
        }
    }
}

impl<M: Model> Receivers<M> {
    pub(crate) async fn before_save(&self, row: &mut M, tx: &Db) -> Result<()> {
        for receiver in &self.pre_save {
            receiver(row, tx).await.map_err(failed::<M>("pre_save"))?;
        }
        Ok(())
    }

    pub(crate) async fn after_save(&self, row: &M, created: bool, tx: &Db) -> Result<()> {
        for receiver in &self.post_save {
            let received = receiver(row, created, tx).await;
            received.map_err(failed::<M>("post_save"))?;
        }
        Ok(())
    }

    pub(crate) async fn before_delete(&self, row: &M, tx: &Db) -> Result<()> {
        for receiver in &self.pre_delete {
            receiver(row, tx).await.map_err(failed::<M>("pre_delete"))?;
        }
        Ok(())
    }

    pub(crate) async fn after_delete(&self, row: &M, tx: &Db) -> Result<()> {
        for receiver in &self.post_delete {
            let received = receiver(row, tx).await;
            received.map_err(failed::<M>("post_delete"))?;
        }
        Ok(())
    }
}

fn failed<M: Model>(
    signal: &'static str,
) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Error {
    move |failure| Error::receiver(signal, format!("`{}`", M::TABLE.model), failure)
}
