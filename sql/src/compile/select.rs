//! SELECT, clause by clause.

use crate::compile::expr::Binding;
use crate::compile::names::TableName;
use crate::compile::scope::{Root, Scope};
use crate::compile::writer::Writer;
use crate::schema::Path;
use crate::{
    Clauses, Dialect, Direction, Distinct, Error, Expr, Limit, Lock, LockStrength, LockWait, Nulls,
    OrderBy, Projection, Select, SelectItem, Source,
};

impl Select {
    /// A guess at the size of the text that is seldom too small: a buffer that grows is copied.
    pub(super) fn text_guess(&self, dialect: Dialect) -> usize {
        let style = dialect.quote_style();
        let mut size = 128 + 64 * self.order_by.len();
        if let Some(clauses) = &self.clauses {
            size += 64 * (clauses.joins.len() + clauses.group_by.len());
        }
        match &self.projection {
            Projection::Model(related) => {
                if let Source::Model(table) = &self.source {
                    size += table.select_list.in_style(style).len();
                }
                for path in related {
                    size += path.table.select_list.in_style(style).len() + 96;
                }
            }
            Projection::Items(items) => size += 48 * items.len(),
            Projection::One => {}
        }
        size + 64 * self.filter.as_ref().map_or(0, Writer::terms)
    }
}

impl Select {
    /// A guess at the number of binds.
    pub(super) fn binds_guess(&self) -> usize {
        match &self.filter {
            None if self.clauses.is_none() => 0,
            None => 4,
            Some(Expr::And(all) | Expr::Or(all)) => 4 + all.len(),
            Some(_) => 4,
        }
    }
}

impl<'q> Writer<'q> {
    /// A SELECT within another statement.
    pub(super) fn subselect(&mut self, select: &'q Select) -> Result<(), Error> {
        self.enter(Scope::default());
        self.clauses(select)?;
        self.leave();
        Ok(())
    }

    /// A SELECT that is the statement.
    pub(super) fn select(&mut self, select: &'q Select) -> Result<(), Error> {
        self.clauses(select)?;
        self.insert_joins();
        Ok(())
    }

    fn clauses(&mut self, select: &'q Select) -> Result<(), Error> {
        if let Some(clauses) = select.clauses.as_deref() {
            self.with(&clauses.with)?;
            if !clauses.compound.is_empty() {
                return self.compound(select, clauses);
            }
            if let Distinct::On(exprs) = &clauses.distinct
                && !self.dialect.has_distinct_on()
            {
                return self.first_of_each(select, exprs);
            }
        }
        self.core(select)?;
        self.order_by(" ORDER BY ", &select.order_by)?;
        self.limit(select.limit);
        if let Some(Clauses {
            lock: Some(lock), ..
        }) = select.clauses.as_deref()
        {
            self.lock(lock)?;
        }
        Ok(())
    }

    /// From SELECT to HAVING.
    #[inline]
    pub(super) fn core(&mut self, select: &'q Select) -> Result<(), Error> {
        self.claim_all(select)?;
        self.push("SELECT ");
        if let Some(clauses) = select.clauses.as_deref() {
            self.distinct(&clauses.distinct)?;
        }
        self.projection(&select.projection, &select.source)?;
        if let Some(clauses) = select.clauses.as_deref() {
            self.annotations(&clauses.annotations)?;
        }
        self.source_to_having(select)
    }

    /// Takes the names of all sources before anything is written, since what is written first refers
    /// to them.
    #[inline]
    pub(super) fn claim_all(&mut self, select: &'q Select) -> Result<(), Error> {
        self.scope.rows = Some(select);
        self.scope.skips = select.limit.offset > 0;
        self.claim_source(&select.source)?;
        match select.clauses.as_deref() {
            Some(clauses) => self.claim_joins(&clauses.joins),
            None => Ok(()),
        }
    }

    #[inline]
    pub(super) fn source_to_having(&mut self, select: &'q Select) -> Result<(), Error> {
        let rare = select.clauses.as_deref();
        self.push(" FROM ");
        self.source(&select.source)?;
        if rare.is_none_or(|clauses| clauses.joins.is_empty()) {
            // What the projection asked for. Others are inserted there when the rest is written.
            self.write_joins();
        }
        self.scope.from_end = self.sql.len();
        if let Some(clauses) = rare {
            self.written_joins(&clauses.joins)?;
        }
        self.scope.joins_end = self.sql.len();
        if let Some(filter) = &select.filter {
            self.filter(filter)?;
        }
        if let Some(clauses) = rare {
            self.groups(clauses)?;
        }
        Ok(())
    }

    fn groups(&mut self, clauses: &'q Clauses) -> Result<(), Error> {
        if !clauses.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.list(&clauses.group_by)?;
        }
        if let Some(having) = &clauses.having {
            self.push(" HAVING ");
            self.loose(having)?;
        }
        Ok(())
    }

    /// WHERE, unless the filter is empty.
    #[inline]
    pub(super) fn filter(&mut self, filter: &'q Expr) -> Result<(), Error> {
        if matches!(filter, Expr::And(all) if all.is_empty()) {
            return Ok(());
        }
        let rows = self.scope.rows.take();
        self.push(" WHERE ");
        self.loose(filter)?;
        self.scope.rows = rows;
        Ok(())
    }

    fn distinct(&mut self, distinct: &'q Distinct) -> Result<(), Error> {
        match distinct {
            Distinct::All => Ok(()),
            Distinct::Rows => {
                self.push("DISTINCT ");
                Ok(())
            }
            Distinct::On(exprs) if exprs.is_empty() => {
                Err(self.malformed("DISTINCT ON names no expression"))
            }
            Distinct::On(exprs) => {
                self.push("DISTINCT ON (");
                self.list(exprs)?;
                self.push(") ");
                Ok(())
            }
        }
    }

    fn projection(&mut self, projection: &'q Projection, source: &'q Source) -> Result<(), Error> {
        match projection {
            Projection::One => {
                self.push("1");
                Ok(())
            }
            Projection::Items(items) if items.is_empty() => {
                Err(self.malformed("it selects nothing; name at least one expression"))
            }
            Projection::Items(items) => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.push(", ");
                    }
                    self.select_item(item)?;
                }
                Ok(())
            }
            Projection::Model(related) => {
                let (Source::Model(_) | Source::Cte { .. }, Some(&Root { table, name })) =
                    (source, self.scope.roots.first())
                else {
                    return Err(self.malformed(
                        "it selects the columns of a model from what is no model; \
                         name the expressions",
                    ));
                };
                self.all_columns(table, name);
                for path in related {
                    self.push(", ");
                    self.related_columns(path)?;
                }
                Ok(())
            }
        }
    }

    fn annotations(&mut self, items: &'q [SelectItem]) -> Result<(), Error> {
        for item in items {
            self.push(", ");
            self.select_item(item)?;
        }
        Ok(())
    }

    fn select_item(&mut self, item: &'q SelectItem) -> Result<(), Error> {
        self.loose(&item.expr)?;
        if let Some(alias) = &item.alias {
            self.push(" AS ");
            self.ident(alias);
        }
        Ok(())
    }

    pub(super) fn related_columns(&mut self, path: &'static Path) -> Result<(), Error> {
        let at = self.query_depth();
        let (table, name) = self.resolve(path, at, None)?;
        self.all_columns(table, name);
        Ok(())
    }

    #[inline]
    fn all_columns(&mut self, table: &'static crate::schema::Table, name: TableName) {
        if name == TableName::Own {
            self.quoted(&table.select_list);
            return;
        }
        for (i, column) in table.columns.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.named_column((table, name), column);
        }
    }

    #[inline]
    pub(super) fn order_by(
        &mut self,
        head: &'static str,
        terms: &'q [OrderBy],
    ) -> Result<(), Error> {
        for (i, term) in terms.iter().enumerate() {
            self.push(if i == 0 { head } else { ", " });
            let OrderBy {
                expr,
                direction,
                nulls,
            } = term;
            let native = self.dialect.has_nulls_order();
            let nulls = nulls.or_else(|| self.usual_nulls(expr, *direction));
            if let (Some(nulls), false) = (nulls, native) {
                self.order_nulls(expr, *direction, nulls)?;
            }
            self.loose(expr)?;
            self.push(match direction {
                Direction::Asc => "",
                Direction::Desc => " DESC",
            });
            if let (Some(nulls), true) = (nulls, native) {
                self.push(match nulls {
                    Nulls::First => " NULLS FIRST",
                    Nulls::Last => " NULLS LAST",
                });
            }
        }
        Ok(())
    }

    /// Where NULLs go if the order does not say: they are the smallest, which Postgres alone has to be
    /// told.
    fn usual_nulls(&self, expr: &Expr, direction: Direction) -> Option<Nulls> {
        match self.dialect {
            Dialect::Postgres if self.nullable(expr) => Some(match direction {
                Direction::Asc => Nulls::First,
                Direction::Desc => Nulls::Last,
            }),
            Dialect::Postgres | Dialect::Sqlite | Dialect::MySql | Dialect::MariaDb => None,
        }
    }

    /// A key before the term. MySQL takes NULL for the smallest, which is half of what is asked.
    fn order_nulls(
        &mut self,
        expr: &'q Expr,
        direction: Direction,
        nulls: Nulls,
    ) -> Result<(), Error> {
        let end = match (nulls, direction) {
            (Nulls::First, Direction::Asc) | (Nulls::Last, Direction::Desc) => return Ok(()),
            (Nulls::Last, Direction::Asc) => " IS NULL, ",
            (Nulls::First, Direction::Desc) => " IS NULL DESC, ",
        };
        self.expr(expr, Binding::Sum)?;
        self.push(end);
        Ok(())
    }

    #[inline]
    pub(super) fn limit(&mut self, Limit { limit, offset }: Limit) {
        // No table has more rows than an i64 counts, and servers refuse larger numbers.
        let cap = |n: u64| usize::try_from(n.min(i64::MAX.unsigned_abs())).unwrap_or(usize::MAX);
        match (limit, offset) {
            (None, 0) => return,
            (Some(limit), _) => {
                self.push(" LIMIT ");
                self.number(cap(limit));
            }
            (None, _) => {
                let no_limit = self.dialect.no_limit();
                self.push(no_limit);
            }
        }
        if offset > 0 {
            self.push(" OFFSET ");
            self.number(cap(offset));
        }
    }

    fn locked_tables(&mut self, paths: &[&'static Path]) -> Result<(), Error> {
        let at = self.query_depth();
        for (i, path) in paths.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            match self.resolve(path, at, None)? {
                (table, TableName::Own) => self.quoted(&table.quoted),
                (_, TableName::Alias(number)) => self.alias(number),
            }
        }
        Ok(())
    }

    fn lock(&mut self, lock: &'q Lock) -> Result<(), Error> {
        let share = match self.dialect {
            Dialect::Sqlite => {
                return Err(self.unsupported(
                    "row locks",
                    "leave the lock out: a write transaction locks the whole database",
                ));
            }
            Dialect::Postgres => {
                if lock.of.is_empty()
                    && (self.scope.outer_join || self.scope.joined.iter().any(|join| join.left))
                {
                    return Err(self.unsupported(
                        "row locks on the nullable side of an outer join",
                        "name the tables to lock",
                    ));
                }
                " FOR SHARE"
            }
            Dialect::MySql => " FOR SHARE",
            Dialect::MariaDb if !lock.of.is_empty() => {
                return Err(self.unsupported(
                    "locks on the rows of named tables alone",
                    "lock the rows of all tables, or lock in a query of its own",
                ));
            }
            Dialect::MariaDb => " LOCK IN SHARE MODE",
        };
        self.push(match lock.strength {
            LockStrength::Update => " FOR UPDATE",
            LockStrength::Share => share,
        });
        if !lock.of.is_empty() {
            self.push(" OF ");
            self.locked_tables(&lock.of)?;
        }
        self.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " NOWAIT",
            LockWait::SkipLocked => " SKIP LOCKED",
        });
        Ok(())
    }
}
