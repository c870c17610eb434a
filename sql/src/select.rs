//! SELECT.

mod clauses;

pub use self::clauses::Clauses;
use crate::schema::Table;
use crate::{Expr, Ident};

/// A SELECT statement. What few queries have is behind [`clauses`](Select::clauses).
#[derive(Debug, Clone)]
pub struct Select {
    /// What is returned.
    pub projection: Projection,
    /// Where from.
    pub source: Source,
    /// WHERE.
    pub filter: Option<Expr>,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// LIMIT and OFFSET.
    pub limit: Limit,
    pub(crate) clauses: Option<Box<Clauses>>,
}

/// Whether equal rows are returned once.
#[derive(Debug, Clone, Default)]
pub enum Distinct {
    /// Every row.
    #[default]
    All,
    /// Equal rows once.
    Rows,
    /// The first row for each value of these. On Postgres the order has to begin with them; elsewhere
    /// rows are numbered by a window function.
    On(Vec<Expr>),
}

/// What a SELECT returns.
#[derive(Debug, Clone)]
pub enum Projection {
    /// All columns of the source model, then those of these related models, each by its path.
    Model(Vec<&'static crate::schema::Path>),
    /// Expressions.
    Items(Vec<SelectItem>),
    /// The constant 1, for EXISTS.
    One,
}

/// One returned expression.
#[derive(Debug, Clone)]
pub struct SelectItem {
    /// The expression.
    pub expr: Expr,
    /// Its name in the result.
    pub alias: Option<Ident>,
}

/// What stands behind FROM.
#[derive(Debug, Clone)]
pub enum Source {
    /// A model's table.
    Model(&'static Table),
    /// A table by its name.
    Named {
        /// The table.
        table: Ident,
        /// Its alias.
        alias: Option<Ident>,
    },
    /// A subquery.
    Subquery {
        /// The query.
        select: Box<Select>,
        /// Its alias.
        alias: Ident,
    },
    /// A query of WITH that has the columns of a model, which stands for the model's table.
    Cte {
        /// Its name.
        name: Ident,
        /// The table that it stands for.
        table: &'static Table,
    },
}

/// A query of WITH.
#[derive(Debug, Clone)]
pub struct Cte {
    /// Its name, which must be that of no table that the statement reads.
    pub name: Ident,
    /// The names of its columns; those of the query when empty.
    pub columns: Vec<Ident>,
    /// The query. A recursive one is put together of a start and a query that reads the name.
    pub select: Select,
    /// Whether it reads itself.
    pub recursive: bool,
}

/// A query put together with those before it.
#[derive(Debug, Clone)]
pub struct Compound {
    /// How.
    pub operator: SetOperator,
    /// With which.
    pub select: Select,
}

/// How the rows of two queries are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `UNION`: the rows of either, equal ones once.
    Union,
    /// `UNION ALL`: the rows of both.
    UnionAll,
    /// `INTERSECT`: the rows that both have, equal ones once.
    Intersect,
    /// `EXCEPT`: the rows that only the first has, equal ones once.
    Except,
}

/// A join written out.
#[derive(Debug, Clone)]
pub struct Join {
    /// INNER, LEFT, ...
    pub kind: JoinKind,
    /// What is joined.
    pub source: Source,
    /// The condition; none for CROSS.
    pub on: Option<Expr>,
}

/// The kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `INNER JOIN`
    Inner,
    /// `LEFT JOIN`
    Left,
    /// `RIGHT JOIN`
    Right,
    /// `FULL JOIN`; MySQL and MariaDB have none.
    Full,
    /// `CROSS JOIN`
    Cross,
}

/// One term of ORDER BY.
#[derive(Debug, Clone)]
pub struct OrderBy {
    /// What is sorted by.
    pub expr: Expr,
    /// Upwards or downwards.
    pub direction: Direction,
    /// Where NULLs go; by default where the dialect puts them.
    pub nulls: Option<Nulls>,
}

impl OrderBy {
    /// Order by an expression.
    #[must_use]
    pub fn new(expr: Expr, direction: Direction) -> Self {
        OrderBy {
            expr,
            direction,
            nulls: None,
        }
    }

    /// NULLs before everything else.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.nulls = Some(Nulls::First);
        self
    }

    /// NULLs after everything else.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.nulls = Some(Nulls::Last);
        self
    }
}

/// Upwards or downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ascending.
    Asc,
    /// Descending.
    Desc,
}

/// Where NULLs go in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before everything else.
    First,
    /// After everything else.
    Last,
}

/// How many rows, from where. An offset without a limit is valid on every dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// At most this many rows.
    pub limit: Option<u64>,
    /// After this many.
    pub offset: u64,
}

impl Limit {
    /// The same, with no more rows than this.
    #[must_use]
    pub fn at_most(self, rows: u64) -> Limit {
        Limit {
            limit: Some(self.limit.map_or(rows, |limit| limit.min(rows))),
            ..self
        }
    }
}

/// A row lock.
#[derive(Debug, Clone)]
pub struct Lock {
    /// How strong.
    pub strength: LockStrength,
    /// What to do about a row that somebody else holds.
    pub wait: LockWait,
    /// The tables locked, by the paths that lead to them; all when empty.
    pub of: Vec<&'static crate::schema::Path>,
}

/// How strong a row lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockStrength {
    /// `FOR UPDATE`
    Update,
    /// `FOR SHARE`
    Share,
}

/// What to do about a locked row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockWait {
    /// Wait for it.
    Wait,
    /// `NOWAIT`: fail.
    NoWait,
    /// `SKIP LOCKED`: leave it out.
    SkipLocked,
}

impl Select {
    /// All columns of a model.
    #[must_use]
    pub fn model(table: &'static Table) -> Select {
        Select::new(Projection::Model(Vec::new()), Source::Model(table))
    }

    /// Expressions from a source.
    #[must_use]
    pub fn new(projection: Projection, source: Source) -> Select {
        Select {
            projection,
            source,
            filter: None,
            order_by: Vec::new(),
            limit: Limit::default(),
            clauses: None,
        }
    }

    /// Adds a condition to WHERE. Conditions of two calls are independent: each may be met by
    /// another row of the same to-many relation.
    pub fn add_filter(&mut self, expr: Expr) {
        self.filter = Some(match self.filter.take() {
            None => expr,
            Some(Expr::And(mut all)) => {
                match expr {
                    Expr::And(more) => all.extend(more),
                    expr => all.push(expr),
                }
                Expr::And(all)
            }
            Some(old) => match expr {
                Expr::And(mut more) => {
                    more.insert(0, old);
                    Expr::And(more)
                }
                expr => Expr::And(vec![old, expr]),
            },
        });
    }
}
