//! Regular expressions.

use insta::assert_snapshot;
use testudo_sql::{Expr, Regex};

use crate::models::*;
use crate::snapshot::sql;

fn regex(field: &str, case_insensitive: bool) -> Expr {
    Expr::Regex(Box::new(Regex {
        expr: column(&ORDERS, field),
        pattern: "^a+$".into(),
        case_insensitive,
    }))
}

#[test]
fn a_regular_expression_says_whether_case_counts() {
    assert_snapshot!(sql(&orders_where(regex("status", false))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" REGEXP ?
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" COLLATE "default" ~ $1
    MySQL: SELECT 1 FROM `orders` WHERE REGEXP_LIKE(`orders`.`status`, ?, 'c')
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` REGEXP CONCAT('(?-i)', ?)
    "#);
    assert_snapshot!(sql(&orders_where(regex("status", true))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" REGEXP ('(?i)' || ?)
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" COLLATE "default" ~* $1
    MySQL: SELECT 1 FROM `orders` WHERE REGEXP_LIKE(`orders`.`status`, ?, 'i')
    MariaDB: SELECT 1 FROM `orders` WHERE `orders`.`status` REGEXP CONCAT('(?i)', ?)
    "#);
}

#[test]
fn its_complement_keeps_null() {
    assert_snapshot!(sql(&orders_where(regex("status", false).negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE NOT ("orders"."status" REGEXP ?)
    Postgres: SELECT 1 FROM "orders" WHERE NOT ("orders"."status" COLLATE "default" ~ $1)
    MySQL: SELECT 1 FROM `orders` WHERE NOT REGEXP_LIKE(`orders`.`status`, ?, 'c')
    MariaDB: SELECT 1 FROM `orders` WHERE NOT (`orders`.`status` REGEXP CONCAT('(?-i)', ?))
    "#);
    assert_snapshot!(sql(&orders_where(regex("note", false).negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE ("orders"."note" REGEXP ?) IS NOT TRUE
    Postgres: SELECT 1 FROM "orders" WHERE ("orders"."note" COLLATE "default" ~ $1) IS NOT TRUE
    MySQL: SELECT 1 FROM `orders` WHERE REGEXP_LIKE(`orders`.`note`, ?, 'c') IS NOT TRUE
    MariaDB: SELECT 1 FROM `orders` WHERE (`orders`.`note` REGEXP CONCAT('(?-i)', ?)) IS NOT TRUE
    "#);
}
