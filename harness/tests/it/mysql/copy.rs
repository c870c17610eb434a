//! What a slot has of its template.

use testudo::Isolation;
use testudo::prelude::*;

use super::{TEMPLATE, cloned, contents, one, pool, run, turn};

#[orm_test(backends(mysql, mariadb))]
async fn a_slot_has_everything_that_its_template_has(ctx: TestContext) {
    let _turn = turn().await;
    let inner = cloned(&ctx).await;
    assert_eq!(contents(&inner).await, TEMPLATE);
    let pool = pool(&inner).await;
    assert_eq!(one(&pool, "SELECT doubled(4)").await, "8");
    run(&pool, "CALL add_user('alice')").await.unwrap();
    let added = "SELECT COUNT(*) FROM audit WHERE what = 'added ALICE'";
    assert_eq!(one(&pool, added).await, "1");
    let refused = run(&pool, "INSERT INTO orders (user_id, total) VALUES (99, 1)").await;
    assert!(refused.unwrap_err().to_string().contains("foreign key"));
    let refused = run(&pool, "INSERT INTO orders (user_id, total) VALUES (7, -1)").await;
    assert!(refused.is_err());
    let event = "SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()";
    assert_eq!(one(&pool, event).await, "DISABLED");
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb))]
async fn nothing_in_a_slot_leads_to_another_database(ctx: TestContext) {
    let _turn = turn().await;
    let inner = super::objects(&ctx, Isolation::Rollback)
        .start()
        .await
        .unwrap();
    let pool = pool(&inner).await;
    let view = "SELECT COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() \
                AND VIEW_DEFINITION LIKE '%testudo\\_t\\_%'";
    assert_eq!(one(&pool, view).await, "0");
    run(&pool, "INSERT INTO users (name) VALUES ('bob')")
        .await
        .unwrap();
    assert_eq!(
        one(&pool, "SELECT COUNT(*) FROM a_rich WHERE name = 'BOB'").await,
        "1"
    );
    inner.finish().await.unwrap();
}

#[orm_test(backends(mysql, mariadb), migrations = "tests/it/migrations/keys")]
async fn the_keys_of_a_slot_go_on_where_those_of_its_template_end(pool: MySqlPool) {
    run(&pool, "INSERT INTO keyed VALUES (NULL)").await.unwrap();
    // In a slot that has served before they are further on.
    assert_eq!(one(&pool, "SELECT MAX(id) > 50 FROM keyed").await, "1");
}
