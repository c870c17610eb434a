//! Parts of rows as named structs.

use std::marker::PhantomData;

use testudo_sql::SelectItem;

use crate::Result;
use crate::row::RowReader;
use crate::selection::Selection;

/// A struct that a query on the model `M` returns in place of models. Derive it with
/// `#[derive(Projection)]`.
///
/// A field is the model's column of its name, or the expression that its attribute gives. The struct is
/// what [`values_as`](crate::QuerySet::values_as) returns, also in groups, and what [`raw`](crate::raw)
/// reads by the names of the fields. Without `model = ..` it is the latter alone.
///
/// ```
/// # use testudo_orm::prelude::*;
/// # use testudo_orm::schema::{generate_schemas, tables_of};
/// # #[derive(Model, Debug)]
/// # #[model(table = "orders")]
/// # pub struct Order {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     #[field(max_length = 20)]
/// #     customer: String,
/// #     quantity: i32,
/// # }
/// #[derive(Projection, Debug, PartialEq)]
/// #[projection(model = Order)]
/// struct Total {
///     customer: String,
///     #[projection(sum(Order::quantity))]
///     pieces: Option<i64>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> testudo_orm::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # generate_schemas(&db, &tables_of::<Order>()).await?;
/// # Order::builder().customer("alice").quantity(3).create(&db).await?;
/// let totals = Order::all().group_by(Order::customer).values_as::<Total>().fetch_all(&db).await?;
/// assert_eq!(totals, [Total { customer: "alice".to_owned(), pieces: Some(3) }]);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection of `{M}`",
    note = "derive it: #[derive(Projection)] #[projection(model = {M})]"
)]
pub trait Projection<M>: Sized + Send {
    /// What is selected, and how a row of it becomes this struct.
    fn selection() -> impl Selection<M, Output = Self>;
}

/// A selection whose rows become values of another type.
pub struct Made<M, S: Selection<M>, T> {
    selection: S,
    make: fn(S::Output) -> T,
    model: PhantomData<fn() -> M>,
}

/// A selection, and what is made of its rows.
pub fn select_into<M, S: Selection<M>, T>(selection: S, make: fn(S::Output) -> T) -> Made<M, S, T> {
    Made {
        selection,
        make,
        model: PhantomData,
    }
}

impl<M, S: Selection<M>, T> Clone for Made<M, S, T> {
    fn clone(&self) -> Self {
        select_into(self.selection.clone(), self.make)
    }
}

impl<M, S: Selection<M>, T: Send> Selection<M> for Made<M, S, T> {
    type Output = T;

    fn append_to(&self, items: &mut Vec<SelectItem>) {
        self.selection.append_to(items);
    }

    fn read(&self, reader: &mut RowReader<'_>) -> Result<T> {
        self.selection.read(reader).map(self.make)
    }
}
