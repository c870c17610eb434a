//! Joins: those that paths ask for, and those written out.

use insta::assert_snapshot;
use testudo_sql::{CompareOp, Expr, Join, JoinKind, Projection, QualifiedName, Select, Source};

use crate::models::*;
use crate::snapshot::sql;

#[test]
fn a_required_relation_is_an_inner_join_and_its_columns_are_selected() {
    let mut select = Select::model(&ITEM);
    select.projection = Projection::Model(vec![&ITEM_ORDER_USER]);
    select.add_filter(eq(&ITEM_ORDER_USER, "username", "ali").and(gt(&ITEM_ORDER, "total", 5)));
    assert_snapshot!(sql(&select), @r#"SELECT "items"."id", "items"."order_id", "items"."name", "items"."quantity", "users"."id", "users"."username", "users"."email", "users"."is_staff", "users"."manager_id" FROM "items" INNER JOIN "orders" ON "orders"."id" = "items"."order_id" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "users"."username" = ? AND "orders"."total" > ?"#);
}

#[test]
fn a_nullable_relation_is_a_left_join_and_so_is_what_lies_behind_it() {
    let mut select = orders_where(Expr::IsNull(Box::new(column(&ORDER_USER_MANAGER, "id"))));
    select.order_by = vec![column(&ORDER_USER, "username").asc()];
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE "t1"."id" IS NULL ORDER BY "users"."username""#);
}

#[test]
fn a_table_that_occurs_again_gets_an_alias() {
    let mut select = Select::model(&USER);
    select.projection = Projection::Model(vec![&USER_MANAGER]);
    select.add_filter(eq(&USER_MANAGER, "username", "boss"));
    assert_snapshot!(sql(&select), @r#"SELECT "users"."id", "users"."username", "users"."email", "users"."is_staff", "users"."manager_id", "t1"."id", "t1"."username", "t1"."email", "t1"."is_staff", "t1"."manager_id" FROM "users" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE "t1"."username" = ?"#);
}

#[test]
fn a_to_many_path_outside_of_any_multiplies_rows_as_asked() {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    select.order_by = vec![
        column(&ORDER_TAGS, "name").asc(),
        column(&ORDER_ITEMS, "name").asc(),
    ];
    assert_snapshot!(sql(&select), @r#"
    SQLite, MySQL, MariaDB: SELECT "orders"."id" FROM "orders" LEFT JOIN "order_tags" ON "order_tags"."order_id" = "orders"."id" LEFT JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" LEFT JOIN "items" ON "items"."order_id" = "orders"."id" ORDER BY "tags"."name", "items"."name"
    Postgres: SELECT "orders"."id" FROM "orders" LEFT JOIN "order_tags" ON "order_tags"."order_id" = "orders"."id" LEFT JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" LEFT JOIN "items" ON "items"."order_id" = "orders"."id" ORDER BY "tags"."name" NULLS FIRST, "items"."name" NULLS FIRST
    "#);
}

#[test]
fn a_path_joined_twice_is_joined_once() {
    let select = orders_where(
        eq(&ORDER_USER, "username", "a")
            .or(eq(&ORDER_USER, "email", "b"))
            .negate(),
    );
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE ("users"."username" = ? OR "users"."email" = ?) IS NOT TRUE"#);
}

#[test]
fn joins_written_out_follow_those_of_paths() {
    let mut select = selected(&ORDER, column(&ORDER_USER, "username"));
    let on = |alias: &str| {
        let right = QualifiedName {
            table: Some(alias.into()),
            name: "order_id".into(),
        };
        Some(Expr::comparison(
            column(&ORDERS, "id"),
            CompareOp::Eq,
            Expr::Name(Box::new(right)),
        ))
    };
    let named = |alias: &str| Source::Named {
        table: "items".into(),
        alias: Some(alias.into()),
    };
    select.clauses_mut().joins = vec![
        Join {
            kind: JoinKind::Inner,
            source: named("a"),
            on: on("a"),
        },
        Join {
            kind: JoinKind::Left,
            source: named("b"),
            on: on("b"),
        },
        Join {
            kind: JoinKind::Right,
            source: named("c"),
            on: on("c"),
        },
        Join {
            kind: JoinKind::Cross,
            source: Source::Model(&TAG),
            on: None,
        },
    ];
    select.add_filter(eq(&TAGS, "name", "x"));
    assert_snapshot!(sql(&select), @r#"SELECT "users"."username" FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" INNER JOIN "items" AS "a" ON "orders"."id" = "a"."order_id" LEFT JOIN "items" AS "b" ON "orders"."id" = "b"."order_id" RIGHT JOIN "items" AS "c" ON "orders"."id" = "c"."order_id" CROSS JOIN "tags" WHERE "tags"."name" = ?"#);
}

#[test]
fn a_model_joined_without_a_relation_is_reached_by_its_own_path() {
    let mut select = selected(&ORDER, column(&USERS, "username"));
    select.clauses_mut().joins = vec![Join {
        kind: JoinKind::Inner,
        source: Source::Model(&USER),
        on: Some(Expr::comparison(
            column(&USERS, "username"),
            CompareOp::Eq,
            column(&ORDERS, "order_number"),
        )),
    }];
    select.add_filter(eq(&USER_MANAGER, "username", "boss"));
    assert_snapshot!(sql(&select), @r#"SELECT "users"."username" FROM "orders" INNER JOIN "users" ON "users"."username" = "orders"."order_number" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE "t1"."username" = ?"#);
}

#[test]
fn an_alias_of_the_compiler_keeps_clear_of_one_that_looks_like_it() {
    let mut select = selected(&USER, column(&USER_MANAGER, "username"));
    select.clauses_mut().joins = vec![Join {
        kind: JoinKind::Cross,
        source: Source::Named {
            table: "tags".into(),
            alias: Some("T1".into()),
        },
        on: None,
    }];
    assert_snapshot!(sql(&select), @r#"SELECT "t2"."username" FROM "users" LEFT JOIN "users" AS "t2" ON "t2"."id" = "users"."manager_id" CROSS JOIN "tags" AS "T1""#);
}
