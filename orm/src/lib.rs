//! Tortoise-style models on sqlx: models, query sets, relations, transactions and schema.

extern crate self as testudo_orm;

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("testudo-orm needs a backend: enable `sqlite`, `postgres` or `mysql`");

mod assign;
mod builder;
mod clock;
mod column;
mod custom_type;
mod db;
mod db_enum;
mod derive;
mod driver;
mod error;
mod expression;
mod field;
mod filter;
mod from_row;
mod hybrid;
mod into_field;
mod key;
mod lookup;
mod model;
mod model_fields;
mod operand;
mod order;
mod path;
mod persist;
mod pool_options;
mod projection;
mod quantify;
mod queryset;
mod raw;
mod relation;
mod row;
mod rules;
pub mod schema;
mod selection;
mod shared_connection;
mod signals;
mod subquery;
mod to_its_end;
mod transaction;
mod tuples;
mod validate;

/// Runs the body of an `async fn` in a transaction, on the database that the function takes.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::Error;
/// #[atomic(retries = 3)]
/// async fn transfer(db: &Db, from: i64, to: i64) -> Result<(), Error> {
///     // `db` is the transaction here.
///     db.execute("UPDATE accounts SET balance = balance - 1 WHERE id = ?", &[from.into()]).await?;
///     db.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", &[to.into()]).await?;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.execute("CREATE TABLE accounts (id INTEGER, balance INTEGER)", &[]).await?;
/// transfer(&db, 1, 2).await?;
/// # Ok(())
/// # }
/// ```
///
/// It is [`Db::transaction_with`] around the body: committed when it returns `Ok`, rolled back when it returns
/// `Err`, and a savepoint if the handle is on a transaction already. The parameter is found by its type,
/// `&Db`, whatever its name, and there is one. The function returns a `Result` whose error is made from
/// [`Error`]. Methods are written alike.
///
/// # Options
///
/// | option | what it does |
/// |---|---|
/// | `isolation = "serializable"` | the isolation level: `read uncommitted`, `read committed`, `repeatable read` or `serializable` |
/// | `read_only` | statements that write are refused |
/// | `retries = 3` | the body runs again, up to so many times, if the transaction lost against another; then what it uses of the parameters has to be `Clone`, and a `&mut` parameter cannot be changed |
/// | `crate = path` | where the macro finds this crate, if not under its own name or in `testudo` |
pub use testudo_fixtures_macros::atomic;
/// Computed properties: methods of a model that are expressions of its queries too.
///
/// On a row the methods are what they are in any block. In queries they stand beside the columns:
/// `Order::this().total()`, and over relations `User::orders().total()`.
///
/// ```
/// use rust_decimal::{Decimal, dec};
/// use testudo_orm::hybrid;
/// use testudo_orm::prelude::*;
///
/// #[derive(Model, Debug)]
/// #[model(table = "orders")]
/// pub struct Order {
///     #[field(primary_key)]
///     id: i64,
///     #[field(max_digits = 8, decimal_places = 2)]
///     price: Decimal,
///     #[field(max_digits = 6, decimal_places = 0)]
///     quantity: Decimal,
/// }
///
/// #[hybrid]
/// impl Order {
///     fn total(&self) -> Decimal {
///         self.price * self.quantity
///     }
///
///     fn is_large(&self) -> bool {
///         self.total() > dec!(100)
///     }
/// }
///
/// let order = Order::builder().price(60).quantity(2).build()?;
/// assert!(order.is_large());
/// let large = Order::filter(Order::this().is_large()).order_by(Order::this().total().desc());
/// # let _ = large;
/// # Ok::<(), testudo_orm::Error>(())
/// ```
///
/// A body is one expression of fields, other properties and plain values, with arithmetic, comparisons,
/// `&&`, `||`, `!`, `if .. else ..`, `format!` with plain `{}`, and the methods `is_some`, `is_none`,
/// `is_empty`, `contains`, `starts_with`, `ends_with`, `to_lowercase`, `to_uppercase`, `trim`, `abs`,
/// `unwrap_or` and `clone`. A property of type `bool` is a condition in queries. Where Rust says something
/// else, the SQL form stands beside it: `#[sql(|row| row.created_at.year())]`.
pub use testudo_fixtures_macros::hybrid;
/// Methods of query sets, in a few lines: what Django and Tortoise keep in managers.
///
/// The attribute stands on an implementation of a trait for the query set of a model, and writes the
/// trait too. `#[scopes(pub)]` makes it usable in other modules, which import it by its name.
///
/// ```
/// use testudo_orm::prelude::*;
/// use testudo_orm::scopes;
///
/// #[derive(Model, Debug)]
/// #[model(table = "orders")]
/// pub struct Order {
///     #[field(primary_key)]
///     id: i64,
///     is_paid: bool,
///     amount: i64,
/// }
///
/// #[scopes(pub)]
/// impl OrderScopes for QuerySet<Order> {
///     /// Those that were paid.
///     fn paid(self) -> Self {
///         self.filter(Order::is_paid.eq(true))
///     }
///
///     fn over(self, amount: i64) -> Self {
///         self.filter(Order::amount.gt(amount))
///     }
/// }
///
/// let large = Order::all().paid().over(100).order_by(Order::amount.desc());
/// # let _ = large;
/// ```
///
/// For the scope that every query set of a model has, such as that of rows not deleted, see
/// `default_scope` at [`Model`](trait@Model).
pub use testudo_fixtures_macros::scopes;
pub use testudo_fixtures_macros::{DbEnum, FieldType, Model, ModelFields, Projection};
pub use testudo_sql as sql;
pub use testudo_sql::{IsolationLevel, TransactionBehavior};

pub use crate::assign::{Assign, Assignments, IntoAssignments, IntoColumns};
pub use crate::builder::ModelBuilder;
pub use crate::column::Column;
pub use crate::custom_type::CustomType;
pub use crate::db::Db;
pub use crate::db_enum::DbEnum;
pub use crate::driver::Connection;
pub use crate::error::{Error, IntegrityError, IntegrityKind, Result, ValidationError};
pub use crate::expression::{
    Aggregated, Case, CastInto, Dated, Expression, Fits, IntoExpression, JsonSteps, Minuend,
    Moment, NullWith, Number, Scalar, StartedCase, Summand, Text, Timed, Window, WindowFunction,
};
/// Functions, aggregates and window functions, to be used by name.
pub use crate::expression::{
    abs, avg, case, ceil, coalesce, concat, count, count_distinct, cume_dist, dense_rank,
    first_value, floor, greatest, lag, last_value, lead, least, left, length, lower, ltrim, max,
    min, modulo, now, nth_value, ntile, nullif, percent_rank, power, random, rank, replace, right,
    round, round_to, row_number, rtrim, sqrt, substr, sum, trim, upper, window,
};
pub use crate::field::FieldType;
pub use crate::filter::Filter;
pub use crate::from_row::{Columns, FromRow};
pub use crate::into_field::IntoField;
pub use crate::key::{IntoKey, Key, KeyPart, KeyValues, PrimaryKey};
pub use crate::model::Model;
pub use crate::model_fields::ModelFields;
pub use crate::operand::{IntoOperand, Operand};
pub use crate::order::{IntoOrdering, Ordering};
pub use crate::path::{ModelPath, PathHandle, Root, ToOnePath, Via};
pub use crate::persist::{Bulk, BulkConflict, GetOrCreate, IntoChanges, Persist, Upsert, excluded};
pub use crate::pool_options::PoolOptions;
pub use crate::projection::Projection;
pub use crate::queryset::{
    Annotated, Combined, Cte, CteColumns, Grouped, IntoRelated, IntoRelatedOne, Keyset, KeysetPage,
    ModelCte, Page, Paginate, Prefetch, QuerySet, RowStream, SetOperations, UpdateQuery,
    ValuesQuery, Walk, prefetch,
};
pub use crate::raw::{IntoBind, Raw, raw};
pub use crate::relation::{
    ForeignKey, ManyToMany, OneToOne, References, RelatedBy, Relation, ReverseOneToOne,
    ReverseRelation, ToOne,
};
pub use crate::row::{Cell, CellError, Row};
pub use crate::selection::Selection;
pub use crate::shared_connection::{Diverted, SharedConnection};
pub use crate::signals::{M2mAction, M2mChange, Receiver, Receiver3, Signals};
pub use crate::subquery::{exists, outer, subquery};
pub use crate::transaction::{HookResult, Once, Repeat, Retries, TransactionOptions};

/// What a module that defines or queries models needs.
pub mod prelude {
    pub use crate::{
        Db, DbEnum, ForeignKey, GetOrCreate, IsolationLevel, M2mAction, M2mChange, ManyToMany,
        Model, ModelBuilder, ModelFields, OneToOne, Persist, PoolOptions, Projection, QuerySet,
        ReverseOneToOne, ReverseRelation, SetOperations, Signals, TransactionOptions, atomic, avg,
        case, count, count_distinct, excluded, exists, max, min, outer, prefetch, raw, row_number,
        sql_function, subquery, sum, window,
    };
}

/// What the derive macros write refers to; not for users.
#[doc(hidden)]
pub mod __private {
    pub use chrono::{DateTime, Utc};
    pub use testudo_fixtures_macros::with_shared_fields;
    pub use testudo_sql::schema as meta;
    pub use testudo_sql::{Direction, Value};

    pub use crate::builder::ModelBuilder;
    pub use crate::clock::FromClock;
    pub use crate::column::Column;
    pub use crate::custom_type::{CustomType, OwnOperand};
    pub use crate::db_enum::DbEnum;
    pub use crate::derive::{
        converted, decimal_of_digits, missing_fields, owner, text_of_length, unknown_variant,
    };
    pub use crate::error::Result;
    pub use crate::expression::Expression;
    pub use crate::field::FieldType;
    pub use crate::filter::Filter;
    pub use crate::from_row::{Columns, FromRow};
    pub use crate::into_field::IntoField;
    pub use crate::key::{IntoKey, Key, KeyPart, KeyValues, PrimaryKey, is_key_of, key_column};
    pub use crate::model::Model;
    pub use crate::model_fields::{DefaultAt, FieldAt, ModelFields, ReferenceAt};
    pub use crate::path::{ModelPath, PathHandle, Root, Via};
    pub use crate::projection::{Projection, select_into};
    pub use crate::relation::{Fetched, References, RelatedBy, Relation, Tie, ToOne, tie};
    pub use crate::row::{Cell, CellError, RowReader};
    pub use crate::selection::Selection;
    pub use crate::validate::Validator;

    /// What hybrid properties call.
    pub mod hybrid {
        pub use crate::hybrid::{
            abs, choice, coalesce, condition, expression, lower, text, trim, upper,
        };
    }

    /// What the rules of fields call.
    pub mod rules {
        pub use crate::rules::{
            Pattern, at_least, at_most, compiled, email, min_length, one_of, pattern, told,
        };
    }
}
