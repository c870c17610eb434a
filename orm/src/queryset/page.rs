//! Pages by their number: some rows, and how many there are in all.

use testudo_sql::{Dialect, Limit};

use super::QuerySet;
use crate::{Db, Error, Model, Result};

/// A query for one page of a query set; see [`QuerySet::paginate`].
#[must_use = "a query for a page does nothing until `fetch` sends it"]
#[derive(Debug, Clone)]
pub struct Paginate<M> {
    query: QuerySet<M>,
    page: u64,
    size: u64,
}

/// One page of a query set.
#[derive(Debug, Clone)]
pub struct Page<M> {
    /// The rows of this page.
    pub items: Vec<M>,
    /// How many rows all pages have.
    pub total: u64,
    /// The number of this page, counted from 1.
    pub page: u64,
    /// At most how many rows a page has.
    pub size: u64,
}

impl<M: Model> QuerySet<M> {
    /// The rows of one page, counted from 1, and how many rows and pages there are in all.
    ///
    /// Rows that are equal in the order come by their primary key, so that no row is on two pages. Rows
    /// that are inserted between two calls do move others to another page; [`keyset`](Self::keyset)
    /// knows no such thing, and is as fast on the last page as on the first.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "users")]
    /// # pub struct User {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     username: String,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<User>()).await?;
    /// let page = User::all().order_by(User::username.asc()).paginate(1, 20).fetch(&db).await?;
    /// assert_eq!((page.items.len(), page.total, page.pages()), (0, 0, 0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn paginate(self, page: u64, size: u64) -> Paginate<M> {
        Paginate {
            query: self.ordered().totally_ordered(),
            page,
            size,
        }
    }
}

impl<M: Model> Paginate<M> {
    /// Sends two statements: for the rows, and for how many there are.
    ///
    /// # Errors
    /// When the page or its size is 0, or as [`QuerySet::fetch_all`].
    pub async fn fetch(self, db: &Db) -> Result<Page<M>> {
        let total = self.query.clone().count(db).await?;
        let (page, size) = (self.page, self.size);
        let items = self.rows()?.fetch_all(db).await?;
        Ok(Page {
            items,
            total,
            page,
            size,
        })
    }

    /// The SQL text of the statement for the rows in a dialect.
    ///
    /// # Errors
    /// When the page or its size is 0, or the dialect cannot express it.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        self.rows()?.sql(dialect)
    }

    /// The rows of the page, within the limits that the query set has already.
    fn rows(mut self) -> Result<QuerySet<M>> {
        let (page, size) = (self.page, self.size);
        if page == 0 || size == 0 {
            return Err(Error::misuse(format!(
                "page {page} of {size} rows of `{}` each; pages are counted from 1, and have at least \
                 one row",
                M::TABLE.model
            )));
        }
        let before = (page - 1).saturating_mul(size);
        let limit = &mut self.query.select.limit;
        *limit = Limit {
            limit: Some(size),
            offset: limit.offset.saturating_add(before),
        }
        .at_most(limit.limit.map_or(size, |rows| rows.saturating_sub(before)));
        Ok(self.query)
    }
}

impl<M> Page<M> {
    /// How many pages there are.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(self.size)
    }

    /// Whether there is a page after this one.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.page < self.pages()
    }

    /// Whether there is a page before this one.
    #[must_use]
    pub fn has_previous(&self) -> bool {
        self.page > 1 && self.total > 0
    }
}
