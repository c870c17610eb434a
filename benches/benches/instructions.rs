//! Instructions of the query compiler, counted by callgrind: what a busy machine cannot hide. The
//! statements are those of `compile.rs`, built and compiled once each.

#![expect(
    missing_docs,
    reason = "the macros write public items without documentation"
)]

use gungraun::{library_benchmark, library_benchmark_group, main};
use testudo::sql::Dialect;
use testudo_benches::statements::{self, Line};

const DIALECT: Dialect = Dialect::Postgres;

#[library_benchmark]
fn point() -> String {
    statements::point().compile(DIALECT).unwrap().sql
}

#[library_benchmark]
fn join() -> String {
    statements::join().compile(DIALECT).unwrap().sql
}

#[library_benchmark]
fn complex() -> String {
    statements::complex().compile(DIALECT).unwrap().sql
}

#[library_benchmark]
fn update() -> String {
    let update = statements::update(DIALECT).unwrap();
    update.compile(DIALECT).unwrap().sql
}

#[library_benchmark]
#[bench::of(statements::lines())]
fn insert100x4(lines: Vec<Line>) -> String {
    let insert = statements::insert(lines, DIALECT).unwrap();
    insert.compile(DIALECT).unwrap().sql
}

library_benchmark_group!(
    name = compile,
    benchmarks = [point, join, complex, update, insert100x4]
);
main!(library_benchmark_groups = compile);
