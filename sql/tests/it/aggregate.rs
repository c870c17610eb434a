//! Aggregates over related rows, where a query looks at one row at a time.

use insta::assert_snapshot;
use testudo_sql::{
    Aggregate, CompareOp, Expr, Function, FunctionCall, Projection, Select, SelectItem, Source,
};

use crate::models::*;
use crate::snapshot::{error, sql};

fn orders() -> Expr {
    Expr::Aggregate(Aggregate::Count, column_ref(&USER_ORDERS, "id"))
}

fn items(exprs: Vec<Expr>) -> Select {
    let item = |expr| SelectItem { expr, alias: None };
    let items = exprs.into_iter().map(item).collect();
    Select::new(Projection::Items(items), Source::Model(&USER))
}

#[test]
fn an_aggregate_in_a_condition_is_of_the_rows_related_to_one_row() {
    let many = Expr::comparison(orders(), CompareOp::Gt, Expr::Value(2.into()));
    assert_snapshot!(sql(&filtered(&USER, many)), @r#"SELECT 1 FROM "users" WHERE (SELECT COUNT("orders"."id") FROM "orders" WHERE "orders"."user_id" = "users"."id") > ?"#);
}

#[test]
fn two_aggregates_beside_a_column_do_not_multiply_each_other() {
    let total = Expr::Aggregate(Aggregate::Sum, column_ref(&USER_REPORTS, "id"));
    assert_snapshot!(sql(&items(vec![column(&USERS, "username"), orders(), total])), @r#"SELECT "users"."username", (SELECT COUNT("orders"."id") FROM "orders" WHERE "orders"."user_id" = "users"."id"), (SELECT SUM("t1"."id") FROM "users" AS "t1" WHERE "t1"."manager_id" = "users"."id") FROM "users""#);
}

#[test]
fn an_aggregate_alone_is_of_all_rows() {
    assert_snapshot!(sql(&items(vec![orders()])), @r#"SELECT COUNT("orders"."id") FROM "users" LEFT JOIN "orders" ON "orders"."user_id" = "users"."id""#);
    let grouped = {
        let mut select = items(vec![column(&USERS, "username"), orders()]);
        select.clauses_mut().group_by = vec![column(&USERS, "username")];
        select
    };
    assert_snapshot!(sql(&grouped), @r#"SELECT "users"."username", COUNT("orders"."id") FROM "users" LEFT JOIN "orders" ON "orders"."user_id" = "users"."id" GROUP BY "users"."username""#);
}

#[test]
fn the_filter_of_an_aggregate_of_related_rows_is_the_condition_of_its_query() {
    let paid = FunctionCall {
        filter: Some(eq(&USER_ORDERS, "status", "paid")),
        distinct: true,
        ..FunctionCall::new(Function::Count, vec![column(&USER_ORDERS, "note")])
    };
    let paid = Expr::Function(Box::new(paid));
    assert_snapshot!(sql(&items(vec![column(&USERS, "id"), paid])), @r#"SELECT "users"."id", (SELECT COUNT(DISTINCT "orders"."note") FROM "orders" WHERE "orders"."user_id" = "users"."id" AND "orders"."status" = ?) FROM "users""#);
}

#[test]
fn an_aggregate_goes_through_any_chain_of_relations() {
    let quantity = Expr::Aggregate(Aggregate::Sum, column_ref(&USER_ORDERS_ITEMS, "quantity"));
    assert_snapshot!(sql(&items(vec![column(&USERS, "id"), quantity])), @r#"SELECT "users"."id", (SELECT SUM("items"."quantity") FROM "orders" INNER JOIN "items" ON "items"."order_id" = "orders"."id" WHERE "orders"."user_id" = "users"."id") FROM "users""#);
    let tags = Expr::Aggregate(Aggregate::Count, column_ref(&USER_ORDERS_TAGS, "id"));
    assert_snapshot!(sql(&items(vec![column(&USERS, "id"), tags])), @r#"SELECT "users"."id", (SELECT COUNT("tags"."id") FROM "orders" INNER JOIN "order_tags" ON "order_tags"."order_id" = "orders"."id" INNER JOIN "tags" ON "tags"."id" = "order_tags"."tag_id" WHERE "orders"."user_id" = "users"."id") FROM "users""#);
    let both = Expr::arithmetic(
        column(&USER_ORDERS, "total"),
        testudo_sql::ArithmeticOp::Mul,
        column(&USER_ORDERS_ITEMS, "quantity"),
    );
    let both = Expr::aggregate(Aggregate::Sum, both);
    assert_snapshot!(sql(&items(vec![column(&USERS, "id"), both])), @r#"SELECT "users"."id", (SELECT SUM("orders"."total" * "items"."quantity") FROM "orders" INNER JOIN "items" ON "items"."order_id" = "orders"."id" WHERE "orders"."user_id" = "users"."id") FROM "users""#);
}

#[test]
fn an_aggregate_of_the_rows_themselves_has_no_place_beside_a_column() {
    let count = Expr::Aggregate(Aggregate::Count, column_ref(&USERS, "id"));
    assert_snapshot!(error(&items(vec![column(&USERS, "id"), count.clone()])), @"cannot compile SELECT: COUNT stands where one row is looked at: in a condition, or beside columns without GROUP BY; aggregate over a relation to many rows, group the query, or write it over a window");
    let condition = Expr::comparison(count, CompareOp::Gt, Expr::Value(2.into()));
    assert_snapshot!(error(&filtered(&USER, condition)), @"cannot compile SELECT: COUNT stands where one row is looked at: in a condition, or beside columns without GROUP BY; aggregate over a relation to many rows, group the query, or write it over a window");
}

#[test]
fn an_aggregate_of_columns_of_two_relations_is_refused() {
    let both = Expr::arithmetic(
        column(&USER_ORDERS, "id"),
        testudo_sql::ArithmeticOp::Mul,
        column(&USER_REPORTS, "id"),
    );
    let both = Expr::aggregate(Aggregate::Sum, both);
    assert_snapshot!(error(&items(vec![column(&USERS, "id"), both])), @"cannot compile SELECT: SUM is of columns of two relations to many rows; aggregate over one of them");
}
