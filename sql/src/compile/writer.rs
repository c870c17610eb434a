//! The buffer that a statement is written to, and what is known while it is written.

use crate::compile::insert::NewRow;
use crate::compile::number::{push_number, push_placeholder};
use crate::compile::scope::Scope;
use crate::compile::{Binds, Compiled};
use crate::dialect::Placeholder;
use crate::schema::Quoted;
use crate::{Dialect, Error, Expr, Ident, QuoteStyle, Value};

/// How deeply expressions and subqueries may be nested: SQLite's own limit, and safe on a thread's
/// stack.
pub(super) const MAX_DEPTH: usize = 1_000;

pub(super) struct Writer<'q> {
    pub(super) sql: String,
    pub(super) binds: Binds<'q>,
    pub(super) dialect: Dialect,
    pub(super) style: QuoteStyle,
    placeholder: Placeholder,
    /// The statement, as errors name it.
    pub(super) statement: &'static str,
    /// The query that is being written.
    pub(super) scope: Scope<'q>,
    /// The queries around it, outermost first.
    pub(super) outer: Vec<Scope<'q>>,
    /// How many aliases the compiler has made.
    pub(super) aliases: u32,
    /// The table that an UPDATE or DELETE changes, and whether a subquery reads it.
    pub(super) changed: Option<&'q str>,
    pub(super) reads_changed: bool,
    /// The names of WITH, and a table that one of them hides.
    pub(super) ctes: Vec<&'q str>,
    pub(super) hidden: Option<&'static str>,
    depth: usize,
    /// Whether a name contained NUL.
    nul: bool,
    /// What an upsert calls the row that was to be inserted.
    pub(super) new_row: Option<NewRow>,
    /// The column written last: a bind that comes next is a value of it or beside it.
    pub(super) beside: Option<(&'static str, &'static str)>,
    /// The first bind that the server would not take.
    misfit: Option<Error>,
}

impl<'q> Writer<'q> {
    #[inline]
    pub(super) fn new(
        dialect: Dialect,
        statement: &'static str,
        capacity: usize,
        binds: usize,
    ) -> Self {
        Writer {
            sql: String::with_capacity(capacity),
            binds: Binds::with_capacity(binds),
            dialect,
            style: dialect.quote_style(),
            placeholder: dialect.placeholder(),
            statement,
            scope: Scope::default(),
            outer: Vec::new(),
            aliases: 0,
            changed: None,
            reads_changed: false,
            ctes: Vec::new(),
            hidden: None,
            depth: 0,
            nul: false,
            new_row: None,
            beside: None,
            misfit: None,
        }
    }

    #[inline]
    pub(super) fn finish(&mut self) -> Result<Compiled<'q>, Error> {
        let max = self.dialect.max_binds();
        if self.binds.len() > max {
            return Err(self.too_many_binds(self.binds.len()));
        }
        if let Some(misfit) = self.misfit.take() {
            return Err(misfit);
        }
        if let Some(table) = self.hidden {
            return Err(self.malformed(format!(
                "a query of WITH has the name of the table `{table}`, which it would be read in place \
                 of; give it another"
            )));
        }
        if self.nul {
            return Err(self.malformed(
                "a name contains NUL, where the text of a statement ends for the server",
            ));
        }
        // Moving out of the writer would copy all of it.
        Ok(Compiled {
            sql: std::mem::take(&mut self.sql),
            binds: std::mem::take(&mut self.binds),
        })
    }

    /// Roughly how many conditions there are, for the capacity.
    pub(super) fn terms(expr: &Expr) -> usize {
        match expr {
            Expr::And(all) | Expr::Or(all) => all.len(),
            _ => 1,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    #[inline]
    pub(super) fn quoted(&mut self, text: &Quoted) {
        self.sql.push_str(text.in_style(self.style));
    }

    pub(super) fn ident(&mut self, name: &Ident) {
        self.nul |= name.as_str().contains('\0');
        name.write_to(&mut self.sql, self.style);
    }

    /// Identifiers separated by commas.
    pub(super) fn idents(&mut self, names: &[Ident]) {
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.ident(name);
        }
    }

    #[inline]
    pub(super) fn bind(&mut self, value: &'q Value) {
        self.check(value);
        self.binds.push(value);
        match self.placeholder {
            Placeholder::QuestionMark => self.sql.push('?'),
            Placeholder::Numbered => push_placeholder(&mut self.sql, self.binds.len()),
        }
    }

    /// Notes a value that the server would not take.
    #[inline]
    pub(super) fn check(&mut self, value: &Value) {
        if let Some(problem) = value.misfit(self.dialect) {
            let misfit = Error::misfit(self.statement, self.beside, problem);
            self.misfit.get_or_insert(misfit);
        }
    }

    /// A number that is part of the statement, not of the data.
    pub(super) fn number(&mut self, n: usize) {
        push_number(&mut self.sql, n);
    }

    pub(super) fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::malformed(self.statement, problem)
    }

    pub(super) fn unsupported(&self, construct: &'static str, instead: &'static str) -> Error {
        Error::unsupported(self.dialect, construct, instead)
    }

    pub(super) fn too_many_binds(&self, binds: usize) -> Error {
        let (dialect, max) = (self.dialect, self.dialect.max_binds());
        self.malformed(format!(
            "it has {binds} bind parameters and {dialect} takes {max}; split it into several"
        ))
    }

    /// One level deeper.
    pub(super) fn descend(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.malformed(format!(
                "an expression is nested more than {MAX_DEPTH} levels deep; \
                 collect the operands of AND and OR in one list"
            )));
        }
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }
}
