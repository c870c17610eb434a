//! rstest and `#[orm_test]` in one test.

use ::rstest::{fixture, rstest};
use sqlx::SqlitePool;
use testudo::prelude::*;

use crate::{add_user, count, pool};

#[fixture]
fn greeting() -> &'static str {
    "hello"
}

#[rstest]
#[case::short("al", 2)]
#[case::long("alexander", 9)]
#[testudo::test(migrations = "tests/it/migrations/shop")]
async fn cases_are_tests_of_their_own(
    #[case] name: &str,
    #[case] length: usize,
    greeting: &str,
    #[ignore] pool: SqlitePool,
) {
    assert_eq!((name.len(), greeting), (length, "hello"));
    add_user(&pool, name).await.unwrap();
    assert_eq!(count(&pool, "users").await, 2);
}

#[rstest]
#[test_attr(orm_test(migrations = "tests/it/migrations/shop", backends(sqlite)))]
async fn values_are_tests_of_their_own(
    #[values("alice", "bob")] name: &str,
    #[ignore] ctx: TestContext,
) -> testudo::Result {
    add_user(&pool(&ctx).await, name).await?;
    assert_eq!(count(&pool(&ctx).await, "users").await, 2);
    Ok(())
}
