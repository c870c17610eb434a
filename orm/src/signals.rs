//! Receivers that are called before and after rows are saved, deleted or tied.

mod dispatch;
mod many_to_many;
mod receiver;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub(crate) use self::dispatch::Receivers;
use self::many_to_many::RelationKey;
pub(crate) use self::many_to_many::{Change, RelationReceivers};
pub use self::many_to_many::{M2mAction, M2mChange};
pub use self::receiver::{Receiver, Receiver3};
use crate::path::{PathHandle, Root, Via};
use crate::{Db, HookResult, Model, Relation};

/// Receivers that are called before and after rows are saved, deleted or tied: for a [`Db`] and all
/// transactions on it, by [`Db::with_signals`].
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// #[derive(Model, Debug)]
/// struct Order {
///     #[field(primary_key)]
///     id: i64,
///     #[field(max_length = 20)]
///     number: String,
/// }
///
/// #[derive(Model, Debug)]
/// struct Note {
///     #[field(primary_key)]
///     id: i64,
///     #[field(max_length = 50)]
///     text: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<Order>()).await?;
/// # generate_schemas(&db, &tables_of::<Note>()).await?;
/// let signals = Signals::new()
///     .pre_save(async |order: &mut Order, _| {
///         order.number = order.number.to_uppercase();
///         Ok(())
///     })
///     .post_save(async |order: &Order, created, db| {
///         if created {
///             let text = format!("{} was placed", order.number);
///             Note::builder().text(text).create(db).await?;
///         }
///         Ok(())
///     });
/// let db = db.with_signals(signals);
///
/// let order = Order::builder().number("a-1").create(&db).await?;
/// assert_eq!(order.number, "A-1");
/// assert_eq!(Note::all().get(&db).await?.text, "A-1 was placed");
/// # Ok(())
/// # }
/// ```
///
/// - **One transaction** holds the operation and its receivers, a savepoint where one is open already. They
///   get its handle. An error of a receiver is the error of the operation, and rolls all of it back.
/// - **Order**: receivers are awaited one after the other, as they were added.
/// - **What sends them**: `create`, `insert`, `save`, `save_fields`, `delete`, `get_or_create` where it creates,
///   `update_or_create` (`pre_save` gets the row as it was built), and `add`, `remove`, `clear` and `set` of a
///   many-to-many relation. What works on many rows by few statements
///   sends none, as in Django and Tortoise: `bulk_create` and its kin, `update` and `delete` of a query set, and
///   what the database itself deletes by `ON DELETE CASCADE`.
/// - **No global state**: a handle without signals sends none, and pays nothing for those of others.
/// - A receiver's future is `Send`, and the receiver `Clone`: give it `Arc`s by `move`. A receiver that saves
///   what it is called for calls itself.
#[derive(Default)]
#[must_use = "signals are sent on a handle that was given them by `with_signals`"]
pub struct Signals {
    /// `Receivers<M>` by the type of `M`.
    models: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    /// `RelationReceivers<T>` by the relation.
    relations: HashMap<RelationKey, Box<dyn Any + Send + Sync>>,
}

impl Signals {
    /// No receivers.
    pub fn new() -> Self {
        Signals::default()
    }

    /// Calls this before a row is inserted or updated. It may change the row: what it changes is saved,
    /// by `save_fields` too. Values are checked afterwards.
    pub fn pre_save<M, F>(mut self, receiver: F) -> Self
    where
        M: Model,
        F: AsyncFnOnce(&mut M, &Db) -> HookResult
            + for<'a> Receiver<'a, &'a mut M>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of::<M>();
        receivers
            .pre_save
            .push(Box::new(move |row, db| Box::pin(receiver.clone()(row, db))));
        self
    }

    /// Calls this after a row was inserted (then it is told `true`) or updated (`false`).
    pub fn post_save<M, F>(mut self, receiver: F) -> Self
    where
        M: Model,
        F: AsyncFnOnce(&M, bool, &Db) -> HookResult
            + for<'a> Receiver3<'a, &'a M, bool>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of::<M>();
        receivers.post_save.push(Box::new(move |row, created, db| {
            Box::pin(receiver.clone()(row, created, db))
        }));
        self
    }

    /// Calls this before a row is deleted.
    pub fn pre_delete<M, F>(mut self, receiver: F) -> Self
    where
        M: Model,
        F: AsyncFnOnce(&M, &Db) -> HookResult
            + for<'a> Receiver<'a, &'a M>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of::<M>();
        receivers
            .pre_delete
            .push(Box::new(move |row, db| Box::pin(receiver.clone()(row, db))));
        self
    }

    /// Calls this after a row was deleted.
    pub fn post_delete<M, F>(mut self, receiver: F) -> Self
    where
        M: Model,
        F: AsyncFnOnce(&M, &Db) -> HookResult
            + for<'a> Receiver<'a, &'a M>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of::<M>();
        receivers
            .post_delete
            .push(Box::new(move |row, db| Box::pin(receiver.clone()(row, db))));
        self
    }

    /// Calls this before rows are tied to others by a many-to-many relation, or untied.
    ///
    /// It is called for the side that it is added for: what `tag.articles` does is told to receivers of
    /// `Tag::articles()`, not to those of `Article::tags()`.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # #[derive(Model, Debug)]
    /// # struct Tag {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// # }
    /// # #[derive(Model, Debug)]
    /// # struct Article {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     #[field(related_name = "articles")]
    /// #     tags: ManyToMany<Tag>,
    /// # }
    /// let signals = Signals::new().pre_m2m_change(
    ///     Article::tags(),
    ///     async |change: &M2mChange<Article, Tag>, _| match change.action {
    ///         M2mAction::Clear => Err(format!("article {} keeps its tags", change.owner).into()),
    ///         M2mAction::Add | M2mAction::Remove | M2mAction::Set => Ok(()),
    ///     },
    /// );
    /// # let _ = signals;
    /// ```
    pub fn pre_m2m_change<R, H, F>(mut self, relation: H, receiver: F) -> Self
    where
        R: Relation,
        H: PathHandle<Path = Via<Root<R::From>, R>>,
        F: AsyncFnOnce(&M2mChange<R::From, R::To>, &Db) -> HookResult
            + for<'a> Receiver<'a, &'a M2mChange<R::From, R::To>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of_relation::<R, H>(relation);
        receivers.pre.push(many_to_many::erased::<R, F>(receiver));
        self
    }

    /// Calls this after rows were tied to others by a many-to-many relation, or untied; see
    /// [`pre_m2m_change`](Self::pre_m2m_change).
    pub fn post_m2m_change<R, H, F>(mut self, relation: H, receiver: F) -> Self
    where
        R: Relation,
        H: PathHandle<Path = Via<Root<R::From>, R>>,
        F: AsyncFnOnce(&M2mChange<R::From, R::To>, &Db) -> HookResult
            + for<'a> Receiver<'a, &'a M2mChange<R::From, R::To>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let receivers = self.of_relation::<R, H>(relation);
        receivers.post.push(many_to_many::erased::<R, F>(receiver));
        self
    }

    fn of<M: Model>(&mut self) -> &mut Receivers<M> {
        self.models
            .entry(TypeId::of::<M>())
            .or_insert_with(|| Box::new(Receivers::<M>::default()))
            .downcast_mut()
            .expect("receivers of a model are kept by its type")
    }

    fn of_relation<R: Relation, H>(&mut self, _: H) -> &mut RelationReceivers<R::To> {
        const {
            assert!(
                many_to_many::is_many_to_many(R::RELATION),
                "this relation is no many-to-many relation"
            )
        };
        self.relations
            .entry(RelationKey::of(R::RELATION))
            .or_insert_with(|| Box::new(RelationReceivers::<R::To>::default()))
            .downcast_mut()
            .expect("receivers of a relation are kept by its name")
    }

    fn receivers<M: Model>(&self) -> Option<&Receivers<M>> {
        self.models.get(&TypeId::of::<M>())?.downcast_ref()
    }

    fn relation_receivers<T: Model>(
        &self,
        relation: &'static testudo_sql::schema::Relation,
    ) -> Option<&RelationReceivers<T>> {
        self.relations
            .get(&RelationKey::of(relation))?
            .downcast_ref()
    }
}

impl Db {
    /// This handle with these signals, in place of those that it has. Transactions that begin on it have
    /// them too; other handles on the same database have not.
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = Some(Arc::new(signals));
        self
    }

    /// The receivers for rows of a model, if there are any.
    pub(crate) fn receivers<M: Model>(&self) -> Option<&Receivers<M>> {
        self.signals.as_ref()?.receivers()
    }

    /// The receivers for ties to rows of `T` by this relation, if there are any.
    pub(crate) fn relation_receivers<T: Model>(
        &self,
        relation: &'static testudo_sql::schema::Relation,
    ) -> Option<&RelationReceivers<T>> {
        self.signals.as_ref()?.relation_receivers(relation)
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals")
            .field("models", &self.models.len())
            .field("relations", &self.relations.len())
            .finish()
    }
}
