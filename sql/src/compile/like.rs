//! Text patterns.

use crate::compile::expr::Binding;
use crate::compile::writer::Writer;
use crate::like::ESCAPE;
use crate::{Dialect, Error, Expr, Like, LikeKind, Value};

/// How a pattern is looked for.
enum Search {
    /// `a = ?`
    Equal,
    /// `a LIKE ? ESCAPE '!'`, or another word.
    Pattern(&'static str),
    /// `LOWER(a) LIKE LOWER(?)`
    LowerPattern,
    /// `instr(a, ?) > 0`: SQLite's LIKE does not tell `a` from `A`.
    Position(&'static str),
    /// `substr(a, -length(?)) = ?`
    Suffix,
    /// Every text ends with nothing.
    NotNull,
}

fn search(dialect: Dialect, like: &Like) -> Search {
    let empty = matches!(&like.text, Value::Text(text) if text.is_empty());
    match (like.case_insensitive, like.kind, dialect) {
        (false, LikeKind::Exact, _) => Search::Equal,
        (false, _, Dialect::Postgres | Dialect::MySql | Dialect::MariaDb) => {
            Search::Pattern(" LIKE ")
        }
        (false, LikeKind::Contains, Dialect::Sqlite) => Search::Position(") > 0"),
        (false, LikeKind::StartsWith, Dialect::Sqlite) => Search::Position(") = 1"),
        (false, LikeKind::EndsWith, Dialect::Sqlite) if empty => Search::NotNull,
        (false, LikeKind::EndsWith, Dialect::Sqlite) => Search::Suffix,
        (true, _, Dialect::Sqlite) => Search::Pattern(" LIKE "),
        (true, _, Dialect::Postgres) => Search::Pattern(" ILIKE "),
        (true, _, Dialect::MySql | Dialect::MariaDb) => Search::LowerPattern,
    }
}

impl<'q> Writer<'q> {
    pub(super) fn like(
        &mut self,
        like: &'q Like,
        negated: bool,
        place: Binding,
    ) -> Result<(), Error> {
        let search = search(self.dialect, like);
        let nullable = negated && self.nullable(&like.expr);
        let not = negated && !nullable;
        self.open(Binding::Comparison, place);
        if nullable {
            self.sql.push('(');
        }
        if not && !matches!(search, Search::NotNull) {
            self.push("NOT (");
        }
        match search {
            Search::Equal => {
                self.expr(&like.expr, Binding::Sum)?;
                self.push(" = ");
                self.bind(&like.text);
            }
            Search::Pattern(word) => {
                if self.dialect == Dialect::Postgres && like.case_insensitive {
                    self.with_letters(&like.expr)?;
                } else {
                    self.expr(&like.expr, Binding::Sum)?;
                }
                self.push(word);
                self.bind(&like.pattern);
                self.collate_and_escape();
            }
            Search::LowerPattern => {
                self.push("LOWER(");
                self.loose(&like.expr)?;
                self.push(") LIKE LOWER(");
                self.bind(&like.pattern);
                self.push(")");
                self.collate_and_escape();
            }
            Search::Position(end) => {
                self.push("instr(");
                self.loose(&like.expr)?;
                self.push(", ");
                self.bind(&like.text);
                self.push(end);
            }
            Search::Suffix => {
                self.push("substr(");
                self.loose(&like.expr)?;
                self.push(", -length(");
                self.bind(&like.text);
                self.push(")) = ");
                self.bind(&like.text);
            }
            Search::NotNull => {
                self.expr(&like.expr, Binding::Sum)?;
                self.push(if not { " IS NULL" } else { " IS NOT NULL" });
            }
        }
        if not && !matches!(search, Search::NotNull) {
            self.push(")");
        }
        if nullable {
            self.push(") IS NOT TRUE");
        }
        self.close(Binding::Comparison, place);
        Ok(())
    }

    /// A text in a collation that knows the case of all letters: that of our columns on Postgres knows
    /// ASCII alone.
    pub(super) fn with_letters(&mut self, text: &'q Expr) -> Result<(), Error> {
        self.expr(text, Binding::Atom)?;
        self.push(" COLLATE \"default\"");
        Ok(())
    }

    /// The pattern's collation decides on MySQL whether case counts, whatever the column's is.
    fn collate_and_escape(&mut self) {
        if let Some(collation) = self.dialect.binary_collation() {
            self.push(" COLLATE ");
            self.push(collation);
        }
        self.push(" ESCAPE '");
        self.sql.push(ESCAPE);
        self.push("'");
    }
}
