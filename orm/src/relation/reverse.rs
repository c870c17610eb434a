//! The other side of a foreign key: the rows that point to this one.

use std::fmt;
use std::sync::Arc;

use testudo_sql::Expr;
use testudo_sql::schema::{self as meta, Link};

use super::Fetched;
use crate::key::columns_are;
use crate::{Error, Filter, KeyValues, Model, QuerySet, Result};

/// The rows of `T` whose foreign key points to this row.
pub struct ReverseRelation<T> {
    relation: &'static meta::Relation,
    owner: KeyValues,
    fetched: Option<Vec<Arc<T>>>,
}

/// The row of `T` whose one-to-one relation points to this row, if there is one.
pub struct ReverseOneToOne<T> {
    relation: &'static meta::Relation,
    owner: KeyValues,
    fetched: Option<Option<Arc<T>>>,
}

impl<T: Model> ReverseRelation<T> {
    #[doc(hidden)]
    #[must_use]
    pub fn of(relation: &'static meta::Relation, owner: KeyValues) -> Self {
        ReverseRelation {
            relation,
            owner,
            fetched: None,
        }
    }

    /// A query set of the rows that point to this one.
    pub fn all(&self) -> QuerySet<T> {
        pointing_to(self.relation, &self.owner)
    }

    /// The rows that point to this one and satisfy a condition.
    pub fn filter(&self, condition: Filter<T>) -> QuerySet<T> {
        self.all().filter(condition)
    }

    /// The rows that `prefetch_related` has fetched.
    ///
    /// # Errors
    /// When they were not fetched; a query is never sent behind your back.
    pub fn get(&self) -> Result<&[Arc<T>]> {
        self.fetched
            .as_deref()
            .ok_or_else(|| not_loaded(self.relation))
    }

    pub(super) fn relation(&self) -> &'static meta::Relation {
        self.relation
    }

    pub(super) fn owner(&self) -> &KeyValues {
        &self.owner
    }

    #[doc(hidden)]
    pub fn attach(&mut self, fetched: Fetched<T>) {
        self.fetched = Some(fetched.many());
    }
}

impl<T: Model> ReverseOneToOne<T> {
    #[doc(hidden)]
    #[must_use]
    pub fn of(relation: &'static meta::Relation, owner: KeyValues) -> Self {
        ReverseOneToOne {
            relation,
            owner,
            fetched: None,
        }
    }

    /// A query set of the row that points to this one.
    pub fn all(&self) -> QuerySet<T> {
        pointing_to(self.relation, &self.owner)
    }

    /// The row that `select_related` or `prefetch_related` has fetched, or `None` if there is none.
    ///
    /// # Errors
    /// When it was not fetched; a query is never sent behind your back.
    pub fn get(&self) -> Result<Option<&T>> {
        self.fetched
            .as_ref()
            .map(Option::as_deref)
            .ok_or_else(|| not_loaded(self.relation))
    }

    #[doc(hidden)]
    pub fn attach(&mut self, fetched: Fetched<T>) {
        self.fetched = Some(fetched.one());
    }
}

pub(super) fn not_loaded(relation: &'static meta::Relation) -> Error {
    Error::not_loaded(relation.from.model, relation.name)
}

/// No row points to an owner that is not saved: the condition is then false.
fn pointing_to<T: Model>(relation: &'static meta::Relation, owner: &KeyValues) -> QuerySet<T> {
    let Link::Direct(pairs) = relation.link else {
        return QuerySet::new();
    };
    let condition = if owner.is_null() {
        Expr::Or(Vec::new())
    } else {
        let remote = pairs.iter().map(|(_, remote)| *remote);
        columns_are::<T>(remote.zip(owner.clone()))
    };
    QuerySet::new().filter(Filter::from_expr(condition))
}

macro_rules! plain_impls {
    ($name:ident) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                $name {
                    relation: self.relation,
                    owner: self.owner.clone(),
                    fetched: self.fetched.clone(),
                }
            }
        }

        impl<T> PartialEq for $name<T> {
            /// Equal when it is the same relation of the same row, fetched or not.
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self.relation, other.relation) && self.owner == other.owner
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.fetched {
                    Some(fetched) => fetched.fmt(f),
                    None => f.write_str("(not fetched)"),
                }
            }
        }
    };
}

plain_impls!(ReverseRelation);
plain_impls!(ReverseOneToOne);
