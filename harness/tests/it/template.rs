//! Templates: what is built once per process and copied for each test.

use testudo::prelude::*;

use crate::scratch::Scratch;
use crate::{count, pool};

const DICE: &str = "CREATE TABLE dice (n BLOB); INSERT INTO dice VALUES (randomblob(16));";

async fn dice(dir: &Scratch) -> Vec<u8> {
    let ctx = test_context().migrations(dir.path()).start().await.unwrap();
    let n = sqlx::query_scalar("SELECT n FROM dice")
        .fetch_one(&pool(&ctx).await)
        .await
        .unwrap();
    ctx.finish().await.unwrap();
    n
}

#[tokio::test]
async fn a_template_is_built_once() {
    let dir = Scratch::new().with("1_once.sql", DICE);
    assert_eq!(dice(&dir).await, dice(&dir).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_tests_at_once_build_it_once() {
    let dir = std::sync::Arc::new(Scratch::new().with("1_crowd.sql", DICE));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let dir = dir.clone();
            tokio::spawn(async move { dice(&dir).await })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_changed_file_makes_another_template() {
    let dir = Scratch::new().with("1_before.sql", DICE);
    let before = dice(&dir).await;
    let dir = dir.with("1_before.sql", &format!("{DICE} -- changed"));
    assert_ne!(dice(&dir).await, before);
}

#[tokio::test]
async fn of_the_templates_for_several_seeds_the_latest_is_kept() {
    // Every build rolls other dice.
    let users = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);";
    let dir = Scratch::new().with("1_seeded.sql", &format!("{DICE} {users}"));
    let mut dice: Vec<Vec<u8>> = Vec::new();
    for seed in [1, 1, 2, 1] {
        let builder = test_context().migrations(dir.path()).seed(seed);
        let ctx = builder.fixtures(["seeded"]).start().await.unwrap();
        let found = sqlx::query_scalar("SELECT n FROM dice")
            .fetch_one(&pool(&ctx).await)
            .await
            .unwrap();
        dice.push(found);
        ctx.finish().await.unwrap();
    }
    assert_eq!(dice[0], dice[1]);
    assert_ne!(dice[1], dice[2]);
    assert_ne!(dice[1], dice[3]);
}

#[tokio::test]
async fn a_template_that_failed_is_built_when_its_files_are_right() {
    let dir = Scratch::new().with("1_t.sql", "CREATE TABLE a (x); CREATE TABEL b (x);");
    let start = || test_context().migrations(dir.path()).start();
    for _ in 0..2 {
        assert!(start().await.unwrap_err().is_migration());
    }
    std::fs::write(dir.path().join("1_t.sql"), "CREATE TABLE a (x);").unwrap();
    let ctx = start().await.unwrap();
    assert_eq!(count(&pool(&ctx).await, "a").await, 0);
    ctx.finish().await.unwrap();
}
