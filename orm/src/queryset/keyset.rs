//! Pages by cursor: the rows after, or before, one that the client has seen.

mod cursor;

use testudo_sql::schema::ColumnType;
use testudo_sql::{CompareOp, Dialect, Direction, Expr, Limit, Nulls, OrderBy, SelectItem, Value};

use self::cursor::Cursor;
use super::pick::reverse;
use super::{QuerySet, own_column};
use crate::order::{IntoOrdering, ReadValue};
use crate::row::RowReader;
use crate::selection::Selection;
use crate::{Db, Error, Filter, Model, Result};

/// A query for the rows before or after a cursor; see [`QuerySet::keyset`].
#[must_use = "a query for a page does nothing until `fetch` sends it"]
#[derive(Debug, Clone)]
pub struct Keyset<M> {
    query: QuerySet<M>,
    terms: Vec<Term>,
    size: u64,
    from: Option<(Side, String)>,
}

/// Some rows of a query set, and where those before and after them are.
#[derive(Debug, Clone)]
pub struct KeysetPage<M> {
    /// The rows.
    pub items: Vec<M>,
    /// The cursor for [`Keyset::after`], if there are rows after these.
    pub next: Option<String>,
    /// The cursor for [`Keyset::before`], if there may be rows before these.
    pub previous: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    After,
    Before,
}

/// One term of the order.
#[derive(Debug, Clone)]
pub(super) struct Term {
    order: OrderBy,
    ty: ColumnType,
    nullable: bool,
    origin: Origin,
}

/// Where the value of a term comes from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// The column of the model at this position.
    Own(usize),
    /// Selected beside the model.
    Beside(ReadValue),
}

impl<M: Model> QuerySet<M> {
    /// Pages of this many rows in an order, each from where the one before ended: no row comes twice or
    /// is left out although others are inserted or deleted, and the last page costs what the first does.
    ///
    /// A page gives cursors for its neighbours: texts to hand to a client, good for URLs. What comes back
    /// is checked before anything is sent; [`Error::is_invalid_cursor`] tells a bad one from other errors.
    /// They are not secret: who reads one reads the values of the order in it.
    ///
    /// Takes the place of [`order_by`](Self::order_by). Rows that are equal in the order come by their
    /// primary key. An index on the columns of the order makes it fast.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     username: String,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<User>()).await?;
    /// # for name in ["a", "b", "c"] { User::builder().username(name).create(&db).await?; }
    /// let by_name = || User::all().keyset(User::username.asc(), 2);
    /// let first = by_name().fetch(&db).await?;
    /// let second = by_name().after(first.next.unwrap()).fetch(&db).await?;
    /// assert_eq!(second.items[0].username, "c");
    /// assert!(second.next.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn keyset(self, ordering: impl IntoOrdering<M>, size: u64) -> Keyset<M> {
        let terms = ordering.into_terms().into_iter().map(|ordering| {
            let (order, ty, read) = ordering.into_parts();
            Term::own::<M>(&order).unwrap_or(Term {
                order,
                ty,
                nullable: true,
                origin: Origin::Beside(read),
            })
        });
        let mut terms: Vec<Term> = terms.collect();
        add_key::<M>(&mut terms);
        Keyset {
            query: self,
            terms,
            size,
            from: None,
        }
    }

    /// With the primary key at the end of the order, so that it puts no two rows in the same place.
    pub(super) fn totally_ordered(mut self) -> Self {
        let order = &mut self.select.order_by;
        for &position in M::TABLE.primary_key {
            let is_key = |term: &OrderBy| own_position::<M>(&term.expr) == Some(position);
            if !order.iter().any(is_key) {
                order.push(key_order::<M>(position));
            }
        }
        self
    }
}

impl<M: Model> Keyset<M> {
    /// The rows after a cursor: the `next` of another page.
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.from = Some((Side::After, cursor.into()));
        self
    }

    /// The rows before a cursor: the `previous` of another page.
    pub fn before(mut self, cursor: impl Into<String>) -> Self {
        self.from = Some((Side::Before, cursor.into()));
        self
    }

    /// Sends one statement.
    ///
    /// # Errors
    /// When the cursor is not one of this order, the query set has a limit or an offset, or as
    /// [`QuerySet::fetch_all`].
    pub async fn fetch(self, db: &Db) -> Result<KeysetPage<M>> {
        let (size, from) = (self.size, self.from.clone());
        let (query, terms) = self.rows()?;
        let place = cursor::place::<M>(&terms);
        let beside = Beside(terms);
        let (mut items, selected) = query.fetch_with(db, &beside).await?;
        let mut values: Vec<Vec<Value>> = std::iter::zip(&items, selected)
            .map(|(row, selected)| beside.values(row, selected))
            .collect();

        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        values.truncate(size);
        let backwards = matches!(from, Some((Side::Before, _)));
        if backwards {
            items.reverse();
            values.reverse();
        }
        let (is_next, is_previous) = match backwards {
            true => (true, more),
            false => (more, from.is_some()),
        };
        let cursor = |values: Option<&Vec<Value>>| match values {
            Some(values) => Cursor { place, values }.to_text().map(Some),
            None => Ok(None),
        };
        Ok(KeysetPage {
            next: cursor(values.last().filter(|_| is_next))?,
            previous: cursor(values.first().filter(|_| is_previous))?,
            items,
        })
    }

    /// The SQL text of the statement in a dialect.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch), before anything is sent.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        let (query, terms) = self.rows()?;
        query.sql_with(dialect, &Beside(terms))
    }

    /// The query with one row more than a page has, which tells whether there are more.
    fn rows(self) -> Result<(QuerySet<M>, Vec<Term>)> {
        let Keyset {
            mut query,
            terms,
            size,
            from,
        } = self;
        if query.select.limit != Limit::default() || size == 0 {
            return Err(Error::misuse(format!(
                "`keyset` of {size} rows on a query set of `{}`; it takes at least one row, and a query \
                 set without a limit or an offset",
                M::TABLE.model
            )));
        }
        let mut order = order_of(&terms);
        if let Some((side, text)) = from {
            let values = Cursor::values_of::<M>(&text, &terms)?;
            if side == Side::Before {
                order.iter_mut().for_each(reverse);
            }
            query = query.filter(Filter::from_expr(beyond(&order, &terms, &values)));
        }
        query.select.order_by = order;
        query.select.limit.limit = Some(size.saturating_add(1));
        Ok((query, terms))
    }
}

impl Term {
    /// A term that is a column of the model, if it is one.
    fn own<M: Model>(order: &OrderBy) -> Option<Term> {
        let position = own_position::<M>(&order.expr)?;
        let column = &M::TABLE.columns[position];
        Some(Term {
            order: order.clone(),
            ty: column.ty,
            nullable: column.nullable,
            origin: Origin::Own(position),
        })
    }
}

/// The terms of an order that consists of columns of the model, the primary key at its end. `None`:
/// some term is something else.
pub(super) fn own_terms<M: Model>(order: &[OrderBy]) -> Option<Vec<Term>> {
    let mut terms: Vec<Term> = order.iter().map(Term::own::<M>).collect::<Option<_>>()?;
    add_key::<M>(&mut terms);
    Some(terms)
}

/// The rows that come after this one in the order of terms that are columns of the model.
pub(super) fn after_row<M: Model>(terms: &[Term], row: &M) -> Expr {
    beyond(
        &order_of(terms),
        terms,
        &Beside(terms.to_vec()).values(row, Vec::new()),
    )
}

pub(super) fn order_of(terms: &[Term]) -> Vec<OrderBy> {
    terms.iter().map(|term| term.order.clone()).collect()
}

fn add_key<M: Model>(terms: &mut Vec<Term>) {
    for &position in M::TABLE.primary_key {
        let is_key = |term: &Term| matches!(term.origin, Origin::Own(own) if own == position);
        if !terms.iter().any(is_key) {
            terms.extend(Term::own::<M>(&key_order::<M>(position)));
        }
    }
}

/// The order by one column of the primary key.
fn key_order<M: Model>(position: usize) -> OrderBy {
    let column = own_column::<M>(&M::TABLE.columns[position]);
    OrderBy::new(Expr::Column(column), Direction::Asc)
}

/// The position in the model's table of an expression that is nothing but one of its columns.
fn own_position<M: Model>(expr: &Expr) -> Option<usize> {
    let Expr::Column(column) = expr else {
        return None;
    };
    let columns = M::TABLE.columns;
    let is_own = |own: &testudo_sql::schema::Column| std::ptr::eq(own, column.column);
    match column.path.hop {
        None => columns.iter().position(is_own),
        Some(_) => None,
    }
}

/// The rows beyond the one with these values: `a > x OR a = x AND (b > y OR ..)`. The outermost
/// `a >= x` follows from it, and is what an index on `a` serves.
fn beyond(order: &[OrderBy], terms: &[Term], values: &[Value]) -> Expr {
    let mut beyond = None;
    for (position, value) in values.iter().enumerate().rev() {
        let (order, term) = (&order[position], &terms[position]);
        let nulls = order.nulls.unwrap_or(match order.direction {
            Direction::Asc => Nulls::First,
            Direction::Desc => Nulls::Last,
        });
        let null_comes_after = term.nullable && nulls == Nulls::Last && !value.is_null();
        let further = match (value.is_null(), nulls) {
            (true, Nulls::First) => Expr::IsNotNull(Box::new(order.expr.clone())),
            (true, Nulls::Last) => Expr::Or(Vec::new()),
            (false, _) => compare(&order.expr, strictly(order.direction), value),
        };
        let further = match null_comes_after {
            true => further.or(Expr::IsNull(Box::new(order.expr.clone()))),
            false => further,
        };
        let Some(deeper) = beyond.take() else {
            beyond = Some(further);
            continue;
        };
        let mut either = further.or(compare(&order.expr, CompareOp::Eq, value).and(deeper));
        if position == 0 && !value.is_null() && !null_comes_after {
            either = compare(&order.expr, loosely(order.direction), value).and(either);
        }
        beyond = Some(either);
    }
    beyond.unwrap_or(Expr::And(Vec::new()))
}

fn strictly(direction: Direction) -> CompareOp {
    match direction {
        Direction::Asc => CompareOp::Gt,
        Direction::Desc => CompareOp::Lt,
    }
}

fn loosely(direction: Direction) -> CompareOp {
    match direction {
        Direction::Asc => CompareOp::Ge,
        Direction::Desc => CompareOp::Le,
    }
}

fn compare(expr: &Expr, op: CompareOp, value: &Value) -> Expr {
    match *expr {
        Expr::Column(column) => Expr::Compare {
            column,
            op,
            value: value.clone(),
        },
        _ => Expr::comparison(expr.clone(), op, Expr::Value(value.clone())),
    }
}

/// The values of terms that are no columns of the model, selected beside it.
#[derive(Clone)]
struct Beside(Vec<Term>);

impl Beside {
    /// The values of all terms for a row.
    fn values<M: Model>(&self, row: &M, beside: Vec<Value>) -> Vec<Value> {
        let mut beside = beside.into_iter();
        let value = |term: &Term| match term.origin {
            Origin::Own(position) => row.value(position),
            Origin::Beside(_) => beside.next().unwrap_or(Value::Null),
        };
        self.0.iter().map(value).collect()
    }

    fn selected(&self) -> impl Iterator<Item = (&Term, ReadValue)> {
        self.0.iter().filter_map(|term| match term.origin {
            Origin::Own(_) => None,
            Origin::Beside(read) => Some((term, read)),
        })
    }
}

impl<M: Model> Selection<M> for Beside {
    type Output = Vec<Value>;

    fn append_to(&self, items: &mut Vec<SelectItem>) {
        let item = |(term, _): (&Term, ReadValue)| SelectItem {
            expr: term.order.expr.clone(),
            alias: None,
        };
        items.extend(self.selected().map(item));
    }

    fn read(&self, reader: &mut RowReader<'_>) -> Result<Vec<Value>> {
        self.selected()
            .map(|(_, read)| reader.value(read, "a term of the order"))
            .collect()
    }
}
