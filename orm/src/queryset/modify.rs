//! UPDATE and DELETE of all rows of a query set.

use testudo_sql::{
    Assignment, Delete, Dialect, Distinct, Expr, Ident, In, InSet, Limit, Projection, Select,
    SelectItem, Source, Update,
};

use super::combined::lead_by_distinct;
use super::{QuerySet, own_column};
use crate::assign::{self, Assignments, IntoAssignments};
use crate::key::{key_column, key_expr};
use crate::persist::version;
use crate::{Db, Model, PrimaryKey, Result, validate};

/// An UPDATE of all rows of a query set.
#[must_use = "an update does nothing until `execute` sends it"]
#[derive(Debug, Clone)]
pub struct UpdateQuery<M> {
    select: Select,
    assignments: Assignments<M>,
}

impl<M: Model> QuerySet<M> {
    /// Sets columns of all rows: `Order::all().update(Order::total.set(Order::total + 10))`.
    ///
    /// One statement; `auto_now` fields are left as they are, and rules of fields are not asked. A field with
    /// `version` counts the change.
    pub fn update(self, assignments: impl IntoAssignments<M>) -> UpdateQuery<M> {
        UpdateQuery {
            select: self.select,
            assignments: assignments.into_assignments(),
        }
    }

    /// Deletes all rows and returns how many there were.
    ///
    /// # Errors
    /// When a foreign key forbids it or the database refuses.
    pub async fn delete(self, db: &Db) -> Result<u64> {
        let delete = self.into_delete();
        let compiled = delete.compile(db.speaks().await?)?;
        Ok(db.run(compiled.sql, &compiled.binds).await?.rows_affected)
    }
}

impl<M: Model> QuerySet<M> {
    /// The SQL text of [`delete`](Self::delete) in a dialect.
    ///
    /// # Errors
    /// When the dialect cannot express it.
    pub fn delete_sql(self, dialect: Dialect) -> Result<String> {
        Ok(self.into_delete().compile(dialect)?.sql)
    }

    fn into_delete(self) -> Delete {
        Delete {
            target: Source::Model(M::TABLE),
            filter: rows_of::<M>(self.select),
            returning: Vec::new(),
        }
    }
}

impl<M: Model> UpdateQuery<M> {
    /// The SQL text of the statement in a dialect.
    ///
    /// # Errors
    /// When a column is of another model, a value does not fit its field, or the dialect cannot express
    /// it.
    pub fn sql(self, dialect: Dialect) -> Result<String> {
        Ok(self.into_statement(dialect)?.compile(dialect)?.sql)
    }

    /// Sends the statement and returns how many rows it touched.
    ///
    /// # Errors
    /// When a column is of another model, a value does not fit its field, or the database refuses.
    pub async fn execute(self, db: &Db) -> Result<u64> {
        let dialect = db.speaks().await?;
        let update = self.into_statement(dialect)?;
        let compiled = update.compile(dialect)?;
        Ok(db.run(compiled.sql, &compiled.binds).await?.rows_affected)
    }

    /// The update as a statement of the query compiler, which writes its text and its binds.
    ///
    /// # Errors
    /// When a column is of another model, or a value does not fit its field.
    pub fn into_statement(self, dialect: Dialect) -> Result<Update> {
        let mut assignments = assign::assignments::<M>(self.assignments)?;
        assignments.extend(version::counted::<M>());
        for assignment in &assignments {
            if let Assignment::Column(column, Expr::Value(value)) = assignment {
                validate::value(M::TABLE, column, value, dialect)?;
            }
        }
        Ok(Update {
            target: Source::Model(M::TABLE),
            assignments,
            filter: rows_of::<M>(self.select),
            returning: Vec::new(),
        })
    }
}

/// The condition that picks the rows of a query set. With a limit the rows are picked by their
/// keys, through a derived table, because MySQL takes no LIMIT in a subquery of IN.
pub(super) fn rows_of<M: Model>(mut select: Select) -> Option<Expr> {
    let clauses = select.clauses();
    let plain = clauses.joins.is_empty()
        && clauses.with.is_empty()
        && !matches!(clauses.distinct, Distinct::On(_));
    if plain && select.limit == Limit::default() {
        return select.filter;
    }
    if select.order_by.is_empty() {
        select.order_by = super::default_order::<M>();
    }
    lead_by_distinct(&mut select);
    let columns = || (0..M::PrimaryKey::WIDTH).map(key_column::<M>);
    let inner = columns().map(|column| SelectItem {
        expr: Expr::Column(own_column::<M>(column)),
        alias: Some(Ident::new(column.name)),
    });
    select.projection = Projection::Items(inner.collect());
    let outer = columns().map(|column| SelectItem {
        expr: Expr::name(column.name),
        alias: None,
    });
    let picked = Select::new(
        Projection::Items(outer.collect()),
        Source::Subquery {
            select: Box::new(select),
            alias: Ident::new("picked"),
        },
    );
    Some(Expr::In(Box::new(In {
        expr: key_expr::<M>(),
        set: InSet::Select(Box::new(picked)),
        negated: false,
    })))
}
