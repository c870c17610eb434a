//! Functions and aggregates: which there are, and what is true of each on every dialect.

use crate::expr::{ColumnRef, Expr};

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
    /// Without blanks at the beginning.
    LTrim,
    /// Without blanks at the end.
    RTrim,
    /// The number of characters.
    Length,
    /// Texts joined.
    Concat,
    /// A part of a text: from where, counted from 1, and how many characters.
    Substr,
    /// Each occurrence of one text replaced by another.
    Replace,
    /// The first characters.
    Left,
    /// The last characters.
    Right,
    /// The first that is not NULL.
    Coalesce,
    /// NULL if both are equal, else the first.
    NullIf,
    /// The largest of the arguments; NULL if one of them is.
    Greatest,
    /// The smallest of the arguments; NULL if one of them is.
    Least,
    /// The absolute value.
    Abs,
    /// Rounded; a second argument gives the digits after the point.
    Round,
    /// The next whole number upwards.
    Ceil,
    /// The next whole number downwards.
    Floor,
    /// The first to the power of the second.
    Power,
    /// The square root.
    Sqrt,
    /// The time of the statement.
    Now,
    /// A random number of at least 0 and less than 1.
    Random,
    /// A time and as many microseconds later.
    AddTime,
    /// A time and as many microseconds earlier.
    SubTime,
    /// The beginning of the unit that a time lies in, in UTC.
    Truncate(DateUnit),
    /// The value as another type.
    Cast(CastType),
    /// The number of the row in its window, from 1.
    RowNumber,
    /// The number of the first row equal to this one in the window's order.
    Rank,
    /// How many different rows come up to this one in the window's order.
    DenseRank,
    /// The rank as a fraction of the rows, from 0 to 1.
    PercentRank,
    /// The fraction of the rows up to this one.
    CumeDist,
    /// Which of this many parts of equal size the row lies in.
    Ntile(u32),
    /// The value this many rows before.
    Lag(u32),
    /// The value this many rows later.
    Lead(u32),
    /// The value of the first row of the frame.
    FirstValue,
    /// The value of the last row of the frame.
    LastValue,
    /// The value of the row of this number in the frame, from 1.
    NthValue(u32),
    /// A function of the server by its name, written as it is; letters, digits, `_` and `.` only.
    Named(&'static str),
}

/// A span of the calendar that a time is cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateUnit {
    /// To the first of January.
    Year,
    /// To the first day of the quarter.
    Quarter,
    /// To the first day of the month.
    Month,
    /// To Monday.
    Week,
    /// To midnight.
    Day,
    /// To the full hour.
    Hour,
    /// To the full minute.
    Minute,
    /// To the full second.
    Second,
}

/// What a value is cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastType {
    /// A 64-bit integer; a fraction is cut off.
    Integer,
    /// A double.
    Double,
    /// Text.
    Text,
}

/// Where a function may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    /// Wherever an expression may.
    Scalar,
    /// It makes one value of many rows.
    Aggregate,
    /// Over a window alone.
    Window,
    /// Nobody knows but the server.
    Any,
}

/// When the result of a function may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NullRule {
    Never,
    /// If one of the arguments is.
    AnyArgument,
    /// If all of the arguments are.
    AllArguments,
    Maybe,
}

/// The kind of value that a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Integer,
    Double,
    Text,
    Instant,
    /// What its arguments have in common.
    Argument,
    /// As the argument, but of single-precision numbers a double.
    Sum,
    /// A decimal of decimals, else a double.
    Mean,
    Unknown,
}

/// What is true of a function on every dialect.
pub(crate) struct Facts {
    /// The name that most dialects know it by, and errors.
    pub(crate) name: &'static str,
    /// How many arguments it takes at least and at most.
    pub(crate) args: (usize, usize),
    pub(crate) kind: FunctionKind,
    pub(crate) nulls: NullRule,
    pub(crate) gives: Gives,
}

impl Function {
    pub(crate) const fn facts(self) -> Facts {
        use FunctionKind::{Aggregate, Any, Scalar, Window};
        use Gives::{Argument, Double, Instant, Integer, Mean, Sum, Text, Unknown};
        use NullRule::{AllArguments, AnyArgument, Maybe, Never};
        const MANY: usize = usize::MAX;
        let (name, args, kind, nulls, gives) = match self {
            Function::Count => ("COUNT", (0, 1), Aggregate, Never, Integer),
            Function::Sum => ("SUM", (1, 1), Aggregate, Maybe, Sum),
            Function::Avg => ("AVG", (1, 1), Aggregate, Maybe, Mean),
            Function::Min => ("MIN", (1, 1), Aggregate, Maybe, Argument),
            Function::Max => ("MAX", (1, 1), Aggregate, Maybe, Argument),
            Function::Lower => ("LOWER", (1, 1), Scalar, AnyArgument, Text),
            Function::Upper => ("UPPER", (1, 1), Scalar, AnyArgument, Text),
            Function::Trim => ("TRIM", (1, 1), Scalar, AnyArgument, Text),
            Function::LTrim => ("LTRIM", (1, 1), Scalar, AnyArgument, Text),
            Function::RTrim => ("RTRIM", (1, 1), Scalar, AnyArgument, Text),
            Function::Length => ("LENGTH", (1, 1), Scalar, AnyArgument, Integer),
            Function::Concat => ("CONCAT", (1, MANY), Scalar, AnyArgument, Text),
            Function::Substr => ("SUBSTR", (3, 3), Scalar, AnyArgument, Text),
            Function::Replace => ("REPLACE", (3, 3), Scalar, AnyArgument, Text),
            Function::Left => ("LEFT", (2, 2), Scalar, AnyArgument, Text),
            Function::Right => ("RIGHT", (2, 2), Scalar, AnyArgument, Text),
            // SQLite wants two.
            Function::Coalesce => ("COALESCE", (2, MANY), Scalar, AllArguments, Argument),
            Function::NullIf => ("NULLIF", (2, 2), Scalar, Maybe, Argument),
            Function::Greatest => ("GREATEST", (2, MANY), Scalar, AnyArgument, Argument),
            Function::Least => ("LEAST", (2, MANY), Scalar, AnyArgument, Argument),
            Function::Abs => ("ABS", (1, 1), Scalar, AnyArgument, Argument),
            Function::Round => ("ROUND", (1, 2), Scalar, AnyArgument, Argument),
            Function::Ceil => ("CEIL", (1, 1), Scalar, AnyArgument, Argument),
            Function::Floor => ("FLOOR", (1, 1), Scalar, AnyArgument, Argument),
            // MySQL has no square root of a negative number.
            Function::Power => ("POWER", (2, 2), Scalar, Maybe, Double),
            Function::Sqrt => ("SQRT", (1, 1), Scalar, Maybe, Double),
            Function::Now => ("NOW", (0, 0), Scalar, Never, Instant),
            Function::Random => ("RANDOM", (0, 0), Scalar, Never, Double),
            // Past the last year that the server knows.
            Function::AddTime => ("`time + duration`", (2, 2), Scalar, Maybe, Argument),
            Function::SubTime => ("`time - duration`", (2, 2), Scalar, Maybe, Argument),
            Function::Truncate(_) => ("DATE_TRUNC", (1, 1), Scalar, AnyArgument, Argument),
            Function::Cast(to) => (
                "CAST",
                (1, 1),
                Scalar,
                AnyArgument,
                match to {
                    CastType::Integer => Integer,
                    CastType::Double => Double,
                    CastType::Text => Text,
                },
            ),
            Function::RowNumber => ("ROW_NUMBER", (0, 0), Window, Never, Integer),
            Function::Rank => ("RANK", (0, 0), Window, Never, Integer),
            Function::DenseRank => ("DENSE_RANK", (0, 0), Window, Never, Integer),
            Function::PercentRank => ("PERCENT_RANK", (0, 0), Window, Never, Double),
            Function::CumeDist => ("CUME_DIST", (0, 0), Window, Never, Double),
            Function::Ntile(_) => ("NTILE", (0, 0), Window, Never, Integer),
            Function::Lag(_) => ("LAG", (1, 1), Window, Maybe, Argument),
            Function::Lead(_) => ("LEAD", (1, 1), Window, Maybe, Argument),
            Function::FirstValue => ("FIRST_VALUE", (1, 1), Window, Maybe, Argument),
            Function::LastValue => ("LAST_VALUE", (1, 1), Window, Maybe, Argument),
            Function::NthValue(_) => ("NTH_VALUE", (1, 1), Window, Maybe, Argument),
            Function::Named(name) => (name, (0, MANY), Any, Maybe, Unknown),
        };
        Facts {
            name,
            args,
            kind,
            nulls,
            gives,
        }
    }
}

impl FunctionCall {
    /// A function of these arguments.
    #[must_use]
    pub fn new(function: Function, args: Vec<Expr>) -> FunctionCall {
        FunctionCall {
            function,
            args,
            distinct: false,
            filter: None,
        }
    }

    /// Whether this makes one value of many rows, as far as can be told: what only the server knows
    /// counts as a function of one.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        matches!(self.function.facts().kind, FunctionKind::Aggregate)
    }
}

impl Expr {
    /// A function of the given arguments.
    #[must_use]
    pub fn call(function: Function, args: Vec<Expr>) -> Expr {
        Expr::Function(Box::new(FunctionCall::new(function, args)))
    }

    /// An aggregate of an expression; of a plain column it is a leaf.
    #[must_use]
    pub fn aggregate(aggregate: Aggregate, of: Expr) -> Expr {
        match of {
            Expr::Column(column) => Expr::Aggregate(aggregate, column),
            of => Expr::call(aggregate.into(), vec![of]),
        }
    }

    /// The call that a function or an aggregate is, to add `DISTINCT` or `FILTER` to it; any other
    /// expression comes back as it was.
    ///
    /// # Errors
    /// With the expression itself, if it is no call.
    pub fn into_call(self) -> Result<FunctionCall, Expr> {
        match self {
            Expr::Function(call) => Ok(*call),
            Expr::Aggregate(function, column) => Ok(aggregate_call(function, column)),
            other => Err(other),
        }
    }
}

fn aggregate_call(function: Aggregate, column: ColumnRef) -> FunctionCall {
    FunctionCall::new(function.into(), vec![Expr::Column(column)])
}
