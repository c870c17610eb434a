//! Foreign keys and one-to-one relations: the side that has the column.

use std::fmt;
use std::sync::Arc;

use testudo_sql::Value;
use testudo_sql::schema as meta;

use super::Fetched;
use crate::{Error, Model, PrimaryKey, Result};

macro_rules! to_one {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<T: Model> {
            key: T::PrimaryKey,
            /// Which field this is; unknown for a reference that is in no row yet.
            relation: Option<&'static meta::Relation>,
            fetched: Option<Arc<T>>,
        }

        impl<T: Model> $name<T> {
            /// The reference to the row with this primary key.
            pub fn new(key: T::PrimaryKey) -> Self {
                $name { key, relation: None, fetched: None }
            }

            /// The primary key of the row pointed to.
            pub fn id(&self) -> T::PrimaryKey {
                self.key.clone()
            }

            /// The row pointed to, once `select_related` or `prefetch_related` has fetched it.
            ///
            /// # Errors
            /// When it was not fetched; a query is never sent behind your back.
            pub fn get(&self) -> Result<&T> {
                self.fetched.as_deref().ok_or_else(|| match self.relation {
                    Some(relation) => Error::not_loaded(relation.from.model, relation.name),
                    None => Error::not_fetched(T::TABLE.model),
                })
            }

            /// Whether the row pointed to was fetched.
            pub fn is_fetched(&self) -> bool {
                self.fetched.is_some()
            }

            /// Fetches the row pointed to.
            ///
            /// # Errors
            /// When it does not exist or the database refuses.
            pub async fn fetch(&self, db: &crate::Db) -> Result<T> {
                crate::QuerySet::with_primary_key(&self.key).get(db).await
            }

            /// The value of one column of the key.
            #[doc(hidden)]
            pub fn value(&self, part: usize) -> Value {
                self.key.value(part)
            }

            #[doc(hidden)]
            #[must_use]
            pub fn of(mut self, relation: &'static meta::Relation) -> Self {
                self.relation = Some(relation);
                self
            }

            #[doc(hidden)]
            pub fn attach(&mut self, fetched: Fetched<T>) {
                self.fetched = fetched.one();
            }
        }

        impl<T: Model> From<&T> for $name<T> {
            /// The reference to this row, which must have been saved.
            fn from(row: &T) -> Self {
                $name::new(row.primary_key())
            }
        }

        impl<T: Model> Clone for $name<T> {
            fn clone(&self) -> Self {
                $name {
                    key: self.key.clone(),
                    relation: self.relation,
                    fetched: self.fetched.clone(),
                }
            }
        }

        impl<T: Model> PartialEq for $name<T> {
            /// Two references are equal when they point to the same row.
            fn eq(&self, other: &Self) -> bool {
                self.key == other.key
            }
        }

        impl<T: Model> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", T::TABLE.model, self.key)
            }
        }
    };
}

to_one! {
    /// A reference to one row of another model; many rows may point to the same one.
    ///
    /// Two are equal when they point to the same row, fetched or not.
    ForeignKey
}

to_one! {
    /// A reference to one row of another model, to which no other row points: a unique foreign key.
    ///
    /// Two are equal when they point to the same row, fetched or not.
    OneToOne
}
