//! Slots that are put back after a test that committed.

use sqlx::Connection;
use testudo::Isolation;
use testudo::prelude::*;

use super::{cloned, next_test_is_clean, pool, run, stranger, turn};

async fn changes_and_is_put_back(ctx: &TestContext, statements: &[&str]) {
    let inner = cloned(ctx).await;
    let url = inner.url().to_owned();
    let pool = pool(&inner).await;
    for statement in statements {
        run(&pool, statement).await.unwrap();
    }
    inner.finish().await.unwrap();
    next_test_is_clean(ctx, &url, Isolation::Clone).await;
    next_test_is_clean(ctx, &url, Isolation::Rollback).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn rows_are_put_back_without_running_triggers(ctx: TestContext) {
    let _turn = turn().await;
    let all = [
        "INSERT INTO users (name) VALUES ('alice')",
        "UPDATE orders SET total = 9",
        "DELETE FROM audit WHERE id = 1",
    ];
    changes_and_is_put_back(&ctx, &all).await;
    // The triggers are there again.
    changes_and_is_put_back(&ctx, &all).await;
    let inner = cloned(&ctx).await;
    let pool = pool(&inner).await;
    run(&pool, "INSERT INTO users (name) VALUES ('carol')")
        .await
        .unwrap();
    let shouted = "SELECT COUNT(*) FROM audit WHERE what = 'added CAROL'";
    assert_eq!(super::one(&pool, shouted).await, "1");
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn rows_are_put_back_without_copying_the_template_anew(ctx: TestContext) {
    let _turn = turn().await;
    let statistics = match ctx.backend() {
        Backend::MariaDb => "INNODB_SYS_TABLESTATS",
        _ => "INNODB_TABLESTATS",
    };
    // A table that is made anew gets another number.
    let number = format!(
        "SELECT TABLE_ID FROM information_schema.{statistics} \
         WHERE NAME = CONCAT(DATABASE(), '/users')"
    );
    let mut before = Vec::new();
    for _ in 0..4 {
        let inner = cloned(&ctx).await;
        let pool = pool(&inner).await;
        let (url, now) = (inner.url().to_owned(), super::one(&pool, &number).await);
        for statement in [
            "INSERT INTO users (name) VALUES ('alice')",
            "UPDATE orders SET total = 9",
            "INSERT INTO loose VALUES (2)",
        ] {
            run(&pool, statement).await.unwrap();
        }
        inner.finish().await.unwrap();
        let earlier = before.iter().find(|(earlier, _)| *earlier == url);
        if let Some((_, earlier)) = earlier {
            assert_eq!(*earlier, now);
        }
        before.push((url, now));
    }
}

#[orm_test(backends(mysql, mariadb))]
async fn what_a_cascade_removed_is_put_back(ctx: TestContext) {
    let _turn = turn().await;
    let all = [
        "UPDATE users SET boss_id = NULL",
        "DELETE FROM users WHERE id = 7",
    ];
    changes_and_is_put_back(&ctx, &all).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn tables_that_innodb_does_not_count_are_put_back(ctx: TestContext) {
    let _turn = turn().await;
    let all = [
        "INSERT INTO loose VALUES (2)",
        "DELETE FROM parted WHERE id = 2",
        "UPDATE `odd-name ä` SET zero = 3",
    ];
    changes_and_is_put_back(&ctx, &all).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_truncated_table_is_put_back(ctx: TestContext) {
    let _turn = turn().await;
    changes_and_is_put_back(&ctx, &["TRUNCATE TABLE orders", "TRUNCATE TABLE loose"]).await;
}

#[orm_test(backends(mysql, mariadb))]
async fn a_slot_with_another_schema_is_copied_anew(ctx: TestContext) {
    let _turn = turn().await;
    for statement in [
        "ALTER TABLE orders ADD COLUMN extra INT",
        "ALTER TABLE orders ADD KEY extra (user_id, total)",
        "DROP TABLE parted",
        "CREATE TABLE extra (id INT)",
        "CREATE OR REPLACE VIEW a_rich AS SELECT 'nobody' AS name",
        "DROP TRIGGER users_shout",
        "DROP FUNCTION doubled",
    ] {
        changes_and_is_put_back(&ctx, &[statement]).await;
    }
    let inner = cloned(&ctx).await;
    assert_eq!(
        super::one(&pool(&inner).await, "SELECT doubled(2)").await,
        "4"
    );
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn connections_and_locks_that_a_test_leaves_are_no_hindrance(ctx: TestContext) {
    let _turn = turn().await;
    let inner = cloned(&ctx).await;
    let url = inner.url().to_owned();
    let mut open = stranger(&inner).await;
    run(&mut open, "BEGIN").await.unwrap();
    run(&mut open, "UPDATE orders SET total = 100")
        .await
        .unwrap();
    let mut locked = stranger(&inner).await;
    run(&mut locked, "LOCK TABLES `odd-name ä` WRITE")
        .await
        .unwrap();
    let mut connection = pool(&inner).await.acquire().await.unwrap().detach();
    run(&mut connection, "INSERT INTO parted VALUES (77)")
        .await
        .unwrap();
    inner.finish().await.unwrap();
    next_test_is_clean(&ctx, &url, Isolation::Clone).await;
    for mut connection in [open, locked, connection] {
        assert!(connection.ping().await.is_err());
    }
}
