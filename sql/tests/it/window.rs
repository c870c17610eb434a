//! Window functions and their frames.

use insta::assert_snapshot;
use testudo_sql::{Expr, Frame, FrameBound, FrameUnit, Function, FunctionCall, Window, WindowCall};

use crate::models::*;
use crate::snapshot::{error, sql};

fn over(function: Function, args: Vec<Expr>, window: Window) -> Expr {
    let call = FunctionCall::new(function, args);
    Expr::Window(Box::new(WindowCall { call, window }))
}

fn by_user() -> Window {
    Window {
        partition_by: vec![column(&ORDERS, "user_id")],
        order_by: vec![column(&ORDERS, "created_at").desc()],
        frame: None,
    }
}

fn framed(unit: FrameUnit, start: FrameBound, end: FrameBound) -> Window {
    Window {
        frame: Some(Frame { unit, start, end }),
        ..by_user()
    }
}

fn total() -> Vec<Expr> {
    vec![column(&ORDERS, "total")]
}

#[test]
fn every_window_function_has_a_name_on_every_dialect() {
    let all = [
        (Function::RowNumber, vec![]),
        (Function::Rank, vec![]),
        (Function::DenseRank, vec![]),
        (Function::PercentRank, vec![]),
        (Function::CumeDist, vec![]),
        (Function::Ntile(4), vec![]),
        (Function::Lag(1), total()),
        (Function::Lead(2), total()),
        (Function::FirstValue, total()),
        (Function::LastValue, total()),
        (Function::NthValue(3), total()),
        (Function::Sum, total()),
    ];
    let line = |(function, args)| sql(&selected(&ORDER, over(function, args, Window::default())));
    assert_snapshot!(all.into_iter().map(line).collect::<Vec<_>>().join("\n"), @r#"
    SELECT ROW_NUMBER() OVER () FROM "orders"
    SELECT RANK() OVER () FROM "orders"
    SELECT DENSE_RANK() OVER () FROM "orders"
    SELECT PERCENT_RANK() OVER () FROM "orders"
    SELECT CUME_DIST() OVER () FROM "orders"
    SELECT NTILE(4) OVER () FROM "orders"
    SELECT LAG("orders"."total", 1) OVER () FROM "orders"
    SELECT LEAD("orders"."total", 2) OVER () FROM "orders"
    SELECT FIRST_VALUE("orders"."total") OVER () FROM "orders"
    SELECT LAST_VALUE("orders"."total") OVER () FROM "orders"
    SELECT NTH_VALUE("orders"."total", 3) OVER () FROM "orders"
    SELECT SUM("orders"."total") OVER () FROM "orders"
    "#);
}

#[test]
fn a_window_has_partitions_an_order_and_a_frame() {
    assert_snapshot!(sql(&selected(&ORDER, over(Function::RowNumber, vec![], by_user()))), @r#"SELECT ROW_NUMBER() OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."created_at" DESC) FROM "orders""#);
    let moving = framed(
        FrameUnit::Rows,
        FrameBound::Preceding(2),
        FrameBound::CurrentRow,
    );
    assert_snapshot!(sql(&selected(&ORDER, over(Function::Avg, total(), moving))), @r#"SELECT AVG("orders"."total") OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."created_at" DESC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM "orders""#);
    let near = Window {
        partition_by: vec![],
        ..framed(
            FrameUnit::Range,
            FrameBound::UnboundedPreceding,
            FrameBound::Following(1),
        )
    };
    assert_snapshot!(sql(&selected(&ORDER, over(Function::Sum, total(), near))), @r#"SELECT SUM("orders"."total") OVER (ORDER BY "orders"."created_at" DESC RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM "orders""#);
    let all = Window {
        frame: Some(Frame {
            unit: FrameUnit::Rows,
            start: FrameBound::UnboundedPreceding,
            end: FrameBound::UnboundedFollowing,
        }),
        ..Window::default()
    };
    assert_snapshot!(sql(&selected(&ORDER, over(Function::LastValue, total(), all))), @r#"SELECT LAST_VALUE("orders"."total") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM "orders""#);
}

#[test]
fn groups_of_rows_are_counted_where_the_dialect_can() {
    let groups = framed(
        FrameUnit::Groups,
        FrameBound::Preceding(1),
        FrameBound::CurrentRow,
    );
    assert_snapshot!(sql(&selected(&ORDER, over(Function::Sum, total(), groups))), @r#"
    SQLite, Postgres: SELECT SUM("orders"."total") OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."created_at" DESC GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM "orders"
    MySQL: error: MySQL does not support frames of groups of rows; count rows, or the distance in the order
    MariaDB: error: MariaDB does not support frames of groups of rows; count rows, or the distance in the order
    "#);
}

#[test]
fn an_aggregate_over_a_window_keeps_its_filter() {
    let call = FunctionCall {
        filter: Some(eq(&ORDERS, "status", "paid")),
        ..FunctionCall::new(Function::Sum, total())
    };
    let window = by_user();
    let expr = Expr::Window(Box::new(WindowCall { call, window }));
    assert_snapshot!(sql(&selected(&ORDER, expr)), @r#"
    SQLite, Postgres: SELECT SUM("orders"."total") FILTER (WHERE "orders"."status" = ?) OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."created_at" DESC) FROM "orders"
    MySQL, MariaDB: SELECT SUM(CASE WHEN "orders"."status" = ? THEN "orders"."total" END) OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."created_at" DESC) FROM "orders"
    "#);
}

#[test]
fn what_no_window_can_do_is_refused() {
    let numbered = over(Function::RowNumber, vec![], by_user());
    let first = Expr::comparison(numbered, testudo_sql::CompareOp::Eq, Expr::Value(1.into()));
    assert_snapshot!(error(&orders_where(first)), @"cannot compile SELECT: ROW_NUMBER over a window stands in a condition, which is tested before there are windows; select it in a subquery and put the condition around that");
    assert_snapshot!(error(&selected(&ORDER, Expr::call(Function::Rank, vec![]))), @"cannot compile SELECT: RANK looks at a window of rows; say which by OVER");
    assert_snapshot!(error(&selected(&ORDER, over(Function::Abs, total(), by_user()))), @"cannot compile SELECT: ABS looks at one row; OVER belongs to aggregates and window functions");
    let backwards = framed(
        FrameUnit::Rows,
        FrameBound::CurrentRow,
        FrameBound::Preceding(1),
    );
    assert_snapshot!(error(&selected(&ORDER, over(Function::Sum, total(), backwards))), @"cannot compile SELECT: the frame of a window ends before it begins");
    let call = FunctionCall {
        distinct: true,
        ..FunctionCall::new(Function::Count, total())
    };
    let window = by_user();
    let distinct = Expr::Window(Box::new(WindowCall { call, window }));
    assert_snapshot!(error(&selected(&ORDER, distinct)), @"cannot compile SELECT: COUNT over a window takes no DISTINCT; no server has it");
}
