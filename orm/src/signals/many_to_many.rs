//! Signals about rows that are tied by a many-to-many relation.

use futures_util::future::BoxFuture;
use testudo_sql::schema::{Link, Relation as RelationData};

use super::Receiver;
use crate::{Db, Error, HookResult, KeyValues, Model, PrimaryKey, Relation, Result};

/// What happens to the ties of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum M2mAction {
    /// Rows are tied to it, unless they are already.
    Add,
    /// Rows are untied from it.
    Remove,
    /// All rows are untied from it.
    Clear,
    /// Exactly these rows are tied to it.
    Set,
}

/// Rows of `T` that are tied to a row of `A`, or untied from it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct M2mChange<A: Model, T: Model> {
    /// What happens.
    pub action: M2mAction,
    /// The key of the row that the relation is a field of.
    pub owner: A::PrimaryKey,
    /// The keys of the rows that the operation was given; none for [`M2mAction::Clear`].
    pub keys: Vec<T::PrimaryKey>,
}

/// A relation, by its model and its name: the address of its data is not the same in all places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RelationKey {
    table: &'static str,
    name: &'static str,
}

impl RelationKey {
    pub(super) fn of(relation: &'static RelationData) -> Self {
        RelationKey {
            table: relation.from.name,
            name: relation.name,
        }
    }
}

pub(super) const fn is_many_to_many(relation: &RelationData) -> bool {
    matches!(relation.link, Link::Through { .. })
}

/// What is told of a change where the model of the owner is not known: its key as a value.
#[derive(Clone)]
pub(crate) struct Change<T: Model> {
    pub(crate) action: M2mAction,
    pub(crate) owner: KeyValues,
    pub(crate) keys: Vec<T::PrimaryKey>,
}

type OnChange<T> =
    Box<dyn for<'a> Fn(&'a Change<T>, &'a Db) -> BoxFuture<'a, HookResult> + Send + Sync>;

/// The receivers for ties to rows of `T` by one relation, in the order in which they were added.
pub(crate) struct RelationReceivers<T: Model> {
    pub(super) pre: Vec<OnChange<T>>,
    pub(super) post: Vec<OnChange<T>>,
}

impl<T: Model> Default for RelationReceivers<T> {
    fn default() -> Self {
        RelationReceivers {
            pre: Vec::new(),
            post: Vec::new(),
        }
    }
}

impl<T: Model> RelationReceivers<T> {
    /// Runs an operation between its receivers, in one transaction.
    pub(crate) async fn around(
        &self,
        db: &Db,
        relation: &'static RelationData,
        change: Change<T>,
        work: impl AsyncFnOnce(Db) -> Result<()>,
    ) -> Result<()> {
        let failed = |signal| {
            move |failure| {
                let of = format!("`{}.{}`", relation.from.model, relation.name);
                Error::receiver(signal, of, failure)
            }
        };
        db.transaction(async |tx| {
            for receiver in &self.pre {
                receiver(&change, &tx)
                    .await
                    .map_err(failed("pre_m2m_change"))?;
            }
            work(tx.clone()).await?;
            for receiver in &self.post {
                receiver(&change, &tx)
                    .await
                    .map_err(failed("post_m2m_change"))?;
            }
            Ok(())
        })
        .await
    }
}

/// A receiver that is told the owner's key as a value.
pub(super) fn erased<R, F>(receiver: F) -> OnChange<R::To>
where
    R: Relation,
    F: for<'a> Receiver<'a, &'a M2mChange<R::From, R::To>> + Clone + Send + Sync + 'static,
{
    Box::new(move |change, db| {
        let receiver = receiver.clone();
        Box::pin(async move {
            let owner = <R::From as Model>::PrimaryKey::from_values(change.owner.as_slice())
                .ok_or_else(|| {
                    Error::decode(
                        "the key of an owner",
                        "it is of another type than the model's",
                    )
                })?;
            let change = M2mChange {
                action: change.action,
                owner,
                keys: change.keys.clone(),
            };
            receiver(&change, db).await
        })
    })
}
