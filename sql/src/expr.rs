//! Expressions: columns, values, conditions, functions, subqueries.

use crate::schema::{Column, Path};
use crate::{Ident, Like, OrderBy, Select, Value};

/// A column of a model, reached by a path from the model of the query.
#[derive(Debug, Clone, Copy)]
pub struct ColumnRef {
    /// How the query gets to the column's table.
    pub path: &'static Path,
    /// The column itself.
    pub column: &'static Column,
}

/// A name known at run time only, with the table or alias that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedName {
    /// The table or alias.
    pub table: Option<Ident>,
    /// The column.
    pub name: Ident,
}

/// An expression.
///
/// Leaves lie inline, inner nodes are boxed, AND and OR hold any number of operands. The one
/// condition that most queries consist of, a column compared with a value, is a leaf of its own.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Expr {
    /// A bind.
    Value(Value),
    /// A column of a model.
    Column(ColumnRef),
    /// A column by its name.
    Name(Box<QualifiedName>),
    /// A column compared with a value. `=` and `<>` with NULL mean IS NULL and IS NOT NULL.
    Compare {
        /// The column.
        column: ColumnRef,
        /// The operator.
        op: CompareOp,
        /// The bind.
        value: Value,
    },
    /// Two expressions compared.
    Comparison(Box<Comparison>),
    /// All of these; true when empty.
    And(Vec<Expr>),
    /// One of these; false when empty.
    Or(Vec<Expr>),
    /// The complement: true for false and for NULL.
    Not(Box<Expr>),
    /// `IS NULL`.
    IsNull(Box<Expr>),
    /// `IS NOT NULL`.
    IsNotNull(Box<Expr>),
    /// `IN`.
    In(Box<In>),
    /// `BETWEEN`, both ends included.
    Between(Box<Between>),
    /// A text pattern.
    Like(Box<Like>),
    /// `+ - * / %`.
    Arithmetic(Box<Arithmetic>),
    /// A function or an aggregate.
    Function(Box<FunctionCall>),
    /// `CASE WHEN .. THEN .. ELSE .. END`.
    Case(Box<Case>),
    /// A part of a date or time as an integer, or its date.
    DatePart(DatePart, Box<Expr>),
    /// `EXISTS (SELECT ..)`.
    Exists(Box<Select>),
    /// A scalar subquery.
    Subquery(Box<Select>),
    /// Some row at the end of a to-many path satisfies the condition.
    Any(Box<Any>),
    /// A column of the query around this subquery.
    Outer(ColumnRef),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `<>`: the complement of `=`, so that NULL is different from every value.
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Two expressions compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The left side.
    pub left: Expr,
    /// The operator.
    pub op: CompareOp,
    /// The right side.
    pub right: Expr,
}

/// Membership in a list or a subquery.
#[derive(Debug, Clone)]
pub struct In {
    /// What is looked for.
    pub expr: Expr,
    /// Where it is looked for.
    pub set: InSet,
    /// `NOT IN`: the complement, true for NULL too.
    pub negated: bool,
}

/// What the right side of `IN` holds.
#[derive(Debug, Clone)]
pub enum InSet {
    /// Binds. An empty list is false (and true under `NOT IN`), as in no server's own syntax; NULL
    /// in the list means IS NULL.
    Values(Vec<Value>),
    /// A subquery of one column.
    Select(Box<Select>),
}

/// A closed range.
#[derive(Debug, Clone)]
pub struct Between {
    /// What is tested.
    pub expr: Expr,
    /// The lower end.
    pub low: Expr,
    /// The upper end.
    pub high: Expr,
    /// `NOT BETWEEN`: the complement, true for NULL too.
    pub negated: bool,
}

/// Two numbers combined.
#[derive(Debug, Clone)]
pub struct Arithmetic {
    /// The left side.
    pub left: Expr,
    /// The operator.
    pub op: ArithmeticOp,
    /// The right side.
    pub right: Expr,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`; between integers the dialects differ: Postgres and SQLite truncate, MySQL does not. A
    /// decimal on either side makes it a division of decimals, also where SQLite keeps an integer.
    Div,
    /// `%`
    Rem,
}

/// A function or aggregate applied.
#[derive(Debug, Clone)]
pub struct FunctionCall {
    /// Which one.
    pub function: Function,
    /// The arguments. Empty for `COUNT(*)`.
    pub args: Vec<Expr>,
    /// `DISTINCT` within an aggregate.
    pub distinct: bool,
    /// `FILTER (WHERE ..)` of an aggregate; written as a CASE where the dialect has none.
    pub filter: Option<Expr>,
}

/// The functions that every dialect has in some spelling, and any other by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Function {
    /// The number of rows or of values that are not NULL.
    Count,
    /// The sum.
    Sum,
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// Without blanks at both ends.
    Trim,
    /// The number of characters.
    Length,
    /// Texts joined.
    Concat,
    /// The first that is not NULL.
    Coalesce,
    /// The absolute value.
    Abs,
    /// Rounded; a second argument gives the digits after the point.
    Round,
    /// The time of the statement.
    Now,
    /// A random number.
    Random,
    /// A function of the server by its name, written as it is; letters, digits, `_` and `.` only.
    Named(&'static str),
}

/// A condition's branches.
#[derive(Debug, Clone)]
pub struct Case {
    /// Condition and result, in order.
    pub branches: Vec<(Expr, Expr)>,
    /// The result when no condition holds; NULL when absent.
    pub otherwise: Option<Expr>,
}

/// A part of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// The calendar date.
    Date,
    /// The year.
    Year,
    /// The quarter, 1 to 4.
    Quarter,
    /// The month, 1 to 12.
    Month,
    /// The ISO week, 1 to 53.
    Week,
    /// The day of the month, 1 to 31.
    Day,
    /// The hour, 0 to 23.
    Hour,
    /// The minute, 0 to 59.
    Minute,
    /// The whole second, 0 to 59.
    Second,
}

/// A condition on some row at the end of a to-many path; compiled to `EXISTS`, so that the rows of
/// the outer query are never multiplied.
#[derive(Debug, Clone)]
pub struct Any {
    /// The path. The query is left at its first relation to many; columns in `filter` whose path
    /// goes through there belong to the row sought, all others to the query around.
    pub path: &'static Path,
    /// What the row must satisfy.
    pub filter: Expr,
}

impl Expr {
    /// A function of the given arguments.
    #[must_use]
    pub fn call(function: Function, args: Vec<Expr>) -> Expr {
        Expr::Function(Box::new(FunctionCall {
            function,
            args,
            distinct: false,
            filter: None,
        }))
    }

    /// Two expressions compared.
    #[must_use]
    pub fn comparison(left: Expr, op: CompareOp, right: Expr) -> Expr {
        Expr::Comparison(Box::new(Comparison { left, op, right }))
    }

    /// Two numbers combined.
    #[must_use]
    pub fn arithmetic(left: Expr, op: ArithmeticOp, right: Expr) -> Expr {
        Expr::Arithmetic(Box::new(Arithmetic { left, op, right }))
    }

    /// A column by a name known at run time.
    #[must_use]
    pub fn name(name: impl Into<Ident>) -> Expr {
        Expr::Name(Box::new(QualifiedName {
            table: None,
            name: name.into(),
        }))
    }

    /// This and that. A chain extends one list in place; conditions on the same to-many path are
    /// drawn together, so that one row has to satisfy both.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        match (self, other) {
            (Expr::And(mut all), Expr::And(more)) => {
                for expr in more {
                    push_and(&mut all, expr);
                }
                Expr::And(all)
            }
            (Expr::And(mut all), expr) | (expr, Expr::And(mut all)) => {
                push_and(&mut all, expr);
                Expr::And(all)
            }
            (Expr::Any(mut a), Expr::Any(b)) if a.path == b.path => {
                a.filter = a.filter.and(b.filter);
                Expr::Any(a)
            }
            (a, b) => Expr::And(pair(a, b)),
        }
    }

    /// This or that. A chain extends one list in place; conditions on the same to-many path are
    /// drawn together, which selects the same rows, and lets a condition added by [`Expr::and`] be
    /// about the row that one of them is met by.
    #[must_use]
    pub fn or(self, other: Expr) -> Expr {
        let (mut all, more) = match (self, other) {
            (Expr::Any(mut a), Expr::Any(b)) if a.path == b.path => {
                a.filter = a.filter.or(b.filter);
                return Expr::Any(a);
            }
            (Expr::Or(all), Expr::Or(more)) => (all, more),
            (Expr::Or(mut all), expr) => {
                push_or(&mut all, expr);
                return Expr::Or(all);
            }
            (expr, Expr::Or(more)) => {
                let mut all = Vec::with_capacity(more.len() + 1);
                all.push(expr);
                (all, more)
            }
            (a, b) => return Expr::Or(pair(a, b)),
        };
        for expr in more {
            push_or(&mut all, expr);
        }
        Expr::Or(all)
    }

    /// The opposite; twice the opposite is the expression itself. What has a complement of its own
    /// becomes that, without a node around it.
    #[must_use]
    pub fn negate(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            Expr::Compare {
                column,
                op: CompareOp::Eq,
                value,
            } => Expr::Compare {
                column,
                op: CompareOp::Ne,
                value,
            },
            Expr::Compare {
                column,
                op: CompareOp::Ne,
                value,
            } => Expr::Compare {
                column,
                op: CompareOp::Eq,
                value,
            },
            Expr::IsNull(inner) => Expr::IsNotNull(inner),
            Expr::IsNotNull(inner) => Expr::IsNull(inner),
            Expr::In(mut set) => {
                set.negated = !set.negated;
                Expr::In(set)
            }
            Expr::Between(mut between) => {
                between.negated = !between.negated;
                Expr::Between(between)
            }
            Expr::Like(mut like) => {
                like.negated = !like.negated;
                Expr::Like(like)
            }
            expr => Expr::Not(Box::new(expr)),
        }
    }

    /// Whether the expression reads a column of this name, in whatever table.
    pub(crate) fn reads(&self, name: &str) -> bool {
        let any = |exprs: &[Expr]| exprs.iter().any(|expr| expr.reads(name));
        match self {
            Expr::Value(_) => false,
            Expr::Column(column) | Expr::Compare { column, .. } | Expr::Outer(column) => {
                column.column.name == name
            }
            Expr::Name(qualified) => qualified.name.as_str() == name,
            Expr::Comparison(comparison) => {
                comparison.left.reads(name) || comparison.right.reads(name)
            }
            Expr::And(all) | Expr::Or(all) => any(all),
            Expr::Not(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::DatePart(_, inner) => inner.reads(name),
            Expr::In(set) => set.expr.reads(name),
            Expr::Between(between) => {
                between.expr.reads(name) || between.low.reads(name) || between.high.reads(name)
            }
            Expr::Like(like) => like.expr.reads(name),
            Expr::Arithmetic(arithmetic) => {
                arithmetic.left.reads(name) || arithmetic.right.reads(name)
            }
            Expr::Function(call) => any(&call.args),
            Expr::Case(case) => {
                let branch = |(when, then): &(Expr, Expr)| when.reads(name) || then.reads(name);
                case.branches.iter().any(branch)
                    || case.otherwise.as_ref().is_some_and(|expr| expr.reads(name))
            }
            Expr::Any(any) => any.filter.reads(name),
            // A subquery reads rows of its own.
            Expr::Exists(_) | Expr::Subquery(_) => false,
        }
    }

    /// Ascending order by this expression.
    #[must_use]
    pub fn asc(self) -> OrderBy {
        OrderBy::new(self, crate::Direction::Asc)
    }

    /// Descending order by this expression.
    #[must_use]
    pub fn desc(self) -> OrderBy {
        OrderBy::new(self, crate::Direction::Desc)
    }
}

/// Room for two more: most chains have three or four terms.
fn pair(a: Expr, b: Expr) -> Vec<Expr> {
    let mut all = Vec::with_capacity(4);
    all.push(a);
    all.push(b);
    all
}

fn push_and(all: &mut Vec<Expr>, expr: Expr) {
    push(all, expr, Expr::and);
}

fn push_or(all: &mut Vec<Expr>, expr: Expr) {
    push(all, expr, Expr::or);
}

/// Adds an operand; a condition on a to-many path that the list has one of already is joined to it.
fn push(all: &mut Vec<Expr>, expr: Expr, join: fn(Expr, Expr) -> Expr) {
    let new = match expr {
        Expr::Any(new) => new,
        expr => return all.push(expr),
    };
    let old = all.iter_mut().find_map(|expr| match expr {
        Expr::Any(old) if old.path == new.path => Some(old),
        _ => None,
    });
    match old {
        Some(old) => {
            let filter = std::mem::replace(&mut old.filter, Expr::And(Vec::new()));
            old.filter = join(filter, new.filter);
        }
        None => all.push(Expr::Any(new)),
    }
}
