//! `isolation = "fresh"`: an empty database that is migrated for this test alone.

use testudo::Isolation;

use crate::scratch::Scratch;
use crate::{add_user, count, pool, shop};

#[tokio::test]
async fn a_fresh_database_is_migrated_from_nothing() {
    let ctx = shop(Isolation::Fresh).start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 1);
    assert_eq!(count(&pool(&ctx).await, "_sqlx_migrations").await, 2);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn a_fresh_database_has_many_connections() {
    let ctx = shop(Isolation::Fresh).start().await.unwrap();
    let held = pool(&ctx).await.acquire().await.unwrap();
    add_user(&pool(&ctx).await, "alice").await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "users").await, 2);
    drop(held);
    ctx.finish().await.unwrap();
}

#[tokio::test]
async fn migrations_run_again_for_every_fresh_database() {
    // Which rows there are depends on when it runs, which a copied template would freeze.
    let dir = Scratch::new().with(
        "1_random.sql",
        "CREATE TABLE dice (n BLOB); INSERT INTO dice VALUES (randomblob(16));",
    );
    let mut seen = Vec::new();
    for _ in 0..2 {
        let ctx = testudo::test_context()
            .migrations(dir.path())
            .isolation(Isolation::Fresh)
            .start()
            .await
            .unwrap();
        let n: Vec<u8> = sqlx::query_scalar("SELECT n FROM dice")
            .fetch_one(&pool(&ctx).await)
            .await
            .unwrap();
        seen.push(n);
        ctx.finish().await.unwrap();
    }
    assert_ne!(seen[0], seen[1]);
}
