//! Generated rows and query sets: every backend returns the rows that Rust finds by the same conditions.
//!
//! The cases follow from the seed of the test, which follows from its name: the same ones each time.
//! `TESTUDO_SEED` gives others and `PROPTEST_CASES` more of them. A case on which the two disagree is
//! made as small as it can be and shown.
//!
//! What the documentation says to differ is not generated: upper and lower case beyond ASCII in the lookups
//! that ignore it, and floats, whose text a decimal server rounds.

mod condition;
mod evaluate;
mod lookup;
mod world;

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use testudo::prelude::*;
use testudo_orm::Ordering;

use self::condition::{Condition, OnAuthor, OnBook, Place};
use self::evaluate::{At, Key};
use self::world::{Author, Book, BookTag, Tag, World};

/// How many sets of rows there are, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 8;

/// How many query sets there are for each of them.
const QUERIES: usize = 25;

/// How often a case on which the two disagree is made smaller.
const STEPS: usize = 400;

/// A query set on the model that its conditions are about.
#[derive(Debug, Clone)]
struct Query<L> {
    filters: Vec<Condition<L>>,
    excluded: Option<Condition<L>>,
    order: Vec<(usize, bool, Option<bool>)>,
    limit: Option<u64>,
    offset: u64,
}

#[derive(Debug, Clone)]
enum AnyQuery {
    Books(Query<OnBook>),
    Authors(Query<OnAuthor>),
}

fn query<L: Place + 'static>() -> impl Strategy<Value = Query<L>> {
    (
        prop::collection::vec(condition::conditions::<L>(), 0..3),
        prop::option::weighted(0.2, condition::conditions::<L>()),
        prop::collection::vec((0..L::KEYS, any::<bool>(), any::<Option<bool>>()), 0..3),
        prop::option::weighted(0.3, 0..5_u64),
        prop_oneof![3 => Just(0), 1 => 0..4_u64],
    )
        .prop_map(|(filters, excluded, order, limit, offset)| Query {
            filters,
            excluded,
            order,
            limit,
            offset,
        })
}

fn queries() -> impl Strategy<Value = Vec<AnyQuery>> {
    let one = prop_oneof![
        query().prop_map(AnyQuery::Books),
        query().prop_map(AnyQuery::Authors)
    ];
    prop::collection::vec(one, 1..=QUERIES)
}

impl<L: Place> Query<L> {
    fn query_set(&self) -> QuerySet<L::Model> {
        let mut set = L::Model::all();
        for filter in &self.filters {
            set = set.filter(filter.filter());
        }
        if let Some(excluded) = &self.excluded {
            set = set.exclude(excluded.filter());
        }
        let ordering = |&(key, ascending, nulls_first): &(usize, bool, Option<bool>)| {
            let ordering: Ordering<L::Model> = L::ordering(key, ascending);
            match nulls_first {
                None => ordering,
                Some(true) => ordering.nulls_first(),
                Some(false) => ordering.nulls_last(),
            }
        };
        // By the key at last: so that there is one order.
        let order: Vec<_> = self
            .order
            .iter()
            .map(ordering)
            .chain([L::by_id()])
            .collect();
        set = set.order_by(order).offset(self.offset);
        match self.limit {
            Some(limit) => set.limit(limit),
            None => set,
        }
    }

    /// The keys of the rows that it is to return.
    fn expected(&self, world: &World) -> Vec<i64> {
        let filters: Vec<_> = self.filters.iter().map(Condition::tree).collect();
        let excluded = self.excluded.as_ref().map(Condition::tree);
        let mut rows: Vec<At> = L::rows(world);
        rows.retain(|&at| {
            filters.iter().all(|tree| tree.holds(world, at))
                && excluded.as_ref().is_none_or(|tree| !tree.holds(world, at))
        });
        rows.sort_by(|&a, &b| {
            let terms = self.order.iter().map(|&(key, ascending, nulls_first)| {
                let (a, b): (Key, Key) = (L::key(key, world, a), L::key(key, world, b));
                let nulls_first = nulls_first.unwrap_or(ascending);
                a.compare(&b, ascending, nulls_first)
            });
            let first = terms.into_iter().find(|ordering| ordering.is_ne());
            first.unwrap_or_else(|| a.id(world).cmp(&b.id(world)))
        });
        let from = usize::try_from(self.offset).unwrap();
        let most = self
            .limit
            .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
        rows.iter()
            .map(|at| at.id(world))
            .skip(from)
            .take(most)
            .collect()
    }

    async fn check(&self, db: &Db, world: &World) -> Result<(), String> {
        let expected = self.expected(world);
        let problem = |what: &str, found: &dyn Debug| {
            let sql = self.query_set().sql(db.dialect());
            format!("{what}: found {found:?}, expected {expected:?}\n{self:#?}\n{sql:?}")
        };
        let rows = match self.query_set().fetch_all(db).await {
            Ok(rows) => rows,
            Err(error) => return Err(problem("fetch_all", &error)),
        };
        let found: Vec<i64> = rows.iter().map(L::id).collect();
        if found != expected {
            return Err(problem("fetch_all", &found));
        }
        match self.query_set().count(db).await {
            Ok(count) if usize::try_from(count) == Ok(expected.len()) => {}
            other => return Err(problem("count", &other)),
        }
        match self.query_set().exists(db).await {
            Ok(exists) if exists != expected.is_empty() => Ok(()),
            other => Err(problem("exists", &other)),
        }
    }
}

async fn check(db: &Db, world: &World, queries: &[AnyQuery]) -> Result<(), String> {
    world
        .load(db)
        .await
        .map_err(|error| format!("the rows: {error}"))?;
    for query in queries {
        match query {
            AnyQuery::Books(query) => query.check(db, world).await,
            AnyQuery::Authors(query) => query.check(db, world).await,
        }
        .map_err(|problem| format!("{problem}\n{world:#?}"))?;
    }
    Ok(())
}

#[orm_test(models(Author, Book, Tag, BookTag))]
async fn query_sets_return_the_rows_that_rust_finds(ctx: TestContext) -> testudo::Result {
    let db = ctx.db();
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&ctx.seed().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let cases = match std::env::var("PROPTEST_CASES") {
        Ok(cases) => cases.parse()?,
        Err(_) => CASES,
    };
    let strategy = (world::worlds(), queries());
    for _ in 0..cases {
        let mut case = strategy.new_tree(&mut runner).unwrap();
        let (world, queries) = case.current();
        let Err(mut problem) = check(db, &world, &queries).await else {
            continue;
        };
        // Smaller as long as they disagree; a step too far is taken back.
        for _ in 0..STEPS {
            if !case.simplify() {
                break;
            }
            loop {
                let (world, queries) = case.current();
                match check(db, &world, &queries).await {
                    Err(smaller) => {
                        problem = smaller;
                        break;
                    }
                    Ok(()) if case.complicate() => {}
                    Ok(()) => panic!("{problem}"),
                }
            }
        }
        panic!("{problem}");
    }
    Ok(())
}
