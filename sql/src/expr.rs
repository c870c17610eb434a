//! Expressions: columns, values, conditions, functions, subqueries.

mod combine;
mod function;
mod json;
mod walk;
mod window;

pub use self::function::{Aggregate, CastType, DateUnit, Function, FunctionCall};
pub(crate) use self::function::{FunctionKind, Gives, NullRule};
pub use self::json::{Json, JsonContains, JsonPath, JsonType};
pub use self::window::{Frame, FrameBound, FrameUnit, Window, WindowCall};

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
/// Leaves lie inline, inner nodes are boxed, AND and OR hold any number of operands. What most
/// queries consist of is a leaf of its own: a column compared with a value, a column in a list of
/// values, an aggregate of a column. The general forms beside them mean the same.
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
    /// A column `IN` a list of binds, by the rules of [`InSet::Values`].
    ColumnIn {
        /// What is looked for.
        column: ColumnRef,
        /// Where it is looked for.
        values: Vec<Value>,
        /// `NOT IN`: the complement, true for NULL too.
        negated: bool,
    },
    /// `(a, b)`: several expressions compared as one, or looked for by IN.
    Row(Box<[Expr]>),
    /// `IN`.
    In(Box<In>),
    /// `BETWEEN`, both ends included.
    Between(Box<Between>),
    /// A text pattern.
    Like(Box<Like>),
    /// `+ - * / %`.
    Arithmetic(Box<Arithmetic>),
    /// An aggregate of a column.
    Aggregate(Aggregate, ColumnRef),
    /// A function or an aggregate.
    Function(Box<FunctionCall>),
    /// A function over a window of rows.
    Window(Box<WindowCall>),
    /// A text found by a regular expression.
    Regex(Box<Regex>),
    /// A part of a JSON document.
    Json(Box<Json>),
    /// A JSON document that has another in it.
    JsonContains(Box<JsonContains>),
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
    /// In an upsert, a column of the row that was to be inserted.
    Excluded(ColumnRef),
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
    /// in the list means IS NULL. For an [`Expr::Row`] the values of one row after the other, of which
    /// those with a NULL are left out: no row equals them.
    Values(Vec<Value>),
    /// The same, as the one bind [`Value::Array`], so that a list of any length fits a statement.
    Array(Value),
    /// A subquery of one column, or of as many as the row has.
    Select(Box<Select>),
}

impl InSet {
    /// A longer list is one bind. Up to here the plain list is what every server plans best.
    const LONG: usize = 1_000;

    /// A list of values, in the form that suits its length.
    #[must_use]
    pub fn of(values: Vec<Value>) -> InSet {
        if values.len() > Self::LONG {
            InSet::Array(Value::Array(values.into()))
        } else {
            InSet::Values(values)
        }
    }
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

/// A text searched for a regular expression.
///
/// Its language is the server's own: ICU's on MySQL, PCRE on MariaDB, ARE on Postgres; on SQLite that of
/// the function `regexp` of the connection.
#[derive(Debug, Clone)]
pub struct Regex {
    /// What is searched.
    pub expr: Expr,
    /// What for.
    pub pattern: Value,
    /// Whether upper and lower case are the same.
    pub case_insensitive: bool,
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
    /// The day of the ISO week, 1 for Monday to 7 for Sunday.
    WeekDay,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Expressions are moved while a query is built. A new variant holds a `Box`.
    #[test]
    fn an_expression_has_six_words() {
        assert_eq!(size_of::<Expr>(), 48);
        assert_eq!(size_of::<Option<Expr>>(), 48);
    }
}
