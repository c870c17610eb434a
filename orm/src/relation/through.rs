//! Many-to-many relations through a model: its rows are made by its builder, with their defaults.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use testudo_sql::Expr;
use testudo_sql::schema::{self as meta, Link};

use super::prefetch::{key_at, positions};
use crate::builder::ModelBuilder;
use crate::key::{columns_are, one_of};
use crate::queryset::own_column;
use crate::{Db, Filter, KeyValues, Model, Persist, QuerySet, Result};

/// Ties an owner to rows with these keys; see [`tie`].
pub type Tie = for<'a> fn(
    &'a Db,
    &'static meta::Relation,
    &'a KeyValues,
    Vec<KeyValues>,
) -> BoxFuture<'a, Result<()>>;

/// Inserts rows of the model in between, for those keys that it does not tie to the owner yet.
///
/// # Errors
/// When the model has a field without a default beside its two foreign keys, or the database refuses.
#[must_use]
pub fn tie<'a, T: Model>(
    db: &'a Db,
    relation: &'static meta::Relation,
    owner: &'a KeyValues,
    keys: Vec<KeyValues>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Link::Through { near, far, .. } = &relation.link else {
            return Ok(());
        };
        let to_owner = || near.iter().map(|pair| pair.1);
        let to_others = || far.iter().map(|pair| pair.0);
        let of_owner = columns_are::<T>(to_owner().zip(owner.clone()));
        let others = to_others().map(|column| Expr::Column(own_column::<T>(column)));
        let tied = QuerySet::<T>::new()
            .filter(Filter::from_expr(of_owner))
            .filter(Filter::from_expr(one_of(others, &keys)));
        let far_side = positions::<T>(to_others());
        let tied = tied.fetch_all(db).await?;
        let mut known: HashSet<KeyValues> = tied.iter().map(|row| key_at(row, &far_side)).collect();

        let near_side = positions::<T>(to_owner());
        let mut rows = Vec::new();
        for key in keys {
            if known.insert(key.clone()) {
                let row = T::builder()
                    .refer(near_side[0], owner.as_slice())
                    .refer(far_side[0], key.as_slice());
                rows.push(row.build()?);
            }
        }
        T::bulk_create(db, rows).await?;
        Ok(())
    })
}
