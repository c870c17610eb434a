//! Text patterns: case and wildcards on every dialect.

use insta::assert_snapshot;
use testudo_sql::{Dialect, Like, LikeKind, Value};

use crate::models::*;
use crate::snapshot::sql;

fn like(kind: LikeKind, text: &str) -> Like {
    Like::new(column(&ORDERS, "status"), kind, text)
}

#[test]
fn case_counts_in_contains() {
    assert_snapshot!(sql(&orders_where(like(LikeKind::Contains, "a").into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE instr("orders"."status", ?) > 0
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
}

#[test]
fn case_counts_in_starts_with() {
    assert_snapshot!(sql(&orders_where(like(LikeKind::StartsWith, "a").into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE instr("orders"."status", ?) = 1
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
}

#[test]
fn case_counts_in_ends_with() {
    assert_snapshot!(sql(&orders_where(like(LikeKind::EndsWith, "a").into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE substr("orders"."status", -length(?)) = ?
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
    assert_snapshot!(sql(&orders_where(like(LikeKind::EndsWith, "").into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" IS NOT NULL
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
}

#[test]
fn case_counts_in_exact() {
    assert_snapshot!(sql(&orders_where(like(LikeKind::Exact, "a").into())), @r#"SELECT 1 FROM "orders" WHERE "orders"."status" = ?"#);
}

#[test]
fn case_does_not_count_when_it_need_not() {
    let filter = like(LikeKind::Contains, "a").case_insensitive();
    assert_snapshot!(sql(&orders_where(filter.into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE ? ESCAPE '!'
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" COLLATE "default" ILIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
    let filter = like(LikeKind::Exact, "a").case_insensitive();
    assert_snapshot!(sql(&orders_where(filter.into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" LIKE ? ESCAPE '!'
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" COLLATE "default" ILIKE $1 ESCAPE '!'
    MySQL: SELECT 1 FROM `orders` WHERE LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE '!'
    MariaDB: SELECT 1 FROM `orders` WHERE LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin ESCAPE '!'
    "#);
}

#[test]
fn a_negated_pattern_is_the_complement() {
    let mut filter = like(LikeKind::Contains, "a").case_insensitive();
    filter.negated = true;
    assert_snapshot!(sql(&orders_where(filter.into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE NOT ("orders"."status" LIKE ? ESCAPE '!')
    Postgres: SELECT 1 FROM "orders" WHERE NOT ("orders"."status" COLLATE "default" ILIKE $1 ESCAPE '!')
    MySQL: SELECT 1 FROM `orders` WHERE NOT (LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE '!')
    MariaDB: SELECT 1 FROM `orders` WHERE NOT (LOWER(`orders`.`status`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin ESCAPE '!')
    "#);
    let mut filter = like(LikeKind::EndsWith, "");
    filter.negated = true;
    assert_snapshot!(sql(&orders_where(filter.into())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" IS NULL
    Postgres: SELECT 1 FROM "orders" WHERE NOT ("orders"."status" LIKE $1 ESCAPE '!')
    MySQL: SELECT 1 FROM `orders` WHERE NOT (`orders`.`status` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!')
    MariaDB: SELECT 1 FROM `orders` WHERE NOT (`orders`.`status` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!')
    "#);
}

#[test]
fn wildcards_in_the_text_are_text() {
    let pattern = |kind| {
        let select = orders_where(like(kind, r"5%_!\").case_insensitive().into());
        let compiled = select.compile(Dialect::Postgres).unwrap();
        match compiled.binds.as_slice() {
            [Value::Text(text)] => text.to_string(),
            binds => panic!("one text expected: {binds:?}"),
        }
    };
    assert_eq!(pattern(LikeKind::Contains), r"%5!%!_!!\%");
    assert_eq!(pattern(LikeKind::StartsWith), r"5!%!_!!\%");
    assert_eq!(pattern(LikeKind::EndsWith), r"%5!%!_!!\");
    assert_eq!(pattern(LikeKind::Exact), r"5!%!_!!\");
}

#[test]
fn a_search_by_function_binds_the_literal_text() {
    let select = orders_where(like(LikeKind::Contains, "5%_!").into());
    let compiled = select.compile(Dialect::Sqlite).unwrap();
    assert_eq!(compiled.binds.as_slice(), [&"5%_!".into()]);
}
