//! NULL under comparison and negation: a negation is the exact complement, on every dialect.

use insta::assert_snapshot;
use testudo_sql::{Between, CompareOp, Expr, In, InSet, Like, LikeKind, Value};

use crate::models::*;
use crate::snapshot::sql;

fn note(op: CompareOp) -> Expr {
    compare(&ORDERS, "note", op, "x")
}

fn in_values(field: &str, values: Vec<Value>, negated: bool) -> Expr {
    Expr::In(Box::new(In {
        expr: column(&ORDERS, field),
        set: InSet::Values(values),
        negated,
    }))
}

#[test]
fn equality_with_null_is_is_null() {
    let null = |op| compare(&ORDERS, "note", op, Value::Null);
    assert_snapshot!(sql(&orders_where(null(CompareOp::Eq))), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NULL"#);
    assert_snapshot!(sql(&orders_where(null(CompareOp::Ne))), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NOT NULL"#);
    assert_snapshot!(sql(&orders_where(null(CompareOp::Eq).negate())), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NOT NULL"#);
    assert_snapshot!(sql(&orders_where(null(CompareOp::Ne).negate())), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NULL"#);
    let right = Expr::comparison(
        column(&ORDERS, "note"),
        CompareOp::Ne,
        Expr::Value(Value::Null),
    );
    assert_snapshot!(sql(&orders_where(right)), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NOT NULL"#);
}

#[test]
fn a_negation_over_columns_that_are_never_null_is_a_plain_operator() {
    let filter = eq(&ORDERS, "status", "a")
        .negate()
        .and(gt(&ORDERS, "total", 1).negate())
        .and(in_values("status", vec!["b".into()], true))
        .and(compare(&ORDER_USER, "username", CompareOp::Ne, "c"));
    assert_snapshot!(sql(&orders_where(filter)), @r#"SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."status" <> ? AND "orders"."total" <= ? AND "orders"."status" NOT IN (?) AND "users"."username" <> ?"#);
}

#[test]
fn a_negation_over_a_nullable_column_keeps_its_nulls() {
    assert_snapshot!(sql(&orders_where(note(CompareOp::Eq).negate())), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" = ?) IS NOT TRUE"#);
    assert_snapshot!(sql(&orders_where(note(CompareOp::Ne))), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" = ?) IS NOT TRUE"#);
    assert_snapshot!(sql(&orders_where(note(CompareOp::Lt).negate())), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" < ?) IS NOT TRUE"#);
    assert_snapshot!(sql(&orders_where(in_values("note", vec!["b".into()], true))), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" IN (?)) IS NOT TRUE"#);
    let range = Between {
        expr: column(&ORDERS, "note"),
        low: Expr::Value("a".into()),
        high: Expr::Value("b".into()),
        negated: true,
    };
    assert_snapshot!(sql(&orders_where(Expr::Between(Box::new(range)))), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" BETWEEN ? AND ?) IS NOT TRUE"#);
    let like = Like::new(column(&ORDERS, "note"), LikeKind::StartsWith, "a");
    assert_snapshot!(sql(&orders_where(Expr::from(like).negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE (instr("orders"."note", ?) = 1) IS NOT TRUE
    Postgres: SELECT 1 FROM "orders" WHERE ("orders"."note" LIKE $1 ESCAPE '!') IS NOT TRUE
    MySQL: SELECT 1 FROM `orders` WHERE (`orders`.`note` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE '!') IS NOT TRUE
    MariaDB: SELECT 1 FROM `orders` WHERE (`orders`.`note` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE '!') IS NOT TRUE
    "#);
}

#[test]
fn a_negated_negation_is_the_condition_itself() {
    assert_snapshot!(sql(&orders_where(note(CompareOp::Ne).negate())), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" = ?"#);
    assert_snapshot!(sql(&orders_where(in_values("note", vec!["b".into()], true).negate())), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IN (?)"#);
}

#[test]
fn a_negated_group_is_a_complement_as_a_whole() {
    let nullable = note(CompareOp::Eq).or(eq(&ORDERS, "status", "a"));
    assert_snapshot!(sql(&orders_where(nullable.negate())), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" = ? OR "orders"."status" = ?) IS NOT TRUE"#);
    let certain = eq(&ORDERS, "id", 1_i64).or(eq(&ORDERS, "status", "a"));
    assert_snapshot!(sql(&orders_where(certain.negate())), @r#"SELECT 1 FROM "orders" WHERE NOT ("orders"."id" = ? OR "orders"."status" = ?)"#);
}

#[test]
fn a_column_behind_a_left_join_counts_as_nullable() {
    let filter = eq(&ORDER_USER_MANAGER, "username", "boss").negate();
    assert_snapshot!(sql(&orders_where(filter)), @r#"SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE ("t1"."username" = ?) IS NOT TRUE"#);
}

#[test]
fn within_exists_a_row_is_there() {
    let filter = any(
        &USER_ORDERS_ITEMS,
        eq(&USER_ORDERS_ITEMS, "name", "pen")
            .negate()
            .and(eq(&USER_ORDERS, "status", "paid").negate()),
    );
    assert_snapshot!(sql(&filtered(&USER, filter)), @r#"SELECT 1 FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" INNER JOIN "items" ON "items"."order_id" = "orders"."id" WHERE "orders"."user_id" = "users"."id" AND "items"."name" <> ? AND "orders"."status" <> ?)"#);
}

#[test]
fn null_in_a_list_means_is_null() {
    let some = vec![Value::Null, "a".into()];
    assert_snapshot!(sql(&orders_where(in_values("note", some.clone(), false))), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IN (?) OR "orders"."note" IS NULL"#);
    assert_snapshot!(sql(&orders_where(in_values("note", some.clone(), true))), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" NOT IN (?) AND "orders"."note" IS NOT NULL"#);
    let both = in_values("note", some, false).and(eq(&ORDERS, "id", 1_i64));
    assert_snapshot!(sql(&orders_where(both)), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" IN (?) OR "orders"."note" IS NULL) AND "orders"."id" = ?"#);
    assert_snapshot!(sql(&orders_where(in_values("note", vec![Value::Null], true))), @r#"SELECT 1 FROM "orders" WHERE "orders"."note" IS NOT NULL"#);
}

#[test]
fn a_division_may_be_null() {
    use testudo_sql::ArithmeticOp::Div;
    let ratio = Expr::arithmetic(column(&ORDERS, "total"), Div, column(&ORDERS, "id"));
    let filter = Expr::comparison(ratio, CompareOp::Eq, Expr::Value(1.into())).negate();
    assert_snapshot!(sql(&orders_where(filter)), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE (CAST("orders"."total" AS REAL) / "orders"."id" = ?) IS NOT TRUE
    Postgres, MySQL, MariaDB: SELECT 1 FROM "orders" WHERE ("orders"."total" / "orders"."id" = ?) IS NOT TRUE
    "#);
}

#[test]
fn the_opposite_of_an_opposite_may_be_unknown_again() {
    let different = || {
        let (note, status) = (column(&ORDERS, "note"), column(&ORDERS, "status"));
        Expr::comparison(note, CompareOp::Ne, status)
    };
    let other = || eq(&ORDERS, "id", 1_i64);
    assert_snapshot!(sql(&orders_where(different().negate().or(other()).negate())), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" = "orders"."status" OR "orders"."id" = ?) IS NOT TRUE"#);
    let not_in = Expr::In(Box::new(In {
        expr: column(&ORDERS, "note"),
        set: InSet::Values(vec!["a".into()]),
        negated: true,
    }));
    let twice = Expr::Not(Box::new(not_in));
    assert_snapshot!(sql(&orders_where(twice.or(other()).negate())), @r#"SELECT 1 FROM "orders" WHERE ("orders"."note" IN (?) OR "orders"."id" = ?) IS NOT TRUE"#);
    assert_snapshot!(sql(&orders_where(different().or(other()).negate())), @r#"SELECT 1 FROM "orders" WHERE NOT (("orders"."note" = "orders"."status") IS NOT TRUE OR "orders"."id" = ?)"#);
}
