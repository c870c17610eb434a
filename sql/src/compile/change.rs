//! What UPDATE and DELETE have in common: a filter that may cross relations, assignments, RETURNING.

use crate::compile::expr::Binding;
use crate::compile::names::TableName;
use crate::compile::scope::{Root, Scope};
use crate::compile::writer::Writer;
use crate::schema::{ColumnType, Table};
use crate::{Assignment, Dialect, Error, Expr, Ident, Source};

impl<'q> Writer<'q> {
    /// WHERE of an UPDATE or DELETE.
    ///
    /// The plain condition is tried first. If it joins tables, or reads the changed table on a
    /// server that cannot read what it changes, it is taken back and written as a subquery for the
    /// primary key.
    pub(super) fn changed_rows(
        &mut self,
        target: &'q Source,
        filter: Option<&'q Expr>,
    ) -> Result<(), Error> {
        let Some(filter) = filter else { return Ok(()) };
        let (text, binds, aliases) = (self.sql.len(), self.binds.len(), self.aliases);
        self.filter(filter)?;
        let blind = self.cannot_read_changed();
        if self.scope.joined.is_empty() && !blind {
            return Ok(());
        }
        let Source::Model(table) = target else {
            return Err(self.unsupported(
                "a subquery on the table that the statement changes",
                "select the keys first",
            ));
        };
        self.sql.truncate(text);
        self.binds.truncate(binds);
        self.aliases = aliases;
        self.scope.joined.clear();
        self.rows_by_key(table, filter)
    }

    /// Whether a subquery read the table that the statement changes, and the server refuses that.
    pub(super) fn cannot_read_changed(&self) -> bool {
        self.reads_changed
            && match self.dialect {
                Dialect::Sqlite | Dialect::Postgres => false,
                Dialect::MySql | Dialect::MariaDb => true,
            }
    }

    fn rows_by_key(&mut self, table: &'static Table, filter: &'q Expr) -> Result<(), Error> {
        let keys = || {
            table
                .primary_key
                .iter()
                .filter_map(|&at| table.columns.get(at))
        };
        let several = match keys().count() {
            0 => {
                return Err(self.malformed(format!(
                    "its filter crosses a relation, and the model `{}` has no primary key to find \
                     its rows by",
                    table.model
                )));
            }
            n => n > 1,
        };
        // The inner query of two: MySQL reads the changed table only through one that it has to
        // store, which DISTINCT makes it do.
        let stored = match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => false,
            Dialect::MySql | Dialect::MariaDb => true,
        };
        self.push(if several { " WHERE (" } else { " WHERE " });
        for (i, key) in keys().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.named_column((table, TableName::Own), key);
        }
        self.push(if several {
            ") IN (SELECT "
        } else {
            " IN (SELECT "
        });
        if stored {
            for (i, key) in keys().enumerate() {
                if i > 0 {
                    self.push(", ");
                }
                self.quoted(&key.quoted);
            }
            self.push(" FROM (SELECT DISTINCT ");
        }
        self.enter(Scope::default());
        let at = self.query_depth();
        let name = self.claim(table, at);
        self.scope.roots.push(Root { table, name });
        for (i, key) in keys().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.named_column((table, name), key);
        }
        self.push(" FROM ");
        self.table((table, name));
        self.scope.from_end = self.sql.len();
        self.push(" WHERE ");
        self.loose(filter)?;
        self.leave();
        if stored {
            self.push(") AS ");
            let alias = self.new_alias();
            self.alias(alias);
        }
        self.push(")");
        Ok(())
    }

    /// `a = .., b = ..`
    pub(super) fn assignments(&mut self, assignments: &'q [Assignment]) -> Result<(), Error> {
        for (i, assignment) in assignments.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            let (name, expr) = match assignment {
                Assignment::Column(column, expr) => {
                    self.quoted(&column.quoted);
                    self.beside = self
                        .scope
                        .roots
                        .first()
                        .map(|root| (root.table.model, column.field));
                    (column.field, expr)
                }
                Assignment::Named(name, expr) => {
                    self.ident(name);
                    (name.as_str(), expr)
                }
            };
            self.push(" = ");
            let scale = match assignment {
                Assignment::Column(column, _) => decimal_scale(column.ty),
                Assignment::Named(..) => None,
            };
            match scale {
                // Decimals are REALs there, so what was calculated carries noise.
                Some(scale) if self.dialect == Dialect::Sqlite && is_calculated(expr) => {
                    self.push("ROUND(");
                    self.loose(expr)?;
                    self.push(", ");
                    self.number(usize::from(scale));
                    self.push(")");
                }
                _ => self.expr(expr, Binding::Or)?,
            }
            if !self.scope.joined.is_empty() {
                return Err(self.malformed(format!(
                    "the value for `{name}` is a column of a related table; take it from a subquery"
                )));
            }
        }
        if self.cannot_read_changed() {
            return Err(self.unsupported(
                "assigning from a subquery on the table that the statement changes",
                "select the value first",
            ));
        }
        self.check_order(assignments, &[])
    }

    /// MySQL assigns from left to right and reads what it has just assigned.
    pub(super) fn check_order(
        &self,
        assignments: &[Assignment],
        assigned: &[Ident],
    ) -> Result<(), Error> {
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => return Ok(()),
            Dialect::MySql | Dialect::MariaDb => {}
        }
        for (i, later) in assignments.iter().enumerate() {
            let (Assignment::Column(_, expr) | Assignment::Named(_, expr)) = later;
            let stale = |earlier: &Assignment| {
                let name = match earlier {
                    Assignment::Column(column, _) => column.name,
                    Assignment::Named(name, _) => name.as_str(),
                };
                expr.reads(name)
            };
            if assignments[..i].iter().any(stale)
                || assigned.iter().any(|name| expr.reads(name.as_str()))
            {
                return Err(self.unsupported(
                    "reading a column after assigning it in the same statement",
                    "assign the column that reads before the one that is read, or run two updates",
                ));
            }
        }
        Ok(())
    }

    /// RETURNING, where the dialect has it for this statement.
    pub(super) fn returning(&mut self, exprs: &'q [Expr], supported: bool) -> Result<(), Error> {
        if exprs.is_empty() {
            return Ok(());
        }
        if !supported {
            let construct = match self.statement {
                "INSERT" => "RETURNING behind INSERT",
                "UPDATE" => "RETURNING behind UPDATE",
                _ => "RETURNING behind DELETE",
            };
            return Err(self.unsupported(
                construct,
                "select the rows by their key in the same transaction",
            ));
        }
        self.push(" RETURNING ");
        self.scope.bare = true;
        self.list(exprs)?;
        if !self.scope.joined.is_empty() {
            return Err(self.malformed(
                "RETURNING names a column of a related table; select it in a query of its own",
            ));
        }
        Ok(())
    }

    /// Refuses assignments to columns of another model.
    pub(super) fn check_targets(
        &self,
        target: &'q Source,
        assignments: &'q [Assignment],
    ) -> Result<(), Error> {
        let Source::Model(table) = target else {
            return Ok(());
        };
        for assignment in assignments {
            if let Assignment::Column(column, _) = assignment
                && !table.columns.iter().any(|own| own.name == column.name)
            {
                return Err(self.malformed(format!(
                    "the model `{}` has no column `{}`",
                    table.model, column.name
                )));
            }
        }
        Ok(())
    }
}

fn decimal_scale(ty: ColumnType) -> Option<u8> {
    match ty {
        ColumnType::Decimal { scale, .. } => Some(scale),
        _ => None,
    }
}

fn is_calculated(expr: &Expr) -> bool {
    !matches!(
        expr,
        Expr::Value(_)
            | Expr::Column(_)
            | Expr::Name(_)
            | Expr::Subquery(_)
            | Expr::Outer(_)
            | Expr::Excluded(_)
    )
}
