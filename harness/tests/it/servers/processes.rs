//! Processes that share a server, and one that is killed in the middle.

use std::time::{Duration, Instant};

use testudo::prelude::*;
use testudo::{Backend, Isolation};

use super::{add_shelf, shelves, stock};
use crate::child::{Child, is_child};
use crate::scratch::Scratch;

/// Where the child says how far it is.
const STARTED: &str = "TESTUDO_IT_STARTED";

/// Runs until it is killed, with rows that it has committed.
#[orm_test(
    backends(postgres, mysql, mariadb),
    migrations = "tests/it/migrations/stock",
    isolation = "clone"
)]
async fn commits_and_hangs(db: Db) -> testudo::Result {
    if !is_child() {
        return Ok(());
    }
    add_shelf(&db, "left behind").await?;
    db.script("CREATE TABLE left_behind (id INTEGER)").await?;
    std::fs::write(std::env::var(STARTED)?, "")?;
    std::future::pending().await
}

/// Is killed before anybody can look at what it has done past its transaction.
#[orm_test(
    backends(postgres, mysql, mariadb),
    migrations = "tests/it/migrations/stock"
)]
async fn leaks_and_hangs(ctx: TestContext) -> testudo::Result {
    if !is_child() {
        return Ok(());
    }
    let other = Db::connect(ctx.url()).await?;
    add_shelf(&other, "left behind").await?;
    other
        .script("CREATE TABLE left_behind (id INTEGER)")
        .await?;
    std::fs::write(std::env::var(STARTED)?, "")?;
    std::future::pending().await
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn what_a_killed_process_left_is_cleared_away(of: TestContext) -> testudo::Result {
    for test in ["commits_and_hangs", "leaks_and_hangs"] {
        kill_in(test, of.backend()).await?;
    }
    Ok(())
}

async fn kill_in(test: &str, backend: Backend) -> testudo::Result {
    let dir = Scratch::new();
    let started = dir.path().join("started");
    let name = format!("servers::processes::{test}::{backend}");
    let mut process = Child::new(&["--exact", &name])
        .env(STARTED, &started.display().to_string())
        .spawn();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !started.exists() {
        assert!(Instant::now() < deadline, "the child has not started");
        assert!(process.is_running(), "the child has ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    process.kill();
    // Enough at once that one of them gets the seat that the killed process had.
    let mut contexts = Vec::new();
    for _ in 0..4 {
        contexts.push(stock(backend, Isolation::Rollback).start().await?);
    }
    for ctx in contexts {
        assert_eq!(shelves(ctx.db()).await, ["first"]);
        let left = ctx.db().fetch_all("SELECT id FROM left_behind", &[]).await;
        assert!(left.is_err());
        ctx.finish().await?;
    }
    Ok(())
}

#[test]
fn two_runs_at_once_do_not_disturb_one_another() {
    let run = || Child::new(&["servers::crowd::", "--test-threads=8"]).spawn();
    for ended in [run(), run()].map(|process| process.wait()) {
        assert!(ended.passed, "{}\n{}", ended.stdout, ended.stderr);
        assert!(
            ended.stdout.contains("600 passed; 0 failed"),
            "{}",
            ended.stdout
        );
    }
}

/// Says where its database is.
#[orm_test(
    backends(postgres, mysql, mariadb),
    migrations = "tests/it/migrations/dropped"
)]
async fn tells_its_database(ctx: TestContext) -> testudo::Result {
    if is_child() {
        std::fs::write(std::env::var(STARTED)?, ctx.url())?;
    }
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn databases_that_somebody_has_dropped_are_made_anew(of: TestContext) -> testudo::Result {
    let dir = Scratch::new();
    let told = dir.path().join("told");
    let name = format!("servers::processes::tells_its_database::{}", of.backend());
    let run = || {
        let child = Child::new(&["--exact", &name]);
        let ended = child.env(STARTED, &told.display().to_string()).run();
        assert!(ended.passed, "{}\n{}", ended.stdout, ended.stderr);
    };
    for with_template in [false, true] {
        run();
        let url = std::fs::read_to_string(&told)?;
        let (server, slot) = url.rsplit_once('/').unwrap();
        let admin = Db::connect(&format!("{server}/testudo")).await?;
        admin.script(&format!("DROP DATABASE {slot}")).await?;
        if with_template {
            let key = slot.split('_').nth(2).unwrap();
            admin
                .script(&format!("DROP DATABASE testudo_t_{key}"))
                .await?;
        }
        run();
    }
    Ok(())
}
