//! Functions, aggregates, CASE and parts of dates.

use insta::assert_snapshot;
use testudo_sql::{Case, CastType, DatePart, DateUnit, Expr, Function, FunctionCall};

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
    Postgres: SELECT LOWER("orders"."status" COLLATE "default") COLLATE "C" FROM "orders"
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
    SQLite: SELECT ((RANDOM() & 9007199254740991) / 9007199254740992.0) FROM "orders"
    Postgres: SELECT RANDOM() FROM "orders"
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
    assert_snapshot!(sql(&selected(&ORDER, Expr::Case(Box::new(case)))), @r#"
    SQLite: SELECT CASE WHEN "orders"."total" > ? THEN ? WHEN "orders"."total" > ? THEN ? ELSE ? END FROM "orders"
    Postgres: SELECT CASE WHEN "orders"."total" > $1 THEN $2 WHEN "orders"."total" > $3 THEN $4 ELSE $5 END COLLATE "C" FROM "orders"
    MySQL: SELECT CASE WHEN `orders`.`total` > ? THEN ? WHEN `orders`.`total` > ? THEN ? ELSE ? END COLLATE utf8mb4_0900_bin FROM `orders`
    MariaDB: SELECT CASE WHEN `orders`.`total` > ? THEN ? WHEN `orders`.`total` > ? THEN ? ELSE ? END COLLATE utf8mb4_nopad_bin FROM `orders`
    "#);
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

/// Several calls, one below the other.
fn calls(all: impl IntoIterator<Item = (Function, Vec<Expr>)>) -> String {
    let lines = all.into_iter().map(|(function, args)| call(function, args));
    lines.collect::<Vec<_>>().join("\n")
}

fn number(n: i64) -> Expr {
    Expr::Value(n.into())
}

#[test]
fn texts_are_cut_and_replaced() {
    assert_snapshot!(calls([
        (Function::Trim, vec![status()]),
        (Function::LTrim, vec![status()]),
        (Function::RTrim, vec![status()]),
        (Function::Substr, vec![status(), number(2), number(3)]),
        (Function::Left, vec![status(), number(2)]),
        (Function::Right, vec![status(), number(2)]),
        (Function::Replace, vec![status(), Expr::Value("a".into()), Expr::Value("b".into())]),
    ]), @r#"
    SELECT TRIM("orders"."status") FROM "orders"
    SELECT LTRIM("orders"."status") FROM "orders"
    SELECT RTRIM("orders"."status") FROM "orders"
    SQLite, MySQL, MariaDB: SELECT SUBSTR("orders"."status", ?, ?) FROM "orders"
    Postgres: SELECT SUBSTR("orders"."status", CAST($1 AS INTEGER), CAST($2 AS INTEGER)) FROM "orders"
    SQLite: SELECT SUBSTR("orders"."status", 1, ?) FROM "orders"
    Postgres: SELECT LEFT("orders"."status", CAST($1 AS INTEGER)) FROM "orders"
    MySQL, MariaDB: SELECT LEFT("orders"."status", ?) FROM "orders"
    SQLite: SELECT SUBSTR("orders"."status", -?, ?) FROM "orders"
    Postgres: SELECT RIGHT("orders"."status", CAST($1 AS INTEGER)) FROM "orders"
    MySQL, MariaDB: SELECT RIGHT("orders"."status", ?) FROM "orders"
    SELECT REPLACE("orders"."status", ?, ?) FROM "orders"
    "#);
    let two = vec![Expr::Value("a".into()), Expr::Value("b".into())];
    assert_snapshot!(call(Function::Concat, two), @r#"
    SQLite: SELECT (? || ?) FROM "orders"
    Postgres: SELECT (CAST($1 AS TEXT) || $2) FROM "orders"
    MySQL, MariaDB: SELECT CONCAT(?, ?) FROM "orders"
    "#);
}

#[test]
fn numbers_are_rounded_and_raised() {
    assert_snapshot!(calls([
        (Function::Abs, vec![total()]),
        (Function::Round, vec![total()]),
        (Function::Ceil, vec![total()]),
        (Function::Floor, vec![total()]),
        (Function::Sqrt, vec![total()]),
        (Function::Power, vec![total(), number(2)]),
    ]), @r#"
    SELECT ABS("orders"."total") FROM "orders"
    SELECT ROUND("orders"."total") FROM "orders"
    SQLite: SELECT (CAST("orders"."total" AS INTEGER) + ("orders"."total" > CAST("orders"."total" AS INTEGER))) FROM "orders"
    Postgres, MySQL, MariaDB: SELECT CEIL("orders"."total") FROM "orders"
    SQLite: SELECT (CAST("orders"."total" AS INTEGER) - ("orders"."total" < CAST("orders"."total" AS INTEGER))) FROM "orders"
    Postgres, MySQL, MariaDB: SELECT FLOOR("orders"."total") FROM "orders"
    SQLite: error: SQLite does not support SQRT; SQLite has it only where it was compiled with SQLITE_ENABLE_MATH_FUNCTIONS: name it by `sql_function!` there, or calculate it in Rust
    Postgres: SELECT SQRT(CAST("orders"."total" AS DOUBLE PRECISION)) FROM "orders"
    MySQL, MariaDB: SELECT SQRT("orders"."total") FROM "orders"
    SQLite: error: SQLite does not support POWER; SQLite has it only where it was compiled with SQLITE_ENABLE_MATH_FUNCTIONS: name it by `sql_function!` there, or calculate it in Rust
    Postgres: SELECT POWER(CAST("orders"."total" AS DOUBLE PRECISION), CAST($1 AS DOUBLE PRECISION)) FROM "orders"
    MySQL, MariaDB: SELECT POWER("orders"."total", ?) FROM "orders"
    "#);
}

#[test]
fn the_least_of_arguments_is_null_if_one_of_them_is() {
    assert_snapshot!(call(Function::Greatest, vec![total(), number(10)]), @r#"
    SQLite: SELECT MAX("orders"."total", ?) FROM "orders"
    Postgres, MySQL, MariaDB: SELECT GREATEST("orders"."total", ?) FROM "orders"
    "#);
    assert_snapshot!(call(Function::Least, vec![status(), column(&ORDERS, "note")]), @r#"
    SQLite: SELECT MIN("orders"."status", "orders"."note") FROM "orders"
    Postgres: SELECT CASE WHEN "orders"."note" IS NOT NULL THEN LEAST("orders"."status", "orders"."note") END FROM "orders"
    MySQL, MariaDB: SELECT LEAST("orders"."status", "orders"."note") FROM "orders"
    "#);
    assert_snapshot!(call(Function::NullIf, vec![status(), Expr::Value("".into())]), @r#"SELECT NULLIF("orders"."status", ?) FROM "orders""#);
}

#[test]
fn a_fraction_is_cut_off_before_it_becomes_an_integer() {
    let cast = |to, of: &dyn Fn() -> Expr| call(Function::Cast(to), vec![of()]);
    assert_snapshot!(cast(CastType::Integer, &total), @r#"
    SQLite: SELECT CAST("orders"."total" AS INTEGER) FROM "orders"
    Postgres: SELECT CAST(TRUNC("orders"."total") AS BIGINT) FROM "orders"
    MySQL, MariaDB: SELECT CAST(TRUNCATE("orders"."total", 0) AS SIGNED) FROM "orders"
    "#);
    assert_snapshot!(cast(CastType::Integer, &status), @r#"
    SQLite: SELECT CAST("orders"."status" AS INTEGER) FROM "orders"
    Postgres: SELECT CAST("orders"."status" AS BIGINT) FROM "orders"
    MySQL, MariaDB: SELECT CAST("orders"."status" AS SIGNED) FROM "orders"
    "#);
    assert_snapshot!(cast(CastType::Double, &status), @r#"
    SQLite: SELECT CAST("orders"."status" AS REAL) FROM "orders"
    Postgres: SELECT CAST("orders"."status" AS DOUBLE PRECISION) FROM "orders"
    MySQL, MariaDB: SELECT CAST("orders"."status" AS DOUBLE) FROM "orders"
    "#);
    assert_snapshot!(cast(CastType::Text, &total), @r#"
    SQLite: SELECT CAST("orders"."total" AS TEXT) FROM "orders"
    Postgres: SELECT CAST("orders"."total" AS TEXT) COLLATE "C" FROM "orders"
    MySQL: SELECT CAST(`orders`.`total` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin FROM `orders`
    MariaDB: SELECT CAST(`orders`.`total` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin FROM `orders`
    "#);
}

#[test]
fn times_are_cut_to_units_of_the_calendar_in_utc() {
    let units = [
        DateUnit::Year,
        DateUnit::Quarter,
        DateUnit::Month,
        DateUnit::Week,
        DateUnit::Day,
        DateUnit::Hour,
        DateUnit::Minute,
        DateUnit::Second,
    ];
    let at = || vec![column(&ORDERS, "created_at")];
    assert_snapshot!(calls(units.map(|unit| (Function::Truncate(unit), at()))), @r#"
    SQLite: SELECT (strftime('%Y-01-01T00:00:00', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('year', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(MAKEDATE(YEAR("orders"."created_at"), 1) AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-', SUBSTR("orders"."created_at", 1, 19)) || printf('%02d', (CAST(strftime('%m', SUBSTR("orders"."created_at", 1, 19)) AS INTEGER) + 2) / 3 * 3 - 2) || '-01T00:00:00' || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('quarter', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(MAKEDATE(YEAR("orders"."created_at"), 1) + INTERVAL QUARTER("orders"."created_at") - 1 QUARTER AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-01T00:00:00', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('month', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE("orders"."created_at") - INTERVAL DAY("orders"."created_at") - 1 DAY AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-%dT00:00:00', SUBSTR("orders"."created_at", 1, 19), '-6 days', 'weekday 1') || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('week', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE("orders"."created_at") - INTERVAL WEEKDAY("orders"."created_at") DAY AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-%dT00:00:00', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('day', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE("orders"."created_at") AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-%dT%H:00:00', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('hour', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE_FORMAT("orders"."created_at", '%Y-%m-%d %H:00:00') AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-%dT%H:%M:00', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('minute', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE_FORMAT("orders"."created_at", '%Y-%m-%d %H:%i:00') AS DATETIME(6)) FROM "orders"
    SQLite: SELECT (strftime('%Y-%m-%dT%H:%M:%S', SUBSTR("orders"."created_at", 1, 19)) || '.000000+00:00') FROM "orders"
    Postgres: SELECT (DATE_TRUNC('second', "orders"."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE_FORMAT("orders"."created_at", '%Y-%m-%d %H:%i:%s') AS DATETIME(6)) FROM "orders"
    "#);
    let naive = "2024-02-29T12:00:00".parse::<chrono::NaiveDateTime>();
    let naive = Expr::Value(naive.expect("a time").into());
    assert_snapshot!(call(Function::Truncate(DateUnit::Month), vec![naive]), @r#"
    SQLite: SELECT (strftime('%Y-%m-01T00:00:00', SUBSTR(?, 1, 19)) || '.000000') FROM "orders"
    Postgres: SELECT DATE_TRUNC('month', $1) FROM "orders"
    MySQL, MariaDB: SELECT CAST(DATE(?) - INTERVAL DAY(?) - 1 DAY AS DATETIME(6)) FROM "orders"
    "#);
}

#[test]
fn a_duration_is_added_to_a_time_by_the_microsecond() {
    let args = || vec![column(&ORDERS, "created_at"), number(1_500_000)];
    assert_snapshot!(call(Function::AddTime, args()), @r#"
    SQLite: SELECT (strftime('%Y-%m-%dT%H:%M:%S', ((CAST(strftime('%s', SUBSTR("orders"."created_at", 1, 19)) AS INTEGER) + 62135596800) * 1000000 + CAST(SUBSTR("orders"."created_at", 21, 6) AS INTEGER) + ?) / 1000000 - 62135596800, 'unixepoch') || printf('.%06d', ((CAST(strftime('%s', SUBSTR("orders"."created_at", 1, 19)) AS INTEGER) + 62135596800) * 1000000 + CAST(SUBSTR("orders"."created_at", 21, 6) AS INTEGER) + ?) % 1000000) || '+00:00') FROM "orders"
    Postgres: SELECT ("orders"."created_at" + $1 * INTERVAL '1 microsecond') FROM "orders"
    MySQL, MariaDB: SELECT DATE_ADD("orders"."created_at", INTERVAL ? MICROSECOND) FROM "orders"
    "#);
    assert_snapshot!(call(Function::SubTime, args()), @r#"
    SQLite: SELECT (strftime('%Y-%m-%dT%H:%M:%S', ((CAST(strftime('%s', SUBSTR("orders"."created_at", 1, 19)) AS INTEGER) + 62135596800) * 1000000 + CAST(SUBSTR("orders"."created_at", 21, 6) AS INTEGER) - ?) / 1000000 - 62135596800, 'unixepoch') || printf('.%06d', ((CAST(strftime('%s', SUBSTR("orders"."created_at", 1, 19)) AS INTEGER) + 62135596800) * 1000000 + CAST(SUBSTR("orders"."created_at", 21, 6) AS INTEGER) - ?) % 1000000) || '+00:00') FROM "orders"
    Postgres: SELECT ("orders"."created_at" - $1 * INTERVAL '1 microsecond') FROM "orders"
    MySQL, MariaDB: SELECT DATE_SUB("orders"."created_at", INTERVAL ? MICROSECOND) FROM "orders"
    "#);
}

#[test]
fn the_day_of_the_week_is_counted_from_monday() {
    let of = Box::new(column(&ORDERS, "created_at"));
    assert_snapshot!(sql(&selected(&ORDER, Expr::DatePart(DatePart::WeekDay, of))), @r#"
    SQLite: SELECT (CAST(strftime('%w', date("orders"."created_at")) AS INTEGER) + 6) % 7 + 1 FROM "orders"
    Postgres: SELECT CAST(EXTRACT(ISODOW FROM "orders"."created_at" AT TIME ZONE 'UTC') AS INTEGER) FROM "orders"
    MySQL, MariaDB: SELECT WEEKDAY("orders"."created_at") + 1 FROM "orders"
    "#);
}
