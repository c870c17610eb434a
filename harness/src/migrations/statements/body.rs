//! Bodies of triggers and routines: their semicolons do not end the statement.

use testudo_sql::Dialect;

/// What the tokens of a statement so far say about its body.
#[derive(Debug)]
pub(super) struct Body {
    dialect: Dialect,
    words: usize,
    kind: Kind,
    /// Blocks that are open.
    depth: usize,
    /// The last token was END, and the next one says what it ends.
    at_end: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It may still turn out to create something with a body.
    Unknown,
    Plain,
    /// SQLite's trigger, which ends with `; END`: the rule of its own `sqlite3_complete`, since a column may be
    /// called `end` there.
    Trigger {
        after_semicolon: bool,
        ended: bool,
    },
    /// Blocks from BEGIN to END.
    Blocks,
    /// A rule of Postgres, with several statements in parentheses.
    Rule,
}

impl Body {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            words: 0,
            kind: Kind::Unknown,
            depth: 0,
            at_end: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        match self.kind {
            Kind::Unknown | Kind::Plain => false,
            Kind::Trigger { ended, .. } => !ended,
            Kind::Blocks | Kind::Rule => self.depth > usize::from(self.at_end),
        }
    }

    pub(super) fn see(&mut self, token: &str) {
        let word = token.to_ascii_lowercase();
        match &mut self.kind {
            Kind::Plain => {}
            Kind::Unknown => {
                self.kind = self.kind_after(&word);
                self.words += 1;
                // The block that has no CREATE before it is open already.
                self.depth = usize::from(self.kind == Kind::Blocks && word == "not");
            }
            Kind::Trigger {
                after_semicolon,
                ended,
            } => {
                *ended = *after_semicolon && word == "end";
                *after_semicolon = token == ";";
            }
            Kind::Rule => match token {
                "(" => self.depth += 1,
                ")" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
            Kind::Blocks => self.block(&word),
        }
    }

    fn kind_after(&self, word: &str) -> Kind {
        let first = self.words == 0;
        match (self.dialect, word) {
            // A block of its own: `BEGIN NOT ATOMIC`.
            (Dialect::MariaDb | Dialect::MySql, "begin") if first => Kind::Unknown,
            (Dialect::MariaDb | Dialect::MySql, "not") if self.words == 1 => Kind::Blocks,
            (_, "create") if first => Kind::Unknown,
            _ if first => Kind::Plain,
            (Dialect::Sqlite, "trigger") => Kind::Trigger {
                after_semicolon: false,
                ended: false,
            },
            (Dialect::Sqlite, "temp" | "temporary") if self.words == 1 => Kind::Unknown,
            (Dialect::Sqlite, _) => Kind::Plain,
            (Dialect::Postgres, "function" | "procedure") => Kind::Blocks,
            (Dialect::Postgres, "rule") => Kind::Rule,
            (Dialect::MySql | Dialect::MariaDb, "function" | "procedure" | "trigger" | "event") => {
                Kind::Blocks
            }
            (_, "table" | "view" | "index" | "type") => Kind::Plain,
            // `OR REPLACE`, `DEFINER = name@host`.
            _ => Kind::Unknown,
        }
    }

    fn block(&mut self, word: &str) {
        if std::mem::take(&mut self.at_end) {
            match word {
                "if" | "loop" | "while" | "repeat" | "for" => return,
                "case" => {
                    self.depth = self.depth.saturating_sub(1);
                    return;
                }
                _ => self.depth = self.depth.saturating_sub(1),
            }
        }
        let opens = match self.dialect {
            Dialect::Postgres => word == "atomic",
            Dialect::MySql | Dialect::MariaDb => word == "begin",
            Dialect::Sqlite => false,
        };
        if opens || (word == "case" && self.depth > 0) {
            self.depth += 1;
        }
        self.at_end = word == "end" && self.depth > 0;
    }
}
