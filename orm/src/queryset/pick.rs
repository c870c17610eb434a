//! Single rows by their place in an order, and rows by their keys.

use std::collections::HashMap;
use std::hash::Hash;

use testudo_sql::{Direction, Expr, Limit, Nulls, OrderBy};

use super::{QuerySet, own_column};
use crate::key::{key_column, one_of};
use crate::order::Ordering;
use crate::{Column, Db, Error, FieldType, Filter, IntoKey, KeyValues, Model, PrimaryKey, Result};

impl<M: Model> QuerySet<M> {
    /// The row with the greatest value of the column: `Order::all().latest(Order::created_at).get(&db)`.
    ///
    /// Takes the place of the order before. A row with NULL comes after all others.
    pub fn latest<T: FieldType>(self, column: Column<M, T>) -> Self {
        self.at_the_end(column.desc())
    }

    /// The row with the smallest value of the column: `Order::all().earliest(Order::created_at).get(&db)`.
    ///
    /// Takes the place of the order before. A row with NULL comes after all others.
    pub fn earliest<T: FieldType>(self, column: Column<M, T>) -> Self {
        self.at_the_end(column.asc())
    }

    fn at_the_end(self, ordering: Ordering<M>) -> Self {
        self.order_by(ordering.nulls_last()).at_most(1)
    }

    /// The same rows in the opposite order: of [`order_by`](Self::order_by), else of the model's
    /// `ordering`, else of the primary key.
    pub fn reverse(self) -> Self {
        let mut query = self.ordered();
        if query.select.order_by.is_empty() {
            query.select.order_by = by_key::<M>();
        }
        query.select.order_by.iter_mut().for_each(reverse);
        query
    }

    /// The last row in the order of the query set, if there is one.
    ///
    /// # Errors
    /// When the query set has a limit or an offset: its last row is not the first of the opposite
    /// order; else as [`fetch_all`](Self::fetch_all).
    pub async fn last(self, db: &Db) -> Result<Option<M>> {
        if self.select.limit != Limit::default() {
            return Err(Error::misuse(format!(
                "`last` of a query set of `{}` with a limit or an offset; call it before them, or take \
                 the last of `fetch_all`",
                M::TABLE.model
            )));
        }
        self.reverse().first(db).await
    }

    /// The rows with these primary keys, by their keys; keys without a row are left out.
    ///
    /// More keys than a statement can bind go in several statements.
    ///
    /// # Errors
    /// When the query set has a limit or an offset, else as [`fetch_all`](Self::fetch_all).
    pub async fn in_bulk(
        self,
        db: &Db,
        keys: impl IntoIterator<Item = impl IntoKey<M::PrimaryKey>>,
    ) -> Result<HashMap<M::PrimaryKey, M>>
    where
        M::PrimaryKey: Eq + Hash,
    {
        if self.select.limit != Limit::default() {
            return Err(Error::misuse(format!(
                "`in_bulk` of a query set of `{}` with a limit or an offset; the keys say which rows",
                M::TABLE.model
            )));
        }
        let keys = keys.into_iter().map(|key| KeyValues::of(&key.into_key()));
        let keys: Vec<_> = keys.collect();
        let dialect = db.speaks().await?;
        let taken = self.select.compile(dialect)?.binds.len();
        let room = dialect.max_binds().saturating_sub(taken) / M::PrimaryKey::WIDTH;
        let mut rows = HashMap::with_capacity(keys.len());
        for keys in keys.chunks(room.max(1)) {
            let is_one = one_of(key_exprs::<M>(), keys);
            let found = self.clone().filter(Filter::from_expr(is_one));
            let found = found.fetch_all(db).await?;
            rows.extend(found.into_iter().map(|row| (row.primary_key(), row)));
        }
        Ok(rows)
    }
}

/// The order by the primary key.
fn by_key<M: Model>() -> Vec<OrderBy> {
    key_exprs::<M>().map(Expr::asc).collect()
}

fn key_exprs<M: Model>() -> impl Iterator<Item = Expr> {
    let columns = (0..M::PrimaryKey::WIDTH).map(key_column::<M>);
    columns.map(|column| Expr::Column(own_column::<M>(column)))
}

/// Turns a term round. Where NULLs go by default follows the direction.
pub(super) fn reverse(term: &mut OrderBy) {
    term.direction = match term.direction {
        Direction::Asc => Direction::Desc,
        Direction::Desc => Direction::Asc,
    };
    term.nulls = term.nulls.map(|nulls| match nulls {
        Nulls::First => Nulls::Last,
        Nulls::Last => Nulls::First,
    });
}
