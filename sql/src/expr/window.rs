//! Window functions: a value for each row, from the rows around it.

use crate::{Expr, FunctionCall, OrderBy};

/// A window function or an aggregate over a window.
#[derive(Debug, Clone)]
pub struct WindowCall {
    /// The function.
    pub call: FunctionCall,
    /// The rows that it looks at.
    pub window: Window,
}

/// The rows that a window function looks at, from the place of one row: `OVER (..)`.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Only rows that are equal in these.
    pub partition_by: Vec<Expr>,
    /// Their order.
    pub order_by: Vec<OrderBy>,
    /// Which of them; by default all up to this one and its equals, or all if there is no order.
    pub frame: Option<Frame>,
}

/// The rows of a window that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// What is counted.
    pub unit: FrameUnit,
    /// The first row.
    pub start: FrameBound,
    /// The last row.
    pub end: FrameBound,
}

/// What a frame counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// The distance in the value that the window is ordered by.
    Range,
    /// Groups of rows that are equal in the order; SQLite and Postgres alone.
    Groups,
}

/// One end of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameBound {
    /// The window's first row.
    UnboundedPreceding,
    /// This far before the row.
    Preceding(u64),
    /// The row itself.
    CurrentRow,
    /// This far behind the row.
    Following(u64),
    /// The window's last row.
    UnboundedFollowing,
}
