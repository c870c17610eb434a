//! Decimals divided: whole ones are INTEGERs on SQLite.

use insta::assert_snapshot;
use rust_decimal::Decimal;
use testudo_sql::{ArithmeticOp, Case, Dialect, Expr, Function, Value};

use crate::models::*;
use crate::snapshot::{sql, sql_for};

fn total() -> Expr {
    column(&ORDERS, "total")
}

fn id() -> Expr {
    column(&ORDERS, "id")
}

fn value(value: impl Into<Value>) -> Expr {
    Expr::Value(value.into())
}

fn div(left: Expr, right: Expr) -> Expr {
    Expr::arithmetic(left, ArithmeticOp::Div, right)
}

fn on_sqlite(expr: Expr) -> String {
    sql_for(Dialect::Sqlite, &selected(&ORDER, expr))
}

#[test]
fn a_decimal_column_is_divided_as_a_real_on_sqlite() {
    assert_snapshot!(sql(&selected(&ORDER, div(total(), value(3)))), @r#"
    SQLite: SELECT CAST("orders"."total" AS REAL) / ? FROM "orders"
    Postgres, MySQL, MariaDB: SELECT "orders"."total" / ? FROM "orders"
    "#);
    assert_snapshot!(on_sqlite(div(id(), total())), @r#"SELECT CAST("orders"."id" AS REAL) / "orders"."total" FROM "orders""#);
}

#[test]
fn a_decimal_value_is_divided_as_a_real_on_sqlite() {
    let three = || value(Decimal::from(3));
    assert_snapshot!(sql(&selected(&ORDER, div(id(), three()))), @r#"
    SQLite: SELECT CAST("orders"."id" AS REAL) / ? FROM "orders"
    Postgres, MySQL, MariaDB: SELECT "orders"."id" / ? FROM "orders"
    "#);
    assert_snapshot!(on_sqlite(div(three(), id())), @r#"SELECT CAST(? AS REAL) / "orders"."id" FROM "orders""#);
}

#[test]
fn a_decimal_within_arithmetic_makes_the_whole_a_decimal() {
    let sum = || Expr::arithmetic(total(), ArithmeticOp::Add, id());
    assert_snapshot!(on_sqlite(div(sum(), value(3))), @r#"SELECT CAST("orders"."total" + "orders"."id" AS REAL) / ? FROM "orders""#);
    assert_snapshot!(on_sqlite(div(id(), sum())), @r#"SELECT CAST("orders"."id" AS REAL) / ("orders"."total" + "orders"."id") FROM "orders""#);
    let share = div(total(), value(3));
    assert_snapshot!(on_sqlite(Expr::arithmetic(id(), ArithmeticOp::Sub, share)), @r#"SELECT "orders"."id" - CAST("orders"."total" AS REAL) / ? FROM "orders""#);
}

#[test]
fn a_chain_of_quotients_is_cast_once() {
    assert_snapshot!(on_sqlite(div(div(total(), value(3)), value(2))), @r#"SELECT CAST("orders"."total" AS REAL) / ? / ? FROM "orders""#);
    assert_snapshot!(on_sqlite(div(div(id(), value(3)), total())), @r#"SELECT CAST("orders"."id" / ? AS REAL) / "orders"."total" FROM "orders""#);
}

#[test]
fn a_function_or_case_of_decimals_is_a_decimal() {
    let sum = Expr::call(Function::Sum, vec![total()]);
    assert_snapshot!(on_sqlite(div(sum, value(3))), @r#"SELECT CAST(SUM("orders"."total") AS REAL) / ? FROM "orders""#);
    let count = Expr::call(Function::Count, vec![total()]);
    assert_snapshot!(on_sqlite(div(count, value(3))), @r#"SELECT COUNT("orders"."total") / ? FROM "orders""#);
    let case = Case {
        branches: vec![(gt(&ORDERS, "total", 100), total())],
        otherwise: None,
    };
    assert_snapshot!(on_sqlite(div(Expr::Case(Box::new(case)), value(3))), @r#"SELECT CAST(CASE WHEN "orders"."total" > ? THEN "orders"."total" END AS REAL) / ? FROM "orders""#);
    let subquery = Expr::Subquery(Box::new(selected(&ORDER, total())));
    assert_snapshot!(on_sqlite(div(subquery, value(3))), @r#"SELECT CAST((SELECT "t1"."total" FROM "orders" AS "t1") AS REAL) / ? FROM "orders""#);
}

#[test]
fn a_quotient_of_integers_is_an_integer() {
    assert_snapshot!(sql(&selected(&ORDER, div(id(), value(3)))), @r#"
    SQLite, Postgres: SELECT "orders"."id" / ? FROM "orders"
    MySQL, MariaDB: SELECT "orders"."id" DIV ? FROM "orders"
    "#);
}

#[test]
fn other_operators_need_no_cast() {
    for op in [ArithmeticOp::Add, ArithmeticOp::Sub, ArithmeticOp::Mul] {
        let statement = selected(&ORDER, Expr::arithmetic(total(), op, value(3)));
        assert!(!sql(&statement).contains("CAST"));
    }
}
