//! Window functions: a value for each row, from the rows around it.

use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use testudo_sql::{
    self as sql, Expr, Frame, FrameBound, FrameUnit, Function, FunctionCall, WindowCall,
};

use super::{Expression, IntoExpression, expr};
use crate::order::IntoOrdering;
use crate::selection::Selection;
use crate::{FieldType, Model};

/// The rows that a window function looks at, from the place of one row.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::sql::Dialect;
/// # #[derive(Model, Debug)]
/// # #[model(table = "orders")]
/// # pub struct Order { #[field(primary_key)] id: i64, customer: i64, amount: i64 }
/// let place = row_number().over(window().partition_by(Order::customer).order_by(Order::amount.desc()));
/// let so_far = sum(Order::amount).over(window().order_by(Order::id.asc()).rows(..=0));
/// let rows = Order::all().values((Order::id, place, so_far));
/// assert_eq!(
///     rows.sql(Dialect::Sqlite)?,
///     r#"SELECT "orders"."id", ROW_NUMBER() OVER (PARTITION BY "orders"."customer" ORDER BY "orders"."amount" DESC), SUM("orders"."amount") OVER (ORDER BY "orders"."id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "orders""#,
/// );
/// # Ok::<(), testudo_orm::Error>(())
/// ```
pub fn window<M: Model>() -> Window<M> {
    Window {
        window: sql::Window::default(),
        model: PhantomData,
    }
}

/// A window of rows; see [`window`].
#[must_use = "a window does nothing until a function looks over it"]
#[derive(Debug, Clone)]
pub struct Window<M> {
    window: sql::Window,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Window<M> {
    /// Only rows that are equal in these columns or expressions.
    pub fn partition_by<S: Selection<M>>(mut self, columns: S) -> Self {
        let columns = columns.items().into_iter().map(|item| item.expr);
        self.window.partition_by.extend(columns);
        self
    }

    /// The order of the rows in the window.
    pub fn order_by(mut self, ordering: impl IntoOrdering<M>) -> Self {
        self.window.order_by = ordering.into_ordering();
        self
    }

    /// The rows that count, by their distance from the row itself: `..=0` is all up to this one,
    /// `-2..=2` the five around it.
    pub fn rows(self, rows: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnit::Rows, &rows)
    }

    /// The rows that count, by the distance of the number that the window is ordered by: `-10..=10` is
    /// all whose number is no more than 10 away.
    pub fn range(self, distance: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnit::Range, &distance)
    }

    /// The rows that count, by how many groups of equal rows they are away. MySQL and MariaDB have no
    /// such frames.
    pub fn groups(self, groups: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnit::Groups, &groups)
    }

    fn frame(mut self, unit: FrameUnit, range: &impl RangeBounds<i64>) -> Self {
        let start = match range.start_bound() {
            Bound::Unbounded => FrameBound::UnboundedPreceding,
            Bound::Included(&n) => bound(n),
            Bound::Excluded(&n) => bound(n.saturating_add(1)),
        };
        let end = match range.end_bound() {
            Bound::Unbounded => FrameBound::UnboundedFollowing,
            Bound::Included(&n) => bound(n),
            Bound::Excluded(&n) => bound(n.saturating_sub(1)),
        };
        self.window.frame = Some(Frame { unit, start, end });
        self
    }

    pub(super) fn over(self, call: FunctionCall) -> Expr {
        let window = self.window;
        Expr::Window(Box::new(WindowCall { call, window }))
    }
}

fn bound(distance: i64) -> FrameBound {
    match distance {
        0 => FrameBound::CurrentRow,
        ..0 => FrameBound::Preceding(distance.unsigned_abs()),
        1.. => FrameBound::Following(distance.unsigned_abs()),
    }
}

/// A function that has a value only over a window: `row_number().over(window())`.
#[must_use = "a window function is no expression before it has a window: `.over(window())`"]
#[derive(Debug, Clone)]
pub struct WindowFunction<M, T> {
    call: FunctionCall,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M: Model, T> WindowFunction<M, T> {
    fn new(function: Function, args: Vec<Expr>) -> Self {
        WindowFunction {
            call: FunctionCall::new(function, args),
            types: PhantomData,
        }
    }

    /// The function over a window, beside each row.
    #[must_use]
    pub fn over(self, window: Window<M>) -> Expression<M, T> {
        Expression::from_expr(window.over(self.call))
    }
}

macro_rules! ranks {
    ($($(#[$doc:meta])* $name:ident $function:ident -> $ty:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name<M: Model>() -> WindowFunction<M, $ty> {
            WindowFunction::new(Function::$function, Vec::new())
        }
    )*};
}

ranks! {
    /// The number of the row in its window, from 1.
    row_number RowNumber -> i64;
    /// The number of the first row that is equal to this one in the window's order.
    rank Rank -> i64;
    /// How many different rows come up to this one in the window's order.
    dense_rank DenseRank -> i64;
    /// The rank as a fraction of the rows, from 0 to 1.
    percent_rank PercentRank -> f64;
    /// The fraction of the rows that come up to this one.
    cume_dist CumeDist -> f64;
}

/// Which of this many parts of equal size the row lies in, from 1.
pub fn ntile<M: Model>(parts: u32) -> WindowFunction<M, i64> {
    WindowFunction::new(Function::Ntile(parts), Vec::new())
}

/// The value this many rows before; `None` where there is no such row.
pub fn lag<M: Model, E>(of: E, rows: u32) -> WindowFunction<M, Option<<E::Type as FieldType>::Base>>
where
    E: IntoExpression<M>,
{
    WindowFunction::new(Function::Lag(rows), vec![expr(of)])
}

/// The value this many rows later; `None` where there is no such row.
pub fn lead<M: Model, E>(
    of: E,
    rows: u32,
) -> WindowFunction<M, Option<<E::Type as FieldType>::Base>>
where
    E: IntoExpression<M>,
{
    WindowFunction::new(Function::Lead(rows), vec![expr(of)])
}

/// The value of the first row of the frame; `None` if the frame is empty.
pub fn first_value<M: Model, E>(of: E) -> WindowFunction<M, Option<<E::Type as FieldType>::Base>>
where
    E: IntoExpression<M>,
{
    WindowFunction::new(Function::FirstValue, vec![expr(of)])
}

/// The value of the last row of the frame, which ends at this row's equals unless `rows(..)` or
/// `range(..)` says otherwise; `None` if the frame is empty.
pub fn last_value<M: Model, E>(of: E) -> WindowFunction<M, Option<<E::Type as FieldType>::Base>>
where
    E: IntoExpression<M>,
{
    WindowFunction::new(Function::LastValue, vec![expr(of)])
}

/// The value of the row of this number in the frame, from 1; `None` where there is no such row.
pub fn nth_value<M: Model, E>(
    of: E,
    number: u32,
) -> WindowFunction<M, Option<<E::Type as FieldType>::Base>>
where
    E: IntoExpression<M>,
{
    WindowFunction::new(Function::NthValue(number), vec![expr(of)])
}
