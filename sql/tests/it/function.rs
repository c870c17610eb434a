//! Functions, aggregates, CASE and parts of dates.

use insta::assert_snapshot;
use testudo_sql::{Case, DatePart, Expr, Function, FunctionCall};

use crate::models::*;
use crate::snapshot::sql;

fn status() -> Expr {
    column(&ORDERS, "status")
}

fn total() -> Expr {
    column(&ORDERS, "total")
}

fn call(function: Function, args: Vec<Expr>) -> String {
    sql(&selected(&ORDER, Expr::call(function, args)))
}

#[test]
fn functions_have_each_dialects_name() {
    assert_snapshot!(call(Function::Length, vec![status()]), @r#"
    SQLite, Postgres: SELECT LENGTH("orders"."status") FROM "orders"
    MySQL, MariaDB: SELECT CHAR_LENGTH("orders"."status") FROM "orders"
    "#);
    assert_snapshot!(call(Function::Lower, vec![status()]), @r#"
    SQLite, MySQL, MariaDB: SELECT LOWER("orders"."status") FROM "orders"
    Postgres: SELECT LOWER("orders"."status" COLLATE "default") FROM "orders"
    "#);
    assert_snapshot!(call(Function::Coalesce, vec![column(&ORDERS, "note"), status()]), @r#"SELECT COALESCE("orders"."note", "orders"."status") FROM "orders""#);
    assert_snapshot!(call(Function::Concat, vec![status(), Expr::Value("-".into()), status()]), @r#"
    SQLite, Postgres: SELECT ("orders"."status" || ? || "orders"."status") FROM "orders"
    MySQL, MariaDB: SELECT CONCAT("orders"."status", ?, "orders"."status") FROM "orders"
    "#);
    assert_snapshot!(call(Function::Round, vec![total(), Expr::Value(1.into())]), @r#"
    SQLite, MySQL, MariaDB: SELECT ROUND("orders"."total", ?) FROM "orders"
    Postgres: SELECT ROUND(CAST("orders"."total" AS NUMERIC), CAST($1 AS INTEGER)) FROM "orders"
    "#);
    assert_snapshot!(call(Function::Now, vec![]), @r#"
    SQLite: SELECT strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now') FROM "orders"
    Postgres: SELECT CURRENT_TIMESTAMP FROM "orders"
    MySQL, MariaDB: SELECT UTC_TIMESTAMP(6) FROM "orders"
    "#);
    assert_snapshot!(call(Function::Random, vec![]), @r#"
    SQLite, Postgres: SELECT RANDOM() FROM "orders"
    MySQL, MariaDB: SELECT RAND() FROM "orders"
    "#);
    assert_snapshot!(call(Function::Named("date_trunc"), vec![Expr::Value("day".into())]), @r#"SELECT date_trunc(?) FROM "orders""#);
}

#[test]
fn aggregates_take_distinct_and_a_filter() {
    let aggregate = |function, args: Vec<Expr>, distinct| {
        let filter = Some(eq(&ORDERS, "status", "paid"));
        let call = FunctionCall {
            function,
            args,
            distinct,
            filter,
        };
        sql(&selected(&ORDER, Expr::Function(Box::new(call))))
    };
    assert_snapshot!(aggregate(Function::Count, vec![], false), @r#"
    SQLite, Postgres: SELECT COUNT(*) FILTER (WHERE "orders"."status" = ?) FROM "orders"
    MySQL, MariaDB: SELECT COUNT(CASE WHEN "orders"."status" = ? THEN 1 END) FROM "orders"
    "#);
    assert_snapshot!(aggregate(Function::Sum, vec![total()], false), @r#"
    SQLite, Postgres: SELECT SUM("orders"."total") FILTER (WHERE "orders"."status" = ?) FROM "orders"
    MySQL, MariaDB: SELECT SUM(CASE WHEN "orders"."status" = ? THEN "orders"."total" END) FROM "orders"
    "#);
    assert_snapshot!(aggregate(Function::Count, vec![status()], true), @r#"
    SQLite, Postgres: SELECT COUNT(DISTINCT "orders"."status") FILTER (WHERE "orders"."status" = ?) FROM "orders"
    MySQL, MariaDB: SELECT COUNT(DISTINCT CASE WHEN "orders"."status" = ? THEN "orders"."status" END) FROM "orders"
    "#);
}

#[test]
fn an_aggregate_over_a_relation_joins_it() {
    let mut select = selected(
        &USER,
        Expr::call(Function::Count, vec![column(&USER_ORDERS, "id")]),
    );
    select.clauses_mut().group_by = vec![column(&USERS, "id")];
    assert_snapshot!(sql(&select), @r#"SELECT COUNT("orders"."id") FROM "users" LEFT JOIN "orders" ON "orders"."user_id" = "users"."id" GROUP BY "users"."id""#);
}

#[test]
fn a_case_has_its_branches_in_order() {
    let case = Case {
        branches: vec![
            (gt(&ORDERS, "total", 100), Expr::Value("big".into())),
            (gt(&ORDERS, "total", 10), Expr::Value("middle".into())),
        ],
        otherwise: Some(Expr::Value("small".into())),
    };
    assert_snapshot!(sql(&selected(&ORDER, Expr::Case(Box::new(case)))), @r#"SELECT CASE WHEN "orders"."total" > ? THEN ? WHEN "orders"."total" > ? THEN ? ELSE ? END FROM "orders""#);
}

#[test]
fn parts_of_dates_are_integers_in_utc() {
    let part = |part| {
        let of = Box::new(column(&ORDERS, "created_at"));
        sql(&selected(&ORDER, Expr::DatePart(part, of)))
    };
    assert_snapshot!(part(DatePart::Date), @r#"
    SQLite: SELECT date("orders"."created_at") FROM "orders"
    Postgres: SELECT CAST("orders"."created_at" AT TIME ZONE 'UTC' AS DATE) FROM "orders"
    MySQL, MariaDB: SELECT DATE("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Year), @r#"
    SQLite: SELECT CAST(strftime('%Y', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(EXTRACT(YEAR FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT YEAR("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Quarter), @r#"
    SQLite: SELECT (CAST(strftime('%m', "orders"."created_at") AS INTEGER) + 2) / 3 FROM "orders"
    Postgres: SELECT CAST(EXTRACT(QUARTER FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT QUARTER("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Month), @r#"
    SQLite: SELECT CAST(strftime('%m', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(EXTRACT(MONTH FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT MONTH("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Week), @r#"
    SQLite: SELECT (CAST(strftime('%j', date("orders"."created_at"), '-3 days', 'weekday 4') AS INTEGER) - 1) / 7 + 1 FROM "orders"
    Postgres: SELECT CAST(EXTRACT(WEEK FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT WEEK("orders"."created_at", 3) FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Day), @r#"
    SQLite: SELECT CAST(strftime('%d', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(EXTRACT(DAY FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT DAY("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Hour), @r#"
    SQLite: SELECT CAST(strftime('%H', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(EXTRACT(HOUR FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT HOUR("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Minute), @r#"
    SQLite: SELECT CAST(strftime('%M', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(EXTRACT(MINUTE FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT MINUTE("orders"."created_at") FROM "orders"
    "#);
    assert_snapshot!(part(DatePart::Second), @r#"
    SQLite: SELECT CAST(strftime('%S', "orders"."created_at") AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(FLOOR(EXTRACT(SECOND FROM "orders"."created_at" AT TIME ZONE 'UTC')) AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT SECOND("orders"."created_at") FROM "orders"
    "#);
}

#[test]
fn the_mean_of_integers_keeps_its_digits() {
    assert_snapshot!(call(Function::Avg, vec![column(&ORDERS, "id")]), @r#"
    SQLite, Postgres: SELECT AVG("orders"."id") FROM "orders"
    MySQL, MariaDB: SELECT AVG(CAST("orders"."id" AS DOUBLE)) FROM "orders"
    "#);
    assert_snapshot!(call(Function::Avg, vec![total()]), @r#"SELECT AVG("orders"."total") FROM "orders""#);
}

#[test]
fn the_least_and_the_greatest_of_booleans_are_found() {
    let of_users = |function| {
        sql(&selected(
            &USER,
            Expr::call(function, vec![column(&USERS, "is_staff")]),
        ))
    };
    assert_snapshot!(of_users(Function::Min), @r#"
    SQLite, MySQL, MariaDB: SELECT MIN("users"."is_staff") FROM "users"
    Postgres: SELECT BOOL_AND("users"."is_staff") FROM "users"
    "#);
    assert_snapshot!(of_users(Function::Max), @r#"
    SQLite, MySQL, MariaDB: SELECT MAX("users"."is_staff") FROM "users"
    Postgres: SELECT BOOL_OR("users"."is_staff") FROM "users"
    "#);
}
