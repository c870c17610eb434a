//! DISTINCT ON for dialects without it: rows are numbered in groups, and the first of each is kept.

use crate::compile::scope::{Root, Scope};
use crate::compile::writer::Writer;
use crate::schema::Column;
use crate::{Error, Expr, Ident, Projection, Select, Source};

/// The name of a column of the result.
enum Name<'q> {
    None,
    Given(&'q Ident),
    Column(&'static Column),
}

impl<'q> Writer<'q> {
    /// `SELECT c1 AS .., .. FROM (SELECT .. AS c1, .., ROW_NUMBER() OVER (PARTITION BY ..) AS nth, .. FROM ..)
    /// WHERE nth = 1`. A second number keeps the order of the whole.
    pub(super) fn first_of_each(
        &mut self,
        select: &'q Select,
        exprs: &'q [Expr],
    ) -> Result<(), Error> {
        if exprs.is_empty() {
            return Err(self.malformed("DISTINCT ON names no expression"));
        }
        if select.clauses().lock.is_some() {
            return Err(self.malformed(
                "it locks rows of a DISTINCT; lock in a query of its own for their keys",
            ));
        }
        self.descend()?;
        let list = self.sql.len();
        self.push(" FROM (SELECT ");
        self.enter(Scope::default());
        self.claim_all(select)?;
        let names = self.named_columns(select)?;
        self.push(", ROW_NUMBER() OVER (PARTITION BY ");
        self.list(exprs)?;
        self.order_by(" ORDER BY ", &select.order_by)?;
        self.push(") AS ");
        self.name("nth");
        self.push(", ROW_NUMBER() OVER (");
        self.order_by("ORDER BY ", &select.order_by)?;
        self.push(") AS ");
        self.name("place");
        self.source_to_having(select)?;
        self.leave();
        self.push(") AS ");
        let alias = self.new_alias();
        self.alias(alias);
        self.push(" WHERE ");
        self.name("nth");
        self.push(" = 1 ORDER BY ");
        self.name("place");
        self.limit(select.limit);

        let end = self.sql.len();
        self.push("SELECT ");
        for (i, name) in names.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.column_number(i + 1);
            match name {
                Name::None => {}
                Name::Given(name) => {
                    self.push(" AS ");
                    self.ident(name);
                }
                Name::Column(column) => {
                    self.push(" AS ");
                    self.quoted(&column.quoted);
                }
            }
        }
        let head = self.sql.split_off(end);
        self.sql.insert_str(list, &head);
        self.ascend();
        Ok(())
    }

    /// What is selected, named `c1`, `c2`, ..; returns the names that it would have else.
    fn named_columns(&mut self, select: &'q Select) -> Result<Vec<Name<'q>>, Error> {
        let mut names = Vec::new();
        let mut next = |writer: &mut Self, name| {
            if !names.is_empty() {
                writer.push(", ");
            }
            names.push(name);
            names.len()
        };
        match &select.projection {
            Projection::One => {
                let number = next(self, Name::None);
                self.push("1 AS ");
                self.column_number(number);
            }
            Projection::Items(items) => {
                for item in items {
                    let name = match (&item.alias, &item.expr) {
                        (Some(alias), _) => Name::Given(alias),
                        (None, Expr::Column(column)) => Name::Column(column.column),
                        (None, _) => Name::None,
                    };
                    let number = next(self, name);
                    self.loose(&item.expr)?;
                    self.push(" AS ");
                    self.column_number(number);
                }
            }
            Projection::Model(related) => {
                let (Source::Model(_) | Source::Cte { .. }, Some(&Root { table, name })) =
                    (&select.source, self.scope.roots.first())
                else {
                    return Err(self.malformed(
                        "it selects the columns of a model from what is no model; \
                         name the expressions",
                    ));
                };
                let mut tables = vec![(table, name)];
                let at = self.query_depth();
                for path in related {
                    tables.push(self.resolve(path, at, None)?);
                }
                for (table, name) in tables {
                    for column in table.columns {
                        let number = next(self, Name::Column(column));
                        self.named_column((table, name), column);
                        self.push(" AS ");
                        self.column_number(number);
                    }
                }
            }
        }
        Ok(names)
    }

    fn column_number(&mut self, number: usize) {
        let quote = self.style.char();
        self.sql.push(quote);
        self.sql.push('c');
        self.number(number);
        self.sql.push(quote);
    }

    fn name(&mut self, name: &str) {
        let quote = self.style.char();
        self.sql.push(quote);
        self.push(name);
        self.sql.push(quote);
    }
}
