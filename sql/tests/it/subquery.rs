//! Subqueries.

use insta::assert_snapshot;
use testudo_sql::{CompareOp, Expr, Function, In, InSet, Limit, Select, Source};

use crate::models::*;
use crate::snapshot::sql;

fn is_in(expr: Expr, select: Select, negated: bool) -> Expr {
    Expr::In(Box::new(In {
        expr,
        set: InSet::Select(Box::new(select)),
        negated,
    }))
}

fn same_order() -> Expr {
    Expr::comparison(
        column(&ITEMS, "order_id"),
        CompareOp::Eq,
        Expr::Outer(column_ref(&ORDERS, "id")),
    )
}

#[test]
fn an_outer_column_is_one_of_the_query_around() {
    let select = orders_where(Expr::Exists(Box::new(filtered(&ITEM, same_order()))));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id")"#);
}

#[test]
fn the_same_table_inside_and_outside_is_told_apart() {
    let mut inner = selected(
        &ORDER,
        Expr::call(Function::Max, vec![column(&ORDERS, "total")]),
    );
    inner.add_filter(Expr::comparison(
        column(&ORDERS, "user_id"),
        CompareOp::Eq,
        Expr::Outer(column_ref(&ORDERS, "user_id")),
    ));
    let select = orders_where(Expr::comparison(
        column(&ORDERS, "total"),
        CompareOp::Eq,
        Expr::Subquery(Box::new(inner)),
    ));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE "orders"."total" = (SELECT MAX("t1"."total") FROM "orders" AS "t1" WHERE "t1"."user_id" = "orders"."user_id")"#);
}

#[test]
fn an_outer_path_is_joined_in_the_query_around() {
    let inner = filtered(
        &ITEM,
        same_order().and(Expr::comparison(
            column(&ITEMS, "name"),
            CompareOp::Eq,
            Expr::Outer(column_ref(&ORDER_USER, "username")),
        )),
    );
    assert_snapshot!(sql(&orders_where(Expr::Exists(Box::new(inner)))), @r#"SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = "users"."username")"#);
}

#[test]
fn a_condition_on_related_rows_within_a_subquery_sees_that_query() {
    let inner = filtered(
        &USER,
        any(
            &USER_ORDERS,
            Expr::comparison(
                column(&USER_ORDERS, "total"),
                CompareOp::Gt,
                Expr::Outer(column_ref(&ORDERS, "total")),
            ),
        ),
    );
    assert_snapshot!(sql(&orders_where(Expr::Exists(Box::new(inner)))), @r#"SELECT 1 FROM "orders" WHERE EXISTS (SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" AS "t1" WHERE "t1"."user_id" = "users"."id" AND "t1"."total" > "orders"."total"))"#);
}

#[test]
fn in_a_subquery() {
    let ids = || selected(&ITEM, column(&ITEMS, "order_id"));
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "id"), ids(), false))), @r#"SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT "items"."order_id" FROM "items")"#);
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "id"), ids(), true))), @r#"SELECT 1 FROM "orders" WHERE "orders"."id" NOT IN (SELECT "items"."order_id" FROM "items")"#);
}

#[test]
fn not_in_a_subquery_that_may_yield_null_is_a_complement() {
    let managers = selected(&USER, column(&USERS, "manager_id"));
    assert_snapshot!(sql(&filtered(&USER, is_in(column(&USERS, "id"), managers, true))), @r#"SELECT 1 FROM "users" WHERE ("users"."id" IN (SELECT "t1"."manager_id" FROM "users" AS "t1")) IS NOT TRUE"#);
}

#[test]
fn mysql_limits_a_subquery_of_in_one_level_deeper() {
    let mut ids = selected(&ITEM, column(&ITEMS, "order_id"));
    ids.limit = Limit {
        limit: Some(3),
        offset: 0,
    };
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "id"), ids, false))), @r#"
    SQLite, Postgres: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT "items"."order_id" FROM "items" LIMIT 3)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT * FROM (SELECT "items"."order_id" FROM "items" LIMIT 3) AS "t1")
    "#);
}

#[test]
fn a_derived_table_has_names_of_its_own() {
    let mut inner = selected(&ORDER, column(&ORDER_USER, "username"));
    inner.add_filter(eq(&ORDERS, "status", "paid"));
    let select = Select::new(
        testudo_sql::Projection::Items(vec![testudo_sql::SelectItem {
            expr: Expr::call(Function::Count, vec![]),
            alias: Some("n".into()),
        }]),
        Source::Subquery {
            select: Box::new(inner),
            alias: "paid".into(),
        },
    );
    assert_snapshot!(sql(&select), @r#"SELECT COUNT(*) AS "n" FROM (SELECT "users"."username" FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."status" = ?) AS "paid""#);
}
