//! DELETE.

use insta::assert_snapshot;
use testudo_sql::{Delete, Expr, Source};

use crate::models::*;
use crate::snapshot::sql;

fn delete(target: Source, filter: Option<Expr>) -> Delete {
    Delete {
        target,
        filter,
        returning: vec![],
    }
}

#[test]
fn rows_are_deleted_by_a_filter() {
    let statement = delete(Source::Model(&ORDER), Some(eq(&ORDERS, "status", "paid")));
    assert_snapshot!(sql(&statement), @r#"DELETE FROM "orders" WHERE "orders"."status" = ?"#);
    assert_snapshot!(sql(&delete(Source::Model(&ORDER), None)), @r#"DELETE FROM "orders""#);
}

#[test]
fn a_filter_across_a_relation_finds_rows_by_their_key() {
    let statement = delete(
        Source::Model(&ORDER),
        Some(eq(&ORDER_USER, "username", "ali")),
    );
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?)
    MySQL, MariaDB: DELETE FROM "orders" WHERE "orders"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "orders" AS "t1" INNER JOIN "users" ON "users"."id" = "t1"."user_id" WHERE "users"."username" = ?) AS "t2")
    "#);
}

#[test]
fn a_composite_key_is_compared_as_a_row() {
    use testudo_sql::schema::{Link, Path, Relation};
    static TO_TAG: Relation = Relation {
        name: "tag",
        from: &ORDER_TAG,
        to: &TAG,
        link: Link::Direct(&[(&ORDER_TAG.columns[1], &TAG.columns[0])]),
        to_many: false,
        nullable: false,
    };
    static ROOT: Path = Path::root(&ORDER_TAG);
    static TAG_PATH: Path = Path::via(&ROOT, &TO_TAG);
    let statement = delete(Source::Model(&ORDER_TAG), Some(eq(&TAG_PATH, "name", "x")));
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: DELETE FROM "order_tags" WHERE ("order_tags"."order_id", "order_tags"."tag_id") IN (SELECT "t1"."order_id", "t1"."tag_id" FROM "order_tags" AS "t1" INNER JOIN "tags" ON "tags"."id" = "t1"."tag_id" WHERE "tags"."name" = ?)
    MySQL, MariaDB: DELETE FROM "order_tags" WHERE ("order_tags"."order_id", "order_tags"."tag_id") IN (SELECT "order_id", "tag_id" FROM (SELECT DISTINCT "t1"."order_id", "t1"."tag_id" FROM "order_tags" AS "t1" INNER JOIN "tags" ON "tags"."id" = "t1"."tag_id" WHERE "tags"."name" = ?) AS "t2")
    "#);
}

#[test]
fn a_subquery_on_the_emptied_table_is_stored_first_on_mysql() {
    let filter = any(&USER_REPORTS, Expr::And(vec![])).negate();
    assert_snapshot!(sql(&delete(Source::Model(&USER), Some(filter))), @r#"
    SQLite, Postgres: DELETE FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."manager_id" = "users"."id")
    MySQL, MariaDB: DELETE FROM "users" WHERE "users"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "users" AS "t1" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "t2" WHERE "t2"."manager_id" = "t1"."id")) AS "t3")
    "#);
}

#[test]
fn deleted_rows_are_returned() {
    let mut statement = delete(Source::Model(&TAG), None);
    statement.returning = vec![column(&TAGS, "id")];
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres, MariaDB: DELETE FROM "tags" RETURNING "id"
    MySQL: error: MySQL does not support RETURNING behind DELETE; select the rows by their key in the same transaction
    "#);
}
