//! How often a statement is allocated for: counted, not timed, and asserted.
//!
//! A compiled statement is a text and a list of binds: two allocations. Whatever comes on top (the
//! text of joins) stays within four.
#![expect(clippy::print_stdout, reason = "the figures are this program's output")]

use std::hint::black_box;

use testudo::sql::{Compiled, Dialect};
use testudo_benches::statements;

/// How many allocations `work` makes.
fn allocations<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(black_box(work())));
    (result.expect("the work was done"), info.count_total)
}

fn report(statement: &str, dialect: Dialect, built: u64, compiled: u64, most: u64) {
    println!(
        "allocations/{statement}/{dialect}: {compiled} to compile, at most {most}; {built} to build"
    );
    assert!(
        compiled <= most,
        "{statement} takes {compiled} allocations to compile for {dialect}, and at most {most} are \
         allowed"
    );
}

macro_rules! count {
    ($statement:literal, at most $most:literal, $build:expr) => {
        for dialect in Dialect::ALL {
            let build = $build;
            let (statement, built) = allocations(|| build(dialect));
            let (_, compiled) =
                allocations(|| -> Compiled<'_> { statement.compile(dialect).unwrap() });
            report($statement, dialect, built, compiled, $most);
        }
    };
}

fn main() {
    count!("point", at most 2, |_| statements::point());
    count!("join", at most 4, |_| statements::join());
    count!("complex", at most 4, |_| statements::complex());
    count!("update", at most 4, |dialect| statements::update(dialect).unwrap());
    count!("insert100x4", at most 4, |dialect| statements::insert(statements::lines(), dialect).unwrap());
}
