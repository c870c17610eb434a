//! What a derive implements for a model, and what every model can do.

use chrono::{DateTime, Utc};
use testudo_sql::Value;
use testudo_sql::schema::{ColumnType, Table};

use crate::builder::ModelBuilder;
use crate::path::{ModelPath, PathHandle, Root};
use crate::row::RowReader;
use crate::validate::Validator;
use crate::{Db, Filter, IntoKey, PrimaryKey, QuerySet, Raw, Result};

/// A struct that is a row of a table. Derive it with `#[derive(Model)]`.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use rust_decimal::Decimal;
/// use testudo_orm::prelude::*;
///
/// #[derive(Model, Debug, Clone)]
/// #[model(table = "users")]
/// pub struct User {
///     #[field(primary_key)]
///     pub id: i64,
///     #[field(max_length = 50, unique)]
///     pub username: String,
///     pub orders: ReverseRelation<Order>,
/// }
///
/// #[derive(Model, Debug, Clone)]
/// #[model(table = "orders", ordering("-created_at"), index(user, created_at))]
/// pub struct Order {
///     #[field(primary_key)]
///     pub id: i64,
///     #[field(related_name = "orders", on_delete = Restrict)]
///     pub user: ForeignKey<User>,
///     #[field(max_digits = 10, decimal_places = 2)]
///     pub total_amount: Decimal,
///     #[field(default = false)]
///     pub is_paid: bool,
///     pub note: Option<String>,
///     #[field(auto_now_add)]
///     pub created_at: DateTime<Utc>,
/// }
///
/// let unpaid = Order::is_paid.eq(false) & Order::user().username.eq("alice");
/// let order = Order::builder().user_id(1).total_amount(25).build()?;
/// assert_eq!(order.user.id(), 1);
/// # let _ = unpaid;
/// # Ok::<(), testudo_orm::Error>(())
/// ```
///
/// The derive adds to the struct:
/// - a constant for each column, `Order::is_paid`, and `Order::user_id` for a foreign key `user`;
/// - a function for each relation, `Order::user()`, that leads to the columns of the other model;
/// - `OrderBuilder`, which [`builder`](Self::builder) returns: a method for each field, and `user_id`
///   beside `user`. `None` is the value of an `Option` that is not set. Fields with `auto_now` and
///   `auto_now_add` have no method, since each save sets them;
/// - `OrderColumns`, the type of what a relation that leads to `Order` returns.
///
/// # Settings of `#[model(...)]`
/// - `table = "orders"`: the name of the table; else the struct's name in `snake_case`.
/// - `ordering("-created_at", "id")`: the default order of query sets, `-` for descending.
/// - `index(a, b)`, `unique(a, b)`: over several columns, by the names of the fields; may be repeated.
/// - `default_scope = Order::deleted_at.is_null()`: the rows that query sets are about, unless they begin with
///   `Order::unscoped()`. A relation to one row leads to it in any case.
/// - `crate = path`: where the derive finds this crate, if not under its own name or in `testudo`.
///
/// # Settings of `#[field(...)]`
/// - `primary_key`: one field, or several that make up a composite key, foreign keys among them; the
///   key is then a tuple: `OrderLine::get(&db, (order.id, 2))`. The database numbers an only key of
///   `i16`, `i32`, `i64` or a newtype of these (an unsaved row has the key 0) unless `generated = false`
///   is added; a `Uuid` that is not set is made up (version 4).
/// - `flatten`: the fields of a struct that models share, see [`ModelFields`](crate::ModelFields).
/// - `unique`, `index`, `column = "name"`.
/// - `max_length = 50` for a `String`, which is TEXT without it.
/// - `max_digits = 10, decimal_places = 2` for a `Decimal`, which needs both.
/// - `default = expression`: what the builder takes where nothing is set. A literal, a path such as
///   `Status::Pending` or `dec!(..)` is the column's DEFAULT in the database too.
/// - `auto_now`, `auto_now_add`: the time of each save, or of the first.
/// - `version` for an `i64`: counts the changes of the row. `save`, `save_fields` and `delete` write only
///   if the row still has the version that was read; else nothing is written, and the error
///   [`is_stale`](crate::Error::is_stale). `update` of a query set counts too.
///
/// Rules, checked before an insert, `save`, `save_fields` or bulk operation sends anything; all problems of
/// a row are reported at once ([`validations`](crate::Error::validations)), `None` satisfies each:
/// - `min = 0`, `max = 100` for what can be compared; `choices("s", "m", "l")`.
/// - `min_length = 3`, `email`, `pattern = "^[A-Z]+$"` for text.
/// - `validate = path::to::function`, or several by `validate(one, another)`: a `fn(&T) -> Result<(), E>`
///   where `T` is the field's type without `Option` and `E` can be displayed.
///
/// # Relations
/// - `ForeignKey<User>` and `OneToOne<User>`, or an `Option` of these: the column is the field's name
///   and `_id`. `on_delete` is `Cascade` (the default), `Restrict`, `SetNull` (for an `Option`),
///   `SetDefault` or `NoAction`. `default` takes a primary key.
/// - A relation to a model with a composite key names the columns of that key:
///   `#[field(references(order_id, position))] line: ForeignKey<OrderLine>` has the columns
///   `line_order_id` and `line_position`, or those of `column("..", "..")`.
/// - `ReverseRelation<Order>` and `ReverseOneToOne<Profile>`: the other side, without a column; the
///   field's name is the `related_name` that the other model gives.
/// - `ManyToMany<Tag>`: by a table `articles_tags` (`through = "name"` for another) with the columns
///   `article_id` and `tag_id`; between rows of one model `from_article_id` and `to_article_id`. The
///   other side is `#[field(reverse)] articles: ManyToMany<Article>`, again by `related_name`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(Model)]` to `{Self}`"
)]
pub trait Model: Sized + Send + Sync + 'static {
    /// The type of the primary key: a tuple, if several fields make it up.
    type PrimaryKey: PrimaryKey;
    /// The columns as seen over a path, and the relations that lead on from there.
    type Columns<P: ModelPath<Target = Self>>: PathHandle<Path = P>;
    /// Sets fields one by one and fills in defaults.
    type Builder: ModelBuilder<Model = Self>;

    /// The table.
    const TABLE: &'static Table;
    /// The types of the primary key's columns, which foreign keys to this model have too.
    const KEY_TYPES: &'static [ColumnType];
    /// The tables between this model and those that it has a many-to-many relation with.
    const JOIN_TABLES: &'static [&'static Table];

    /// The rules that rows have to satisfy.
    #[doc(hidden)]
    const VALIDATORS: &'static [Validator<Self>] = &[];
    /// The position of the column that counts the changes of a row.
    #[doc(hidden)]
    const VERSION: Option<usize> = None;

    /// Sets the version of the row.
    #[doc(hidden)]
    fn set_version(&mut self, _version: i64) {}

    /// The condition of all query sets of this model but those that begin with
    /// [`unscoped`](Self::unscoped): `#[model(default_scope = ..)]`.
    #[must_use]
    fn default_scope() -> Option<Filter<Self>> {
        None
    }

    /// The columns as seen over a path.
    fn columns<P: ModelPath<Target = Self>>() -> Self::Columns<P>;

    /// A builder with no field set.
    fn builder() -> Self::Builder;

    /// The primary key of this row.
    fn primary_key(&self) -> Self::PrimaryKey;

    /// Gives the row its primary key, and its relation fields the row that they belong to.
    #[doc(hidden)]
    fn set_primary_key(&mut self, key: Self::PrimaryKey);

    /// A row read from the database, column by column.
    #[doc(hidden)]
    fn read(reader: &mut RowReader<'_>) -> Result<Self>;

    /// The value of the column at this position of the table.
    #[doc(hidden)]
    fn value(&self, position: usize) -> Value;

    /// Appends the values of all columns, or of all but those that the server numbers.
    #[doc(hidden)]
    fn push_values(&self, numbered: bool, values: &mut Vec<Value>);

    /// Sets the fields that follow the clock: `auto_now`, and `auto_now_add` for a row that is new.
    #[doc(hidden)]
    fn touch(&mut self, now: DateTime<Utc>, is_new: bool);

    /// All rows.
    fn all() -> QuerySet<Self> {
        QuerySet::new()
    }

    /// All rows, those outside of the model's default scope too.
    fn unscoped() -> QuerySet<Self> {
        QuerySet::unscoped()
    }

    /// The columns and relations of the model itself, as a relation's function gives those of another.
    fn this() -> Self::Columns<Root<Self>> {
        Self::columns()
    }

    /// The rows that satisfy a condition.
    fn filter(condition: Filter<Self>) -> QuerySet<Self> {
        QuerySet::new().filter(condition)
    }

    /// The rows that do not satisfy a condition.
    fn exclude(condition: Filter<Self>) -> QuerySet<Self> {
        QuerySet::new().exclude(condition)
    }

    /// The rows that a query of one's own returns, read by the names of their columns:
    /// `Order::raw("SELECT * FROM orders WHERE total > ?").bind(10).fetch_all(&db)`. See [`raw`](crate::raw).
    fn raw(sql: &'static str) -> Raw<Self> {
        crate::raw::raw(sql)
    }

    /// The row with this primary key.
    ///
    /// # Errors
    /// When there is none ([`is_does_not_exist`](crate::Error::is_does_not_exist)) or the database refuses.
    fn get(
        db: &Db,
        key: impl IntoKey<Self::PrimaryKey> + Send,
    ) -> impl Future<Output = Result<Self>> + Send {
        let query = QuerySet::<Self>::new().of_key(&key.into_key());
        async move { query.get(db).await }
    }
}
