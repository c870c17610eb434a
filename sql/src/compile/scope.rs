//! What a column's path means in the query that is being written, and the joins that it asks for.

use smallvec::SmallVec;

use crate::compile::names::TableName;
use crate::compile::writer::Writer;
use crate::schema::{Column, Link, Pair, Path, Table};
use crate::{ColumnRef, Error, Select};

/// One query of a statement: the statement itself, a subquery, or the EXISTS of a path.
#[derive(Debug, Default)]
pub(super) struct Scope<'q> {
    /// The models that a path of length zero may mean.
    pub(super) roots: SmallVec<[Root; 1]>,
    /// Set in the EXISTS of a path: what starts with it belongs to this query, all else to the one
    /// around.
    pub(super) prefix: Option<&'static Path>,
    /// Set with it: the path whose row the EXISTS is about; every table up to there has a row.
    pub(super) sought: Option<&'static Path>,
    /// Whether it has an OFFSET.
    pub(super) skips: bool,
    /// The tables that paths led to, parents first.
    pub(super) joined: SmallVec<[Joined; 2]>,
    /// How many of `joined` stand in FROM already.
    pub(super) written: usize,
    /// Where the text of the joins goes.
    pub(super) from_end: usize,
    /// Where it goes for paths that start at a model joined by the user: behind that join.
    pub(super) joins_end: usize,
    /// Names that the user chose for tables of this query.
    pub(super) chosen: SmallVec<[&'q str; 1]>,
    /// The SELECT whose rows are made here; none where a condition on one row is written.
    pub(super) rows: Option<&'q Select>,
    /// Whether columns of the root are written bare, as in RETURNING.
    pub(super) bare: bool,
    /// Whether a join written out by the user may fill any column with NULL.
    pub(super) outer_join: bool,
}

/// A model named in FROM.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    pub(super) table: &'static Table,
    pub(super) name: TableName,
}

/// A table that a path led to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined {
    pub(super) path: &'static Path,
    pub(super) name: TableName,
    /// The table in between, for a many-to-many relation.
    pub(super) through: TableName,
    pub(super) left: bool,
}

/// A table as the current position has to call it.
pub(super) type Named = (&'static Table, TableName);

impl<'q> Writer<'q> {
    /// How deep the current query lies.
    pub(super) fn query_depth(&self) -> usize {
        self.outer.len()
    }

    pub(super) fn enter(&mut self, scope: Scope<'q>) {
        let around = std::mem::replace(&mut self.scope, scope);
        self.outer.push(around);
    }

    /// Writes the joins of the current query and returns to the one around it.
    pub(super) fn leave(&mut self) {
        self.insert_joins();
        if let Some(around) = self.outer.pop() {
            self.scope = around;
        }
    }

    pub(super) fn scope_at(&mut self, at: usize) -> &mut Scope<'q> {
        if at == self.outer.len() {
            &mut self.scope
        } else {
            &mut self.outer[at]
        }
    }

    /// Writes a column of a model.
    #[inline]
    pub(super) fn column(&mut self, column: &ColumnRef) -> Result<(), Error> {
        self.beside = Some((column.path.table.model, column.column.field));
        if column.path.hop.is_none()
            && let [
                Root {
                    table,
                    name: TableName::Own,
                },
            ] = self.scope.roots[..]
            && same_table(table, column.path.table)
        {
            let name = &column.column;
            let text = if self.scope.bare {
                &name.quoted
            } else {
                &name.qualified
            };
            self.quoted(text);
            return Ok(());
        }
        let at = self.query_depth();
        self.column_at(column, at)
    }

    /// Writes a column as seen from the query at the given depth.
    pub(super) fn column_at(&mut self, column: &ColumnRef, at: usize) -> Result<(), Error> {
        let named = self.resolve(column.path, at, Some(column.column))?;
        self.named_column(named, column.column);
        Ok(())
    }

    pub(super) fn named_column(&mut self, (_, name): Named, column: &Column) {
        match name {
            TableName::Own => self.quoted(&column.qualified),
            TableName::Alias(number) => {
                self.alias(number);
                self.sql.push('.');
                self.quoted(&column.quoted);
            }
        }
    }

    /// An alias, quoted.
    pub(super) fn alias(&mut self, number: u32) {
        let quote = self.style.char();
        self.sql.push(quote);
        TableName::push_alias(number, &mut self.sql);
        self.sql.push(quote);
    }

    /// A table behind FROM or JOIN, with its alias if it has one.
    #[inline]
    pub(super) fn table(&mut self, (table, name): Named) {
        self.quoted(&table.quoted);
        if let TableName::Alias(number) = name {
            self.push(" AS ");
            self.alias(number);
        }
    }

    /// Remembers when a subquery reads the table that the statement changes.
    pub(super) fn note_read(&mut self, table: &str, at: usize) {
        if at > 0
            && self
                .changed
                .is_some_and(|changed| changed.eq_ignore_ascii_case(table))
        {
            self.reads_changed = true;
        }
    }

    /// The table at the end of a path, joined if it was not yet.
    pub(super) fn resolve(
        &mut self,
        path: &'static Path,
        mut at: usize,
        column: Option<&Column>,
    ) -> Result<Named, Error> {
        let from = self.query_depth();
        while at > 0
            && let Some(prefix) = self.scope_at(at).prefix
            && !path.starts_with(prefix)
        {
            at -= 1;
        }
        let named = self
            .join(path, at, false)
            .map_err(|Unknown| self.unknown_model(path, column, at))?;
        if at < from && named.1 == TableName::Own {
            self.check_not_hidden(named.0.name, at)?;
        }
        Ok(named)
    }

    /// Joins the path within the query at the given depth, parents first.
    pub(super) fn join(
        &mut self,
        path: &'static Path,
        at: usize,
        inner: bool,
    ) -> Result<Named, Unknown> {
        let scope = self.scope_at(at);
        if let Some(joined) = scope.joined.iter().find(|joined| joined.path == path) {
            return Ok((path.table, joined.name));
        }
        let Some(hop) = path.hop else {
            let root = scope
                .roots
                .iter()
                .find(|root| same_table(root.table, path.table));
            return root.map(|root| (root.table, root.name)).ok_or(Unknown);
        };
        self.join(hop.parent, at, inner)?;
        let scope = self.scope_at(at);
        let parent = scope.joined.iter().find(|joined| joined.path == hop.parent);
        let optional = hop.relation.nullable || hop.relation.to_many;
        let left = !inner && (optional || parent.is_some_and(|parent| parent.left));
        let joined = Joined {
            left,
            ..self.claim_path(path, at)
        };
        self.scope_at(at).joined.push(joined);
        Ok((path.table, joined.name))
    }

    /// Writes the joins that are known at the end of FROM.
    #[inline]
    pub(super) fn write_joins(&mut self) {
        while let Some(&joined) = self.scope.joined.get(self.scope.written) {
            self.scope.written += 1;
            self.join_text(&joined);
        }
    }

    /// Puts the text of the joins at the end of FROM.
    #[inline]
    pub(super) fn insert_joins(&mut self) {
        if self.scope.joined.len() == self.scope.written {
            return;
        }
        // From back to front, so that the positions hold.
        if self.scope.joins_end > self.scope.from_end {
            self.insert_joins_at(self.scope.joins_end, |first, root| !same_table(first, root));
        }
        let all = self.scope.joins_end <= self.scope.from_end;
        self.insert_joins_at(self.scope.from_end, |first, root| {
            all || same_table(first, root)
        });
    }

    fn insert_joins_at(&mut self, position: usize, belongs: impl Fn(&Table, &Table) -> bool) {
        let end = self.sql.len();
        for i in self.scope.written..self.scope.joined.len() {
            let joined = self.scope.joined[i];
            let first = self.scope.roots.first().map(|root| root.table);
            if first.is_none_or(|first| belongs(first, joined.path.root_table())) {
                self.join_text(&joined);
            }
        }
        if end > position && self.sql.len() > end {
            let text = self.sql.split_off(end);
            self.sql.insert_str(position, &text);
        }
    }

    fn join_text(&mut self, joined: &Joined) {
        let Some(hop) = joined.path.hop else { return };
        let at = self.query_depth();
        let keyword = if joined.left {
            " LEFT JOIN "
        } else {
            " INNER JOIN "
        };
        // The parent was joined before its child, so this only looks it up.
        let Ok(parent) = self.join(hop.parent, at, false) else {
            return;
        };
        let this = (joined.path.table, joined.name);
        self.push(keyword);
        if let Link::Through { table, near, .. } = &hop.relation.link {
            let through = (*table, joined.through);
            self.table(through);
            self.push(" ON ");
            self.ties(parent, through, near);
            self.push(keyword);
        }
        self.table(this);
        self.push(" ON ");
        self.link(parent, this, joined);
    }

    /// The condition that ties a joined table to what stands before it.
    pub(super) fn link(&mut self, parent: Named, this: Named, joined: &Joined) {
        let Some(hop) = joined.path.hop else { return };
        match &hop.relation.link {
            Link::Direct(pairs) => self.ties(parent, this, pairs),
            Link::Through { table, far, .. } => self.ties((table, joined.through), this, far),
        }
    }

    /// `to.a = from.a AND to.b = from.b`
    pub(super) fn ties(&mut self, from: Named, to: Named, pairs: &[Pair]) {
        for (i, (local, remote)) in pairs.iter().enumerate() {
            if i > 0 {
                self.push(" AND ");
            }
            self.named_column(to, remote);
            self.push(" = ");
            self.named_column(from, local);
        }
    }

    fn unknown_model(&mut self, path: &Path, column: Option<&Column>, at: usize) -> Error {
        let model = path.root_table().model;
        let what = match column {
            Some(column) => format!("the column `{}` of the model `{model}`", column.field),
            None => format!("a path from the model `{model}`"),
        };
        let queried = match self.scope_at(at).roots.first() {
            Some(root) => format!("queries the model `{}`", root.table.model),
            None => "queries no model".into(),
        };
        self.malformed(format!(
            "{what} is used in a statement that {queried}; join the model, or reach the column \
             through a relation"
        ))
    }

    /// A table that the user named must not hide the one of an outer query that is meant here.
    fn check_not_hidden(&mut self, name: &str, at: usize) -> Result<(), Error> {
        for inner in at + 1..=self.query_depth() {
            if self
                .scope_at(inner)
                .chosen
                .iter()
                .any(|chosen| chosen.eq_ignore_ascii_case(name))
            {
                return Err(self.malformed(format!(
                    "the table `{name}` of a subquery hides the one of the query around it; \
                     give it an alias"
                )));
            }
        }
        Ok(())
    }
}

/// The path starts at no model of the query.
pub(super) struct Unknown;

/// Whether two tables are one. Statics are compared by address first.
pub(super) fn same_table(a: &Table, b: &Table) -> bool {
    std::ptr::eq(a, b) || a.name == b.name
}
