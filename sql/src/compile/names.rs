//! Which names the tables of a statement go by, so that no two can be confused.

use smallvec::SmallVec;

use crate::compile::number::push_number;

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

/// The names in use, each with the depth of the query that uses it.
///
/// A table whose name is free keeps it; otherwise it gets an alias that nobody uses anywhere in the
/// statement, so that no inner query hides a table of an outer one.
#[derive(Debug, Default)]
pub(super) struct Names<'q> {
    used: SmallVec<[(&'q str, usize); 4]>,
    aliases: u32,
}

/// A state of [`Names`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    used: usize,
    aliases: u32,
}

impl<'q> Names<'q> {
    /// Takes a table's own name if it is free, an alias if not.
    pub(super) fn claim(&mut self, name: &'q str, depth: usize) -> TableName {
        if self.is_used(name) {
            return TableName::Alias(self.alias());
        }
        self.used.push((name, depth));
        TableName::Own
    }

    /// Takes a name that the user chose and that cannot be changed. False if the compiler has given
    /// it to another table already.
    #[must_use]
    pub(super) fn claim_chosen(&mut self, name: &'q str, depth: usize) -> bool {
        self.used.push((name, depth));
        !self.is_made(name)
    }

    /// A new alias.
    pub(super) fn alias(&mut self) -> u32 {
        loop {
            self.aliases += 1;
            let number = self.aliases;
            if !self
                .used
                .iter()
                .any(|(used, _)| alias_number(used) == Some(number))
            {
                return number;
            }
        }
    }

    /// The state to come back to.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            used: self.used.len(),
            aliases: self.aliases,
        }
    }

    /// Forgets what was taken since the mark.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.used.truncate(mark.used);
        self.aliases = mark.aliases;
    }

    /// Frees the names of a query that is finished. Its aliases stay taken.
    pub(super) fn close(&mut self, depth: usize) {
        self.used.retain(|(_, at)| *at < depth);
    }

    fn is_used(&self, name: &str) -> bool {
        // Names differ by more than case on SQLite, and on some file systems on MySQL.
        self.used
            .iter()
            .any(|(used, _)| used.eq_ignore_ascii_case(name))
            || self.is_made(name)
    }

    fn is_made(&self, name: &str) -> bool {
        self.aliases > 0 && alias_number(name).is_some_and(|n| n <= self.aliases)
    }
}

/// The number of an alias such as `t1`, whatever its case.
fn alias_number(name: &str) -> Option<u32> {
    name.strip_prefix(['t', 'T'])
        .filter(|digits| !digits.starts_with('+'))?
        .parse()
        .ok()
}
