//! What it costs to build a statement and to compile it for a server, binds included.
//!
//! `compile/<statement>/testudo` is beside `sea-query` and `diesel`, and `floor`: to allocate and copy
//! the finished text. All four write for Postgres; `testudo-sqlite` and `testudo-mysql` are the
//! same statement in the other dialects. Read the ratios of one run, not its times.

#[path = "compile/diesel.rs"]
mod diesel_peer;
#[path = "compile/sea_query.rs"]
mod sea_query_peer;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main,
};
use testudo::sql::Dialect;
use testudo_benches::statements;

const DIALECTS: [(&str, Dialect); 3] = [
    ("testudo", Dialect::Postgres),
    ("testudo-sqlite", Dialect::Sqlite),
    ("testudo-mysql", Dialect::MySql),
];

type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// What everybody has to do: hand over a text of one's own.
fn floor(group: &mut Group<'_>, statement: &str, sql: &str) {
    group.bench_function(BenchmarkId::new(statement, "floor"), |b| {
        b.iter(|| black_box(sql).to_owned());
    });
}

fn peer<T>(group: &mut Group<'_>, statement: &str, who: &str, run: impl Fn() -> T) {
    group.bench_function(BenchmarkId::new(statement, who), |b| b.iter(&run));
}

/// Testudo, in all dialects, and the floor under it. What is built of may be made beforehand.
macro_rules! testudo {
    ($group:expr, $statement:literal, $input:expr, $build:expr) => {
        let build = $build;
        for (who, dialect) in DIALECTS {
            $group.bench_function(BenchmarkId::new($statement, who), |b| {
                b.iter_batched(
                    || $input,
                    |input| {
                        let statement = build(input, dialect);
                        let compiled = statement.compile(black_box(dialect)).unwrap();
                        black_box((compiled.sql.len(), compiled.binds.len()))
                    },
                    BatchSize::SmallInput,
                );
            });
        }
        let finished = build($input, Dialect::Postgres);
        let finished = finished.compile(Dialect::Postgres).unwrap().sql;
        floor(&mut $group, $statement, &finished);
    };
    ($group:expr, $statement:literal, $build:expr) => {
        let build = $build;
        for (who, dialect) in DIALECTS {
            $group.bench_function(BenchmarkId::new($statement, who), |b| {
                b.iter(|| {
                    let statement = build(dialect);
                    let compiled = statement.compile(black_box(dialect)).unwrap();
                    black_box((compiled.sql.len(), compiled.binds.len()))
                });
            });
        }
        let finished = build(Dialect::Postgres);
        let finished = finished.compile(Dialect::Postgres).unwrap().sql;
        floor(&mut $group, $statement, &finished);
    };
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");

    testudo!(group, "point", |_| statements::point());
    peer(&mut group, "point", "sea-query", sea_query_peer::point);
    peer(&mut group, "point", "diesel", diesel_peer::point);

    testudo!(group, "join", |_| statements::join());
    peer(&mut group, "join", "sea-query", sea_query_peer::join);
    peer(&mut group, "join", "diesel", diesel_peer::join);

    testudo!(group, "complex", |_| statements::complex());
    peer(&mut group, "complex", "sea-query", sea_query_peer::complex);
    peer(&mut group, "complex", "diesel", diesel_peer::complex);

    testudo!(group, "update", |dialect| statements::update(dialect)
        .unwrap());
    peer(&mut group, "update", "sea-query", sea_query_peer::update);
    peer(&mut group, "update", "diesel", diesel_peer::update);

    let lines = statements::lines();
    testudo!(group, "insert100x4", lines.clone(), |lines, dialect| {
        statements::insert(lines, dialect).unwrap()
    });
    peer(&mut group, "insert100x4", "sea-query", || {
        sea_query_peer::insert(&lines)
    });
    peer(&mut group, "insert100x4", "diesel", || {
        diesel_peer::insert(&lines)
    });
    group.finish();
}

criterion_group!(benches, compile);
criterion_main!(benches);
