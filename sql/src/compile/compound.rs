//! UNION, INTERSECT and EXCEPT.

use crate::compile::scope::Scope;
use crate::compile::writer::Writer;
use crate::select::Clauses;
use crate::{Compound, Dialect, Error, Limit, Select, SetOperator};

impl SetOperator {
    const fn keyword(self) -> &'static str {
        match self {
            SetOperator::Union => " UNION ",
            SetOperator::UnionAll => " UNION ALL ",
            SetOperator::Intersect => " INTERSECT ",
            SetOperator::Except => " EXCEPT ",
        }
    }
}

impl<'q> Writer<'q> {
    /// A query put together of several, from left to right.
    pub(super) fn compound(
        &mut self,
        select: &'q Select,
        clauses: &'q Clauses,
    ) -> Result<(), Error> {
        let start = self.sql.len();
        self.enter(Scope::default());
        self.core(select)?;
        self.leave();
        let mut loose = false;
        for Compound { operator, select } in &clauses.compound {
            let binds_tighter = *operator == SetOperator::Intersect;
            // SQLite knows no such rank, and goes from left to right by itself.
            if binds_tighter && loose && self.dialect != Dialect::Sqlite {
                self.sql.insert(start, '(');
                self.push(")");
                loose = false;
            }
            loose |= !binds_tighter;
            self.push(operator.keyword());
            self.arm(select)?;
        }
        if clauses.lock.is_some() {
            return Err(self.malformed(
                "it locks the rows of a UNION or its kin, which are those of no table; lock in the \
                 queries that it is put together of",
            ));
        }
        self.order_by(" ORDER BY ", &select.order_by)?;
        self.limit(select.limit);
        Ok(())
    }

    /// A query behind an operator. What has clauses of its own at its end needs to be enclosed.
    fn arm(&mut self, select: &'q Select) -> Result<(), Error> {
        let clauses = select.clauses();
        let enclosed = select.limit != Limit::default()
            || !select.order_by.is_empty()
            || !clauses.with.is_empty()
            || !clauses.compound.is_empty();
        self.descend()?;
        match (enclosed, self.dialect) {
            (false, _) => self.subselect(select)?,
            (true, Dialect::Sqlite) => {
                self.push("SELECT * FROM ");
                self.subquery(select)?;
            }
            (true, Dialect::Postgres | Dialect::MySql | Dialect::MariaDb) => {
                self.subquery(select)?;
            }
        }
        self.ascend();
        Ok(())
    }
}
