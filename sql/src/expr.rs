//! Expressions: columns, values, conditions, functions, subqueries.

mod combine;

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
    /// The same, as the one bind [`Value::Array`], so that a list of any length fits a statement.
    Array(Value),
    /// A subquery of one column.
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

/// The aggregates that are leaves when they are of a plain column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// The number of rows in which the column is not NULL.
    Count,
    /// The sum.
    Sum,
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl From<Aggregate> for Function {
    fn from(aggregate: Aggregate) -> Function {
        match aggregate {
            Aggregate::Count => Function::Count,
            Aggregate::Sum => Function::Sum,
            Aggregate::Avg => Function::Avg,
            Aggregate::Min => Function::Min,
            Aggregate::Max => Function::Max,
        }
    }
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

    /// The call that a function or an aggregate is, to add `DISTINCT` or `FILTER` to it; any other
    /// expression comes back as it was.
    ///
    /// # Errors
    /// With the expression itself, if it is no call.
    pub fn into_call(self) -> Result<FunctionCall, Expr> {
        match self {
            Expr::Function(call) => Ok(*call),
            Expr::Aggregate(function, column) => Ok(FunctionCall {
                function: function.into(),
                args: vec![Expr::Column(column)],
                distinct: false,
                filter: None,
            }),
            other => Err(other),
        }
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
