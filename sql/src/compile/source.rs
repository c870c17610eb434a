//! What stands behind FROM, and joins written out by the user.

use crate::compile::names::TableName;
use crate::compile::scope::{Root, Scope};
use crate::compile::writer::Writer;
use crate::{Dialect, Error, Ident, Join, JoinKind, Source};

impl<'q> Writer<'q> {
    /// Takes the names of what is joined before anything is written, since what is written first,
    /// the projection, refers to them.
    pub(super) fn claim_joins(&mut self, joins: &'q [Join]) -> Result<(), Error> {
        for join in joins {
            self.claim_source(&join.source)?;
            self.scope.outer_join |= match join.kind {
                JoinKind::Inner | JoinKind::Cross => false,
                JoinKind::Left | JoinKind::Right | JoinKind::Full => true,
            };
        }
        Ok(())
    }

    /// Takes the name of a source, before anything is written too.
    #[inline]
    pub(super) fn claim_source(&mut self, source: &'q Source) -> Result<(), Error> {
        let depth = self.query_depth();
        match source {
            Source::Model(table) => {
                if self
                    .scope
                    .roots
                    .iter()
                    .any(|root| root.table.name == table.name)
                {
                    return Err(self.malformed(format!(
                        "the model `{}` is joined to itself; reach it through a relation, or name \
                         its table with an alias",
                        table.model
                    )));
                }
                let name = self.claim(table, depth);
                self.scope.roots.push(Root { table, name });
                Ok(())
            }
            Source::Cte { table, .. } => {
                let name = self.claim_among_others(table);
                self.scope.roots.push(Root { table, name });
                Ok(())
            }
            Source::Named { table, alias } => {
                self.note_read(table.as_str(), depth);
                self.claim_chosen(alias.as_ref().unwrap_or(table))
            }
            Source::Subquery { alias, .. } => self.claim_chosen(alias),
        }
    }

    fn claim_chosen(&mut self, name: &'q Ident) -> Result<(), Error> {
        if self.is_made(name.as_str()) {
            return Err(self.malformed(format!(
                "the name `{}` of a subquery's table is one that the compiler gave to another; \
                 choose an alias that does not look like `t1`",
                name.as_str()
            )));
        }
        self.scope.chosen.push(name.as_str());
        Ok(())
    }

    /// Writes a source whose name was taken before.
    pub(super) fn source(&mut self, source: &'q Source) -> Result<(), Error> {
        match source {
            Source::Cte { name, table } => {
                self.ident(name);
                self.push(" AS ");
                match self.scope.roots.first().map(|root| root.name) {
                    Some(TableName::Alias(number)) => self.alias(number),
                    _ => self.quoted(&table.quoted),
                }
                Ok(())
            }
            Source::Model(table) => {
                let root = self
                    .scope
                    .roots
                    .iter()
                    .find(|root| std::ptr::eq(root.table, *table));
                if let Some(&Root { table, name }) = root {
                    self.table((table, name));
                }
                Ok(())
            }
            Source::Named { table, alias } => {
                self.ident(table);
                if let Some(alias) = alias {
                    self.push(" AS ");
                    self.ident(alias);
                }
                Ok(())
            }
            Source::Subquery { select, alias } => {
                self.descend()?;
                // A derived table does not see the tables beside it.
                let hidden = std::mem::take(&mut self.scope.roots);
                let joined = std::mem::take(&mut self.scope.joined);
                self.subquery(select)?;
                self.scope.roots = hidden;
                self.scope.joined = joined;
                self.ascend();
                self.push(" AS ");
                self.ident(alias);
                Ok(())
            }
        }
    }

    pub(super) fn written_joins(&mut self, joins: &'q [Join]) -> Result<(), Error> {
        joins.iter().try_for_each(|join| self.written_join(join))
    }

    fn written_join(&mut self, join: &'q Join) -> Result<(), Error> {
        let keyword = match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full => match self.dialect {
                Dialect::Sqlite | Dialect::Postgres => " FULL JOIN ",
                Dialect::MySql | Dialect::MariaDb => {
                    return Err(self.unsupported(
                        "FULL JOIN",
                        "run a LEFT JOIN and a RIGHT JOIN and put their rows together",
                    ));
                }
            },
            JoinKind::Cross => " CROSS JOIN ",
        };
        self.push(keyword);
        self.source(&join.source)?;
        match (&join.on, join.kind) {
            (Some(on), JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full) => {
                self.push(" ON ");
                self.loose(on)
            }
            (None, JoinKind::Cross) => Ok(()),
            (Some(_), JoinKind::Cross) => {
                Err(self.malformed("a CROSS JOIN takes no condition; make it an INNER JOIN"))
            }
            (None, JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full) => {
                Err(self.malformed("a join has no condition; give it one, or make it a CROSS JOIN"))
            }
        }
    }

    /// The query of a statement that works on one table: INSERT, UPDATE, DELETE.
    pub(super) fn target(&mut self, target: &'q Source) -> Result<(), Error> {
        self.scope = Scope::default();
        if let Source::Subquery { .. } | Source::Cte { .. } = target {
            return Err(self.malformed("its target is a subquery; name a table"));
        }
        self.changed = Some(match target {
            Source::Model(table) => table.name,
            Source::Named { table, .. } => table.as_str(),
            Source::Subquery { alias: name, .. } | Source::Cte { name, .. } => name.as_str(),
        });
        self.claim_source(target)?;
        self.source(target)
    }
}
