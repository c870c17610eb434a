//! The clauses of SELECT.

use insta::assert_snapshot;
use testudo_sql::{
    Dialect, Distinct, Expr, Function, Limit, Lock, LockStrength, LockWait, Select, SelectItem,
};
use testudo_sql::{Projection, Source};

use crate::models::*;
use crate::snapshot::{sql, sql_for};

#[test]
fn a_plain_select_is_finished_text_and_a_bind() {
    let mut select = Select::model(&TAG);
    select.add_filter(eq(&TAGS, "name", "rust"));
    assert_snapshot!(sql_for(Dialect::Postgres, &select), @r#"SELECT "tags"."id", "tags"."name" FROM "tags" WHERE "tags"."name" = $1"#);
    assert_snapshot!(sql_for(Dialect::MySql, &select), @"SELECT `tags`.`id`, `tags`.`name` FROM `tags` WHERE `tags`.`name` = ?");
    let compiled = select.compile(Dialect::Sqlite).unwrap();
    assert_eq!(compiled.binds.as_slice(), [&"rust".into()]);
}

#[test]
fn a_chain_of_filters_is_flat() {
    let mut select = orders_where(gt(&ORDERS, "total", 5));
    select.add_filter(eq(&ORDERS, "status", "paid").or(eq(&ORDERS, "status", "pending")));
    select.add_filter(eq(&ORDERS, "user_id", 1_i64).and(eq(&ORDERS, "id", 2_i64)));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE "orders"."total" > ? AND ("orders"."status" = ? OR "orders"."status" = ?) AND "orders"."user_id" = ? AND "orders"."id" = ?"#);
}

#[test]
fn grouping_keeps_the_order_of_clauses_and_binds() {
    let mut select = Select::new(
        Projection::Items(vec![
            SelectItem {
                expr: column(&ORDERS, "status"),
                alias: None,
            },
            SelectItem {
                expr: Expr::call(Function::Count, vec![]),
                alias: Some("n".into()),
            },
        ]),
        Source::Model(&ORDER),
    );
    select.clauses_mut().distinct = Distinct::Rows;
    select.add_filter(gt(&ORDERS, "total", 1));
    select.clauses_mut().group_by = vec![column(&ORDERS, "status")];
    select.clauses_mut().having = Some(Expr::comparison(
        Expr::call(Function::Count, vec![]),
        testudo_sql::CompareOp::Gt,
        Expr::Value(2.into()),
    ));
    select.order_by = vec![Expr::name("n").desc(), column(&ORDERS, "status").asc()];
    select.limit = Limit {
        limit: Some(10),
        offset: 20,
    };
    assert_snapshot!(sql(&select), @r#"
    SQLite, MySQL, MariaDB: SELECT DISTINCT "orders"."status", COUNT(*) AS "n" FROM "orders" WHERE "orders"."total" > ? GROUP BY "orders"."status" HAVING COUNT(*) > ? ORDER BY "n" DESC, "orders"."status" LIMIT 10 OFFSET 20
    Postgres: SELECT DISTINCT "orders"."status", COUNT(*) AS "n" FROM "orders" WHERE "orders"."total" > $1 GROUP BY "orders"."status" HAVING COUNT(*) > $2 ORDER BY "n" DESC NULLS LAST, "orders"."status" LIMIT 10 OFFSET 20
    "#);
    let compiled = select.compile(Dialect::Postgres).unwrap();
    assert_eq!(compiled.binds.as_slice(), [&1.into(), &2.into()]);
}

#[test]
fn an_offset_without_a_limit_is_valid_everywhere() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    select.limit = Limit {
        limit: None,
        offset: 5,
    };
    assert_snapshot!(sql(&select), @r#"
    SQLite: SELECT "orders"."id" FROM "orders" LIMIT -1 OFFSET 5
    Postgres: SELECT "orders"."id" FROM "orders" OFFSET 5
    MySQL, MariaDB: SELECT "orders"."id" FROM "orders" LIMIT 18446744073709551615 OFFSET 5
    "#);
}

#[test]
fn a_limit_past_the_largest_integer_is_that_integer() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    select.limit = Limit {
        limit: Some(u64::MAX),
        offset: 0,
    };
    assert_snapshot!(sql(&select), @r#"SELECT "orders"."id" FROM "orders" LIMIT 9223372036854775807"#);
}

#[test]
fn nulls_go_where_they_are_asked_to() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    let note = || column(&ORDERS, "note");
    select.order_by = vec![
        note().asc().nulls_first(),
        note().asc().nulls_last(),
        note().desc().nulls_first(),
        note().desc().nulls_last(),
        note().asc(),
    ];
    assert_snapshot!(sql(&select), @r#"
    SQLite: SELECT "orders"."id" FROM "orders" ORDER BY "orders"."note" NULLS FIRST, "orders"."note" NULLS LAST, "orders"."note" DESC NULLS FIRST, "orders"."note" DESC NULLS LAST, "orders"."note"
    Postgres: SELECT "orders"."id" FROM "orders" ORDER BY "orders"."note" NULLS FIRST, "orders"."note" NULLS LAST, "orders"."note" DESC NULLS FIRST, "orders"."note" DESC NULLS LAST, "orders"."note" NULLS FIRST
    MySQL, MariaDB: SELECT "orders"."id" FROM "orders" ORDER BY "orders"."note", "orders"."note" IS NULL, "orders"."note", "orders"."note" IS NULL DESC, "orders"."note" DESC, "orders"."note" DESC, "orders"."note"
    "#);
}

#[test]
fn rows_are_locked_in_each_dialects_words() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    let lock = |strength, wait| {
        Some(Lock {
            strength,
            wait,
            of: vec![],
        })
    };
    select.clauses_mut().lock = lock(LockStrength::Update, LockWait::SkipLocked);
    assert_snapshot!(sql(&select), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL, MariaDB: SELECT "orders"."id" FROM "orders" FOR UPDATE SKIP LOCKED
    "#);
    select.clauses_mut().lock = lock(LockStrength::Share, LockWait::NoWait);
    assert_snapshot!(sql(&select), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL: SELECT "orders"."id" FROM "orders" FOR SHARE NOWAIT
    MariaDB: SELECT `orders`.`id` FROM `orders` LOCK IN SHARE MODE NOWAIT
    "#);
    select.clauses_mut().lock = lock(LockStrength::Update, LockWait::Wait);
    select.clauses_mut().lock.as_mut().unwrap().of = vec![&ORDERS];
    assert_snapshot!(sql(&select), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL: SELECT "orders"."id" FROM "orders" FOR UPDATE OF "orders"
    MariaDB: error: MariaDB does not support locks on the rows of named tables alone; lock the rows of all tables, or lock in a query of its own
    "#);
}

#[test]
fn distinct_on_is_for_postgres() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    select.clauses_mut().distinct =
        Distinct::On(vec![column(&ORDERS, "user_id"), column(&ORDERS, "status")]);
    assert_snapshot!(sql(&select), @r#"
    SQLite, MySQL, MariaDB: SELECT "c1" AS "id" FROM (SELECT "orders"."id" AS "c1", ROW_NUMBER() OVER (PARTITION BY "orders"."user_id", "orders"."status") AS "nth", ROW_NUMBER() OVER () AS "place" FROM "orders") AS "t1" WHERE "nth" = 1 ORDER BY "place"
    Postgres: SELECT DISTINCT ON ("orders"."user_id", "orders"."status") "orders"."id" FROM "orders"
    "#);
}
