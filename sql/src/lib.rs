//! The query compiler of Testudo: a plain-data syntax tree and its translation to SQL text and binds.
//!
//! Pure: no async runtime, no driver, no I/O. A statement is a value; [`compile`](Select::compile)
//! turns it into a [`Compiled`] for one [`Dialect`]. Every value becomes a bind parameter, every
//! identifier is quoted and escaped, and what a dialect cannot do is an [`Error`] that names the
//! dialect and the construct.
//!
//! Two kinds of names meet here. A model's names are [`schema::Table`]s and [`schema::Column`]s:
//! statics that a derive wrote, their quoted text finished when the program was compiled. Names that
//! are known at run time only (a fixture's table, say) are [`Ident`]s and quoted when written.

extern crate self as testudo_sql;

mod compile;
pub mod ddl;
mod delete;
mod dialect;
mod error;
mod expr;
mod ident;
mod insert;
mod like;
mod misfit;
pub mod schema;
mod select;
mod transaction;
mod update;
mod value;

pub use crate::compile::{Binds, Compiled, Explain};
pub use crate::delete::Delete;
pub use crate::dialect::{Dialect, QuoteStyle};
pub use crate::error::Error;
pub use crate::expr::{
    Aggregate, Any, Arithmetic, ArithmeticOp, Between, Case, CastType, ColumnRef, CompareOp,
    Comparison, DatePart, DateUnit, Expr, Frame, FrameBound, FrameUnit, Function, FunctionCall, In,
    InSet, Json, JsonContains, JsonPath, JsonType, QualifiedName, Regex, Window, WindowCall,
};
pub use crate::ident::Ident;
pub use crate::insert::{Insert, InsertTarget, OnConflict};
pub use crate::like::{Like, LikeKind};
pub use crate::select::{
    Clauses, Compound, Cte, Direction, Distinct, Join, JoinKind, Limit, Lock, LockStrength,
    LockWait, Nulls, OrderBy, Projection, Select, SelectItem, SetOperator, Source,
};
pub use crate::transaction::{Begin, IsolationLevel, TransactionBehavior};
pub use crate::update::{Assignment, Update};
pub use crate::value::Value;
