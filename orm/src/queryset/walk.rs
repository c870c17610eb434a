//! Walks along a relation of a model to itself: descendants and ancestors in a tree, by one recursive query.

use std::marker::PhantomData;

use testudo_sql::schema::{Column, Link, Table};
use testudo_sql::{
    ArithmeticOp, CastType, CompareOp, Compound, Cte, Dialect, Expr, Function, Ident, Join,
    JoinKind, Projection, QualifiedName, Select, SelectItem, SetOperator, Source, Value,
};

use super::{QuerySet, own_column};
use crate::path::{PathHandle, Root, Via};
use crate::relation::Relation;
use crate::{Db, Error, Expression, Key, Model, Result};

/// How far a walk goes if nobody says; MySQL and MariaDB break off a recursion of more than 1,000 rounds.
const FAR: u32 = 900;
/// The names of the statement.
const WALK: &str = "testudo_walk";
const REACHED: &str = "testudo_reached";
const HERE: &str = "testudo_here";

/// A walk from the rows of a query set; see [`QuerySet::walk`].
#[must_use = "a walk does nothing until `rows` or `fetch_all`"]
#[derive(Debug, Clone)]
pub struct Walk<M> {
    start: Select,
    link: &'static Link,
    depth: Option<u32>,
    with_start: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> QuerySet<M> {
    /// The rows that one comes to from these along a relation of the model to itself, however far: along
    /// `Category::children()` the descendants, along `Category::parent()` the ancestors. One statement.
    ///
    /// Each row comes once, at its least distance, also where the relation runs in circles.
    ///
    /// ```
    /// # use testudo_orm::prelude::*;
    /// # use testudo_orm::schema::{generate_schemas, tables_of};
    /// # #[derive(Model, Debug)]
    /// # #[model(table = "categories")]
    /// # pub struct Category {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     name: String,
    /// #     #[field(related_name = "children")]
    /// #     parent: Option<ForeignKey<Category>>,
    /// #     children: ReverseRelation<Category>,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> testudo_orm::Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # generate_schemas(&db, &tables_of::<Category>()).await?;
    /// let books = || Category::filter(Category::name.eq("books"));
    /// let below: Vec<(Category, u32)> = books().walk(Category::children()).fetch_all(&db).await?;
    /// let above = books().walk(Category::parent()).rows().filter(Category::name.ne("root"));
    /// # assert!(below.is_empty() && !above.exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn walk<H, R>(self, _relation: H) -> Walk<M>
    where
        H: PathHandle<Path = Via<Root<M>, R>>,
        R: Relation<From = M, To = M>,
        M::PrimaryKey: Key,
    {
        Walk {
            start: self.ordered_if_limited(),
            link: &R::RELATION.link,
            depth: None,
            with_start: false,
            model: PhantomData,
        }
    }
}

impl<M: Model> Walk<M> {
    /// No further than this many steps.
    pub fn max_depth(mut self, steps: u32) -> Self {
        self.depth = Some(steps);
        self
    }

    /// The rows that the walk starts from too, at the distance 0.
    pub fn with_start(mut self) -> Self {
        self.with_start = true;
        self
    }

    /// How far the walk has come to a row: a column to select or to order by in the query set that
    /// [`rows`](Self::rows) gives.
    #[must_use]
    pub fn depth() -> Expression<M, i64> {
        Expression::from_expr(name(REACHED, "depth"))
    }

    /// The rows as a query set, to be filtered, ordered and counted like others. Where nothing is said by
    /// [`max_depth`](Self::max_depth) it ends after 900 steps.
    pub fn rows(self) -> QuerySet<M> {
        let key = key_column::<M>();
        let mut query = QuerySet::<M>::new();
        let (nearest, mut least) = (self.with_start, nearest());
        if !nearest {
            let far = Expr::call(Function::Min, vec![name(WALK, "depth")]);
            let started = Expr::comparison(far, CompareOp::Gt, Expr::Value(Value::I64(0)));
            least.clauses_mut().having = Some(started);
        }
        let walk = self.cte(key);
        let clauses = query.select.clauses_mut();
        clauses.with.push(walk);
        clauses.joins.push(Join {
            kind: JoinKind::Inner,
            source: Source::Subquery {
                select: Box::new(least),
                alias: Ident::new(REACHED),
            },
            on: Some(equal(
                name(REACHED, "id"),
                Expr::Column(own_column::<M>(key)),
            )),
        });
        query
    }

    /// The rows and how far they are, the nearest first.
    ///
    /// # Errors
    /// When there are rows more than 900 steps away and nothing was said by
    /// [`max_depth`](Self::max_depth), or as [`QuerySet::fetch_all`].
    pub async fn fetch_all(self, db: &Db) -> Result<Vec<(M, u32)>> {
        let bounded = self.depth.is_some();
        let depth = Self::depth();
        let query = self.nearest_first();
        let (rows, depths) = query.fetch_with(db, &depth).await?;
        let depths = depths
            .into_iter()
            .map(|depth| u32::try_from(depth).unwrap_or(u32::MAX));
        let rows: Vec<(M, u32)> = rows.into_iter().zip(depths).collect();
        match rows.last() {
            Some((_, FAR)) if !bounded => Err(Error::misuse(format!(
                "a walk through rows of `{}` has come {FAR} steps far and not to its end; say by \
                 `max_depth` how far it shall go",
                M::TABLE.model
            ))),
            _ => Ok(rows),
        }
    }

    /// The SQL text of the statement in a dialect.
    ///
    /// # Errors
    /// When the dialect cannot express it.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        self.nearest_first().sql_with(dialect, &Self::depth())
    }

    fn nearest_first(self) -> QuerySet<M> {
        self.rows().order_by(Self::depth().asc()).totally_ordered()
    }

    /// The keys of the rows and each distance at which the walk comes to them. UNION drops what was found
    /// at the same distance before, so that circles cost a row for each step and no more.
    fn cte(self, key: &'static Column) -> Cte {
        let mut start = self.start;
        start.projection = Projection::Items(vec![
            item(Expr::Column(own_column::<M>(key))),
            // Cast, because the type of the column follows from it.
            item(Expr::call(
                Function::Cast(CastType::Integer),
                vec![Expr::Value(Value::I64(0))],
            )),
        ]);
        let far = self.depth.unwrap_or(FAR);
        let mut select = Select::new(
            Projection::Items(Vec::new()),
            Source::Named {
                table: Ident::new(WALK),
                alias: None,
            },
        );
        let (join, next) = step(M::TABLE, key, self.link);
        select.clauses_mut().joins = vec![join];
        let depth = Expr::arithmetic(
            name(WALK, "depth"),
            ArithmeticOp::Add,
            Expr::Value(Value::I64(1)),
        );
        select.filter = Some(
            Expr::comparison(
                name(WALK, "depth"),
                CompareOp::Lt,
                Expr::Value(Value::I64(far.into())),
            )
            .and(Expr::IsNotNull(Box::new(next.clone()))),
        );
        select.projection = Projection::Items(vec![item(next), item(depth)]);
        // A start with a limit or clauses of its own is no operand of UNION.
        let limited = start.limit != testudo_sql::Limit::default();
        let mut start = if limited { picked(start) } else { start };
        start.clauses_mut().compound.push(Compound {
            operator: SetOperator::Union,
            select,
        });
        Cte {
            name: Ident::new(WALK),
            columns: vec![Ident::new("id"), Ident::new("depth")],
            select: start,
            recursive: true,
        }
    }
}

/// The least distance at which the walk comes to each row.
fn nearest() -> Select {
    let aliased = |expr, alias: &'static str| SelectItem {
        expr,
        alias: Some(Ident::new(alias)),
    };
    let source = Source::Named {
        table: Ident::new(WALK),
        alias: None,
    };
    let least = Expr::call(Function::Min, vec![name(WALK, "depth")]);
    let items = vec![aliased(name(WALK, "id"), "id"), aliased(least, "depth")];
    let mut select = Select::new(Projection::Items(items), source);
    select.clauses_mut().group_by = vec![name(WALK, "id")];
    select
}

/// A query with a limit, as one without.
fn picked(mut start: Select) -> Select {
    let names = ["id", "depth"];
    if let Projection::Items(items) = &mut start.projection {
        for (item, name) in items.iter_mut().zip(names) {
            item.alias = Some(Ident::new(name));
        }
    }
    let items = names.map(|column| item(name("picked", column)));
    let source = Source::Subquery {
        select: Box::new(start),
        alias: Ident::new("picked"),
    };
    Select::new(Projection::Items(items.into()), source)
}

/// What is joined for one step along the relation, and the key that it leads to.
fn step(table: &'static Table, key: &'static Column, link: &'static Link) -> (Join, Expr) {
    // The table that has both keys, the column with the key of this row, and that with the next.
    let (table, this, next) = match link {
        Link::Direct(pairs) if std::ptr::eq(pairs[0].1, key) => (table, key, pairs[0].0),
        Link::Direct(pairs) => (table, pairs[0].1, key),
        Link::Through { table, near, far } => (*table, near[0].1, far[0].0),
    };
    let join = Join {
        kind: JoinKind::Inner,
        source: Source::Named {
            table: Ident::new(table.name),
            alias: Some(Ident::new(HERE)),
        },
        on: Some(equal(name(HERE, this.name), name(WALK, "id"))),
    };
    (join, name(HERE, next.name))
}

/// A walk is bounded to models with a key of one column.
fn key_column<M: Model>() -> &'static Column {
    crate::key::key_column::<M>(0)
}

fn item(expr: Expr) -> SelectItem {
    SelectItem { expr, alias: None }
}

fn equal(left: Expr, right: Expr) -> Expr {
    Expr::comparison(left, CompareOp::Eq, right)
}

fn name(table: &'static str, column: &'static str) -> Expr {
    Expr::Name(Box::new(QualifiedName {
        table: Some(Ident::new(table)),
        name: Ident::new(column),
    }))
}
