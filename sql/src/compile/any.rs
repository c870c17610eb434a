//! Subqueries for the rows at the end of a to-many path: a condition on one of them, EXISTS, or an
//! aggregate of all.

use smallvec::smallvec;

use crate::compile::expr::Binding;
use crate::compile::scope::{Joined, Scope};
use crate::compile::writer::Writer;
use crate::schema::{Hop, Link, Path};
use crate::{Any, Dialect, Error, Expr};

/// Where a path leaves the rows of the query around it.
struct Exit {
    /// The path whose table stands in FROM: the first relation to many, or the last relation.
    entry: &'static Path,
    hop: Hop,
}

impl<'q> Writer<'q> {
    pub(super) fn any(&mut self, any: &'q Any) -> Result<(), Error> {
        let filter = match &any.filter {
            Expr::And(all) if all.is_empty() => None,
            filter => Some(filter),
        };
        self.exists();
        let one = |writer: &mut Self| {
            writer.sql.push('1');
            Ok(())
        };
        self.related_rows(any.path, one, filter)
    }

    /// EXISTS. SQLite makes a join of it since 3.51, and counts a row for OFFSET as often as the
    /// subquery has rows for it; the plus keeps it from that.
    pub(super) fn exists(&mut self) {
        let counted = self.dialect == Dialect::Sqlite && self.scope.skips;
        self.push(if counted { "+EXISTS " } else { "EXISTS " });
    }

    /// A subquery for the rows at the end of a path, seen from a row of the query around it.
    pub(super) fn related_rows(
        &mut self,
        path: &'static Path,
        what: impl FnOnce(&mut Self) -> Result<(), Error>,
        filter: Option<&'q Expr>,
    ) -> Result<(), Error> {
        // The subquery around this one that the path goes on from, or the query itself.
        let mut at = self.query_depth();
        while at > 0
            && let Some(prefix) = self.scope_at(at).prefix
            && !(path.starts_with(prefix) && path != prefix)
        {
            at -= 1;
        }
        let anchor = self.scope_at(at).prefix;
        let Some(Exit { entry, hop }) = exit(path, anchor) else {
            return Err(self.malformed(
                "the path of a condition on related rows leads nowhere; it needs a relation",
            ));
        };
        let parent = self.resolve(hop.parent, at, None)?;
        let depth = self.query_depth() + 1;
        let joined = self.claim_path(entry, depth);
        let Joined { name, through, .. } = joined;
        self.enter(Scope {
            prefix: Some(entry),
            sought: Some(path),
            joined: smallvec![joined],
            written: 1,
            ..Scope::default()
        });
        // A row must be there at the end of the path, whatever the filter says about its columns.
        self.join(path, depth, true)
            .map_err(|_| self.malformed("a path is broken"))?;
        self.push("(SELECT ");
        what(self)?;
        self.push(" FROM ");
        let this = (entry.table, name);
        match &hop.relation.link {
            Link::Direct(_) => {
                self.table(this);
                self.scope.from_end = self.sql.len();
                self.push(" WHERE ");
                self.link(parent, this, &joined);
            }
            Link::Through { table, near, .. } => {
                self.table((table, through));
                self.push(" INNER JOIN ");
                self.table(this);
                self.push(" ON ");
                self.link(parent, this, &joined);
                self.scope.from_end = self.sql.len();
                self.push(" WHERE ");
                self.ties(parent, (table, through), near);
            }
        }
        if let Some(filter) = filter {
            self.push(" AND ");
            self.expr(filter, Binding::And)?;
        }
        self.leave();
        self.sql.push(')');
        Ok(())
    }
}

fn exit(path: &'static Path, anchor: Option<&'static Path>) -> Option<Exit> {
    let last = Exit {
        entry: path,
        hop: path.hop?,
    };
    let (mut first_many, mut step) = (None, path);
    while anchor != Some(step)
        && let Some(hop) = step.hop
    {
        if hop.relation.to_many {
            first_many = Some(Exit { entry: step, hop });
        }
        step = hop.parent;
    }
    first_many.or(Some(last))
}
