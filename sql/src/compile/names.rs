//! Which names the tables of a statement go by, so that no two can be confused.
//!
//! A table whose name is free keeps it; otherwise it gets an alias that nobody uses in the queries
//! open at that point, so that no inner query hides a table of an outer one.

use crate::compile::number::push_number;
use crate::compile::scope::{Joined, Scope};
use crate::compile::writer::Writer;
use crate::schema::{Link, Path, Table};

/// What a table is called: by its own name, or by an alias that the compiler made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableName {
    Own,
    Alias(u32),
}

impl TableName {
    /// Appends the alias, unquoted: `t1`.
    pub(super) fn push_alias(number: u32, out: &mut String) {
        out.push('t');
        push_number(out, number as usize);
    }
}

impl Joined {
    /// The table in between, for a many-to-many relation.
    fn through_table(&self) -> Option<&'static Table> {
        match self.path.hop?.relation.link {
            Link::Direct(_) => None,
            Link::Through { table, .. } => Some(table),
        }
    }
}

impl Scope<'_> {
    /// The names in use that the compiler did not make.
    fn names(&self) -> impl Iterator<Item = &str> {
        let own = |name, table: &'static Table| (name == TableName::Own).then_some(table.name);
        let roots = self
            .roots
            .iter()
            .filter_map(move |root| own(root.name, root.table));
        let joined = self.joined.iter().flat_map(move |joined| {
            let through = joined
                .through_table()
                .and_then(|table| own(joined.through, table));
            [own(joined.name, joined.path.table), through]
                .into_iter()
                .flatten()
        });
        roots.chain(joined).chain(self.chosen.iter().copied())
    }
}

impl Writer<'_> {
    /// Takes a table's own name if it is free, an alias if not.
    #[inline]
    pub(super) fn claim(&mut self, table: &'static Table, at: usize) -> TableName {
        self.note_read(table.name, at);
        if !self.ctes.is_empty() {
            self.note_hidden(table.name);
        }
        // The table of most statements is the only one.
        if self.outer.is_empty() && self.scope.roots.is_empty() {
            return TableName::Own;
        }
        self.claim_among_others(table)
    }

    pub(super) fn claim_among_others(&mut self, table: &'static Table) -> TableName {
        // Names differ by more than case on SQLite, and on some file systems on MySQL.
        let used = self.any_name(|used| used.eq_ignore_ascii_case(table.name));
        if used || self.is_made(table.name) {
            return TableName::Alias(self.new_alias());
        }
        TableName::Own
    }

    /// Takes the names for a path's table and for the one in between.
    pub(super) fn claim_path(&mut self, path: &'static Path, at: usize) -> Joined {
        let mut joined = Joined {
            path,
            name: TableName::Own,
            through: TableName::Own,
            left: false,
        };
        joined.name = self.claim(path.table, at);
        if let Some(through) = joined.through_table() {
            joined.through = match joined.name {
                TableName::Own if through.name.eq_ignore_ascii_case(path.table.name) => {
                    TableName::Alias(self.new_alias())
                }
                TableName::Own | TableName::Alias(_) => self.claim(through, at),
            };
        }
        joined
    }

    /// Whether the compiler has given this name to another table already.
    pub(super) fn is_made(&self, name: &str) -> bool {
        self.aliases > 0 && alias_number(name).is_some_and(|n| n <= self.aliases)
    }

    /// A new alias.
    pub(super) fn new_alias(&mut self) -> u32 {
        loop {
            self.aliases += 1;
            let number = self.aliases;
            if !self.any_name(|used| alias_number(used) == Some(number)) {
                return number;
            }
        }
    }

    fn any_name(&self, is: impl Fn(&str) -> bool) -> bool {
        self.scope.names().any(&is) || self.outer.iter().any(|scope| scope.names().any(&is))
    }
}

/// The number of an alias such as `t1`, whatever its case.
fn alias_number(name: &str) -> Option<u32> {
    name.strip_prefix(['t', 'T'])
        .filter(|digits| !digits.starts_with('+'))?
        .parse()
        .ok()
}
