//! The rows related to many others, fetched by one query for all of them.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use testudo_sql::schema::{Column, Link, Pair, Table};
use testudo_sql::{
    CompareOp, Expr, Function, FunctionCall, Ident, Join, JoinKind, Limit, Projection,
    QualifiedName, Select, SelectItem, Source, Window, WindowCall,
};

use super::Relation;
use super::tree::Node;
use crate::key::{key_column, one_of};
use crate::queryset::{default_order, own_column};
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Filter, KeyValues, Model, PrimaryKey, QuerySet, Result};

/// Related rows by the key of those that they belong to.
type Groups<T> = HashMap<KeyValues, Vec<Arc<T>>>;

/// As many keys of several columns as surely fit one statement; a list of single ones may be longer.
const COMPOSITE_KEYS: usize = 5_000;

/// The name of the table of rows that are numbered within those that they belong to.
const NUMBERED: &str = "numbered";
/// The name of the number.
const NUMBER: &str = "number";

/// The rows related to each of these keys. A limit of the node's query set is one for each key.
pub(super) async fn related<R: Relation>(
    node: &Node<R::To>,
    keys: &[KeyValues],
    db: &Db,
) -> Result<Groups<R::To>> {
    // What a row points to is there, whatever scope the other model has.
    let all = || match R::RELATION.to_many {
        true => QuerySet::new(),
        false => QuerySet::unscoped(),
    };
    let query = node.query.clone().unwrap_or_else(all);
    let query = query.with_prefetch(node.children.clone());
    let at_once = match keys.first().map(|key| key.as_slice().len()) {
        Some(2..) => COMPOSITE_KEYS,
        _ => keys.len().max(1),
    };
    let mut groups = Groups::new();
    for keys in keys.chunks(at_once) {
        let query = query.clone();
        match &R::RELATION.link {
            Link::Direct(pairs) => direct(query, pairs, keys, db, &mut groups).await?,
            Link::Through { table, near, far } => {
                let between = Between { table, near, far };
                through::<R>(query, &between, keys, db, &mut groups).await?;
            }
        }
    }
    Ok(groups)
}

/// Rows that have the key in columns of their own.
async fn direct<T: Model>(
    mut query: QuerySet<T>,
    pairs: &'static [Pair],
    keys: &[KeyValues],
    db: &Db,
    groups: &mut Groups<T>,
) -> Result<()> {
    let remote = || pairs.iter().map(|pair| pair.1);
    let owner: Vec<Expr> = remote().map(own::<T>).collect();
    query = query.filter(Filter::from_expr(one_of(owner.iter().cloned(), keys)));
    let select = query.select_mut();
    let limit = std::mem::take(&mut select.limit);
    if limit != Limit::default() {
        number_rows::<T>(select, owner, limit, &[]);
    }
    let positions = positions::<T>(remote());
    for row in query.fetch_all(db).await? {
        let key = key_at(&row, &positions);
        groups.entry(key).or_default().push(Arc::new(row));
    }
    Ok(())
}

/// The table between two models.
struct Between {
    table: &'static Table,
    near: &'static [Pair],
    far: &'static [Pair],
}

impl Between {
    fn column(&self, column: &'static Column) -> Expr {
        named(self.table.name, column.name)
    }
}

/// Rows whose key stands in a table in between, beside the key of those that they belong to.
async fn through<R: Relation>(
    mut query: QuerySet<R::To>,
    between: &Between,
    keys: &[KeyValues],
    db: &Db,
    groups: &mut Groups<R::To>,
) -> Result<()> {
    let owner: Vec<&'static Column> = between.near.iter().map(|pair| pair.1).collect();
    let in_between: Vec<Expr> = owner.iter().map(|column| between.column(column)).collect();
    let ties = between.far.iter().map(|(local, remote)| {
        Expr::comparison(between.column(local), CompareOp::Eq, own::<R::To>(remote))
    });
    query = query.filter(Filter::from_expr(one_of(in_between.iter().cloned(), keys)));
    let select = query.select_mut();
    select.clauses_mut().joins.push(Join {
        kind: JoinKind::Inner,
        source: Source::Model(between.table),
        on: Some(Expr::And(ties.collect())),
    });
    let limit = std::mem::take(&mut select.limit);
    let beside = if limit == Limit::default() {
        in_between
    } else {
        number_rows::<R::To>(select, in_between, limit, &owner);
        owner
            .iter()
            .map(|column| named(NUMBERED, column.name))
            .collect()
    };
    let owner = Owner::<<R::From as Model>::PrimaryKey> {
        exprs: beside,
        table: between.table,
        columns: owner,
        key: PhantomData,
    };
    let (rows, owners) = query.ordered().fetch_with(db, &owner).await?;
    for (row, key) in rows.into_iter().zip(owners) {
        groups.entry(key).or_default().push(Arc::new(row));
    }
    Ok(())
}

/// The key of the row that a row belongs to, as it stands in the table in between.
struct Owner<K> {
    exprs: Vec<Expr>,
    table: &'static Table,
    columns: Vec<&'static Column>,
    key: PhantomData<fn() -> K>,
}

impl<K> Clone for Owner<K> {
    fn clone(&self) -> Self {
        Owner {
            exprs: self.exprs.clone(),
            columns: self.columns.clone(),
            ..*self
        }
    }
}

impl<M: Model, K: PrimaryKey> Selection<M> for Owner<K> {
    type Output = KeyValues;

    fn append_to(&self, items: &mut Vec<SelectItem>) {
        items.extend(self.exprs.iter().map(|expr| SelectItem {
            expr: expr.clone(),
            alias: None,
        }));
    }

    fn read(&self, reader: &mut RowReader<'_>) -> Result<KeyValues> {
        Ok(KeyValues::of(&K::read(reader, self.table, &self.columns)?))
    }
}

/// Makes a query one for the rows that a limit leaves for each `owner`: they are numbered in a table of
/// their own, which the query is joined with. `beside` are columns of that table too.
fn number_rows<T: Model>(
    select: &mut Select,
    owner: Vec<Expr>,
    limit: Limit,
    beside: &[&'static Column],
) {
    if select.order_by.is_empty() {
        select.order_by = default_order::<T>();
    }
    let key: Vec<_> = (0..T::PrimaryKey::WIDTH).map(key_column::<T>).collect();
    let alias = |part: usize| format!("key{part}");
    // Rows that are equal in the order are told apart by their keys: the same are left every time.
    let mut order = select.order_by.clone();
    order.extend(key.iter().map(|column| own::<T>(column).asc()));
    let item = |expr: Expr, alias: String| SelectItem {
        expr,
        alias: Some(Ident::new(alias)),
    };
    let keys = key.iter().enumerate();
    let mut items: Vec<_> = keys
        .map(|(i, column)| item(own::<T>(column), alias(i)))
        .collect();
    for (column, expr) in beside.iter().zip(&owner) {
        items.push(item(expr.clone(), column.name.to_owned()));
    }
    let number = Expr::Window(Box::new(WindowCall {
        call: FunctionCall {
            function: Function::RowNumber,
            args: Vec::new(),
            distinct: false,
            filter: None,
        },
        window: Window {
            partition_by: owner,
            order_by: order,
            frame: None,
        },
    }));
    items.push(item(number, NUMBER.to_owned()));

    let order_by = select.order_by.clone();
    let mut inner = std::mem::replace(select, Select::model(T::TABLE));
    inner.projection = Projection::Items(items);
    inner.order_by.clear();
    select.order_by = order_by;
    let is_row = key.iter().enumerate().map(|(i, column)| {
        Expr::comparison(own::<T>(column), CompareOp::Eq, named(NUMBERED, alias(i)))
    });
    select.clauses_mut().joins.push(Join {
        kind: JoinKind::Inner,
        source: Source::Subquery {
            select: Box::new(inner),
            alias: Ident::new(NUMBERED),
        },
        on: Some(Expr::And(is_row.collect())),
    });
    let is = |op: CompareOp, rows: u64| {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        Expr::comparison(named(NUMBERED, NUMBER), op, Expr::Value(rows.into()))
    };
    let end = limit.limit.map(|rows| rows.saturating_add(limit.offset));
    let bounds = [
        (limit.offset > 0).then(|| is(CompareOp::Gt, limit.offset)),
        end.map(|end| is(CompareOp::Le, end)),
    ];
    bounds
        .into_iter()
        .flatten()
        .for_each(|bound| select.add_filter(bound));
}

fn own<T: Model>(column: &'static Column) -> Expr {
    Expr::Column(own_column::<T>(column))
}

fn named(table: &str, column: impl Into<Ident>) -> Expr {
    Expr::Name(Box::new(QualifiedName {
        table: Some(Ident::new(table)),
        name: column.into(),
    }))
}

pub(super) fn positions<M: Model>(columns: impl Iterator<Item = &'static Column>) -> Vec<usize> {
    columns.map(|column| M::TABLE.position_of(column)).collect()
}

pub(super) fn key_at<M: Model>(row: &M, positions: &[usize]) -> KeyValues {
    positions
        .iter()
        .map(|&position| row.value(position))
        .collect()
}
