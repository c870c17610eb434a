//! The clauses that most queries do without.

use crate::{Compound, Cte, Distinct, Expr, Join, Lock, Select, SelectItem};

/// Clauses that most queries do without. They lie behind one pointer, so that a [`Select`] is small
/// and a query without them pays for none: what is added to the language of queries is added here.
#[derive(Debug, Clone, Default)]
pub struct Clauses {
    /// WITH.
    pub with: Vec<Cte>,
    /// UNION and its kin: queries put together with this one, from left to right. Order and limit of
    /// this query are then those of the whole, and its order names columns of the result.
    pub compound: Vec<Compound>,
    /// Whether equal rows are returned once.
    pub distinct: Distinct,
    /// What is returned behind the columns of a model.
    pub annotations: Vec<SelectItem>,
    /// Joins written out by the user, after those that the paths of columns ask for.
    pub joins: Vec<Join>,
    /// GROUP BY.
    pub group_by: Vec<Expr>,
    /// HAVING.
    pub having: Option<Expr>,
    /// FOR UPDATE and its kin.
    pub lock: Option<Lock>,
}

/// What a query without any of them has.
static NONE: Clauses = Clauses {
    with: Vec::new(),
    compound: Vec::new(),
    distinct: Distinct::All,
    annotations: Vec::new(),
    joins: Vec::new(),
    group_by: Vec::new(),
    having: None,
    lock: None,
};

impl Select {
    /// The clauses that most queries do without, to look at.
    #[must_use]
    pub fn clauses(&self) -> &Clauses {
        self.clauses.as_deref().unwrap_or(&NONE)
    }

    /// The clauses that most queries do without, to set.
    pub fn clauses_mut(&mut self) -> &mut Clauses {
        self.clauses.get_or_insert_default()
    }
}
