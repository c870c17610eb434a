//! What an error of the code under test means, where the isolation of the test is its cause.

use crate::isolation::{self, Isolation};
use crate::plan::Plan;

/// The sentence to add to a report, if the isolation explains what the body of the test said. Each says
/// that another isolation is the way out.
pub(super) fn explain(plan: &Plan, said: &str) -> Option<&'static str> {
    if plan.isolation != Isolation::Rollback {
        return None;
    }
    // The texts of `sqlx::Error::PoolTimedOut`, as `{}` and as `{:?}`.
    if said.contains("pool timed out") || said.contains("PoolTimedOut") {
        return Some(
            "the pool timed out: with isolation = \"rollback\" it has one connection, and the code \
             under test asked for a second one while it held the first; pass the open transaction on, \
             or use isolation = \"clone\"",
        );
    }
    // A setting of `TransactionOptions`.
    if said.contains("the owner of the connection has begun a transaction already") {
        return Some(
            "with isolation = \"rollback\" the transactions of the code under test are savepoints, which have \
             no settings of their own; use isolation = \"clone\"",
        );
    }
    isolation::explain(plan.backend, said)
}
