//! Conditions on some row of a to-many relation.

use insta::assert_snapshot;
use testudo_sql::{CompareOp, Expr};

use crate::models::*;
use crate::snapshot::sql;

#[test]
fn a_condition_on_some_row_is_exists() {
    let select = filtered(&USER, any(&USER_ORDERS, eq(&USER_ORDERS, "status", "paid")));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."status" = ?)"#);
}

#[test]
fn conditions_joined_by_and_ask_for_one_row() {
    let filter = any(&USER_ORDERS, eq(&USER_ORDERS, "status", "paid"))
        .and(any(&USER_ORDERS, gt(&USER_ORDERS, "total", 5)));
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."status" = ? AND "orders"."total" > ?)"#);
}

#[test]
fn conditions_joined_by_or_are_one_exists() {
    let tag = |name: &str| any(&ORDER_TAGS, eq(&ORDER_TAGS, "name", name));
    assert_snapshot!(sql(&orders_where(tag("a").or(tag("b")).or(tag("c")))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND ("tags"."name" = ? OR "tags"."name" = ? OR "tags"."name" = ?))"#);
}

#[test]
fn a_condition_added_to_an_or_is_about_the_same_row() {
    let tag = |name: &str| any(&ORDER_TAGS, eq(&ORDER_TAGS, "name", name));
    let late = || any(&ORDER_TAGS, gt(&ORDER_TAGS, "id", 5));
    assert_snapshot!(sql(&orders_where(tag("a").or(tag("b")).and(late()))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND ("tags"."name" = ? OR "tags"."name" = ?) AND "tags"."id" > ?)"#);
    assert_snapshot!(sql(&orders_where(late().and(tag("a").or(tag("b"))))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND "tags"."id" > ? AND ("tags"."name" = ? OR "tags"."name" = ?))"#);
}

#[test]
fn a_list_under_or_has_one_exists_for_each_path() {
    let tag = |name: &str| any(&ORDER_TAGS, eq(&ORDER_TAGS, "name", name));
    let paid = || eq(&ORDERS, "status", "paid");
    let pen = || any(&ORDER_ITEMS, eq(&ORDER_ITEMS, "name", "pen"));
    assert_snapshot!(sql(&orders_where(tag("a").or(paid()).or(tag("b")).or(pen()))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND ("tags"."name" = ? OR "tags"."name" = ?)) OR "orders"."status" = ? OR EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?)"#);
    assert_snapshot!(sql(&orders_where(tag("a").or(paid().or(tag("b"))))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND ("tags"."name" = ? OR "tags"."name" = ?)) OR "orders"."status" = ?"#);
    assert_snapshot!(sql(&orders_where(tag("a").or(paid()).or(pen().or(tag("b"))))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND ("tags"."name" = ? OR "tags"."name" = ?)) OR "orders"."status" = ? OR EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?)"#);
}

#[test]
fn complements_under_or_stay_apart() {
    let not = |name: &str| any(&ORDER_TAGS, eq(&ORDER_TAGS, "name", name)).negate();
    assert_snapshot!(sql(&orders_where(not("a").or(not("b")))), @r#"SELECT 1 FROM "orders" WHERE NOT EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND "tags"."name" = ?) OR NOT EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND "tags"."name" = ?)"#);
}

#[test]
fn two_filters_may_be_met_by_two_rows() {
    let mut select = filtered(&USER, any(&USER_ORDERS, eq(&USER_ORDERS, "status", "paid")));
    select.add_filter(any(&USER_ORDERS, gt(&USER_ORDERS, "total", 5)));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."status" = ?) AND EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."total" > ?)"#);
}

#[test]
fn a_many_to_many_relation_joins_the_table_in_between() {
    let select = orders_where(any(&ORDER_TAGS, eq(&ORDER_TAGS, "name", "x")).negate());
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE NOT EXISTS (SELECT 1 FROM "order_tags" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "order_tags"."order_id" = "orders"."id" AND "tags"."name" = ?)"#);
}

#[test]
fn a_path_through_two_relations_leaves_the_query_at_the_first_to_many() {
    let filter = any(&USER_ORDERS_ITEMS, eq(&USER_ORDERS_ITEMS, "name", "pen"));
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" INNER JOIN "items" ON "items"."order_id" = "orders"."id" WHERE "orders"."user_id" = "users"."id" AND "items"."name" = ?)"#);
    let filter = any(&USER_ORDERS_TAGS, eq(&USER_ORDERS_TAGS, "name", "x"));
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" INNER JOIN "order_tags" ON "order_tags"."order_id" = "orders"."id" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "orders"."user_id" = "users"."id" AND "tags"."name" = ?)"#);
}

#[test]
fn a_nested_condition_goes_on_from_the_row_around_it() {
    let inner = any(&USER_ORDERS_ITEMS, eq(&USER_ORDERS_ITEMS, "name", "pen"));
    let filter = any(
        &USER_ORDERS,
        eq(&USER_ORDERS, "status", "paid").and(inner.negate()),
    );
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."status" = ? AND NOT EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?))"#);
}

#[test]
fn a_nested_condition_on_the_same_path_is_about_another_row() {
    let inner = any(&USER_ORDERS, eq(&USER_ORDERS, "status", "paid"));
    let filter = any(
        &USER_ORDERS,
        inner.negate().and(gt(&USER_ORDERS, "total", 5)),
    );
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND NOT EXISTS (SELECT 1 FROM "orders" AS "t1" WHERE "t1"."user_id" = "users"."id" AND "t1"."status" = ?) AND "orders"."total" > ?)"#);
}

#[test]
fn a_self_reference_gets_an_alias_in_the_inner_query() {
    let filter = any(&USER_REPORTS, eq(&USER_REPORTS, "username", "ali"));
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."manager_id" = "users"."id" AND "t1"."username" = ?)"#);
}

#[test]
fn columns_of_other_paths_belong_to_the_query_around() {
    let later = Expr::comparison(
        column(&USER_ORDERS, "order_number"),
        CompareOp::Eq,
        column(&USER_MANAGER, "username"),
    );
    assert_snapshot!(sql(&filtered(&USER, any(&USER_ORDERS, later))), @r#"SELECT 1 FROM "users" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."order_number" = "t1"."username")"#);
}

#[test]
fn a_to_one_path_before_the_to_many_is_joined_outside() {
    let filter = any(
        &USER_MANAGER_ORDERS,
        eq(&USER_MANAGER_ORDERS, "status", "paid"),
    );
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "t1"."id" AND "orders"."status" = ?)"#);
}

#[test]
fn without_a_condition_it_asks_for_any_row() {
    assert_snapshot!(sql(&orders_where(any(&ORDER_ITEMS, Expr::And(vec![])))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id")"#);
}

#[test]
fn a_row_has_to_be_there_even_if_a_column_of_it_is_asked_for_null() {
    let filter = any(
        &USER_ORDERS_ITEMS,
        Expr::IsNull(Box::new(column(&USER_ORDERS_ITEMS, "name"))),
    );
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" INNER JOIN "items" ON "items"."order_id" = "orders"."id" WHERE "orders"."user_id" = "users"."id" AND "items"."name" IS NULL)"#);
}

#[test]
fn an_offset_keeps_sqlite_from_counting_a_row_for_each_that_is_related_to_it() {
    let mut select = orders_where(any(&ORDER_ITEMS, eq(&ORDER_ITEMS, "name", "a")));
    select.limit.offset = 1;
    assert_snapshot!(sql(&select), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE +EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?) LIMIT -1 OFFSET 1
    Postgres: SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = $1) OFFSET 1
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?) LIMIT 18446744073709551615 OFFSET 1
    "#);
}
