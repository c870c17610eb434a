//! Lists too long for a bind each.

use chrono::NaiveDate;
use insta::assert_snapshot;
use testudo_sql::{Dialect, Expr, In, InSet, Value};
use uuid::Uuid;

use crate::models::*;
use crate::snapshot::sql;

fn is_in(expr: Expr, values: Vec<Value>) -> Expr {
    Expr::In(Box::new(In {
        expr,
        set: InSet::of(values),
        negated: false,
    }))
}

fn many(value: impl Fn(i64) -> Value) -> Vec<Value> {
    (0..100_000).map(value).collect()
}

#[test]
fn a_thousand_values_are_binds_of_their_own_and_more_are_one_bind() {
    let id = || column(&ORDERS, "id");
    let compiled = |values: Vec<Value>| {
        let select = orders_where(is_in(id(), values));
        Dialect::ALL.map(|dialect| select.compile(dialect).unwrap().binds.len())
    };
    assert_eq!(compiled(many(Value::I64)[..1_000].to_vec()), [1_000; 4]);
    assert_eq!(compiled(many(Value::I64)[..1_001].to_vec()), [1; 4]);
    assert_eq!(compiled(many(Value::I64)), [1; 4]);
}

#[test]
fn one_bind_holds_the_whole_list() {
    let id = is_in(column(&ORDERS, "id"), many(Value::I64));
    assert_snapshot!(sql(&orders_where(id.clone())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT value FROM json_each(?))
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."id" = ANY($1)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item BIGINT PATH '$')) AS "t1")
    "#);
    assert_snapshot!(sql(&orders_where(id.negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."id" NOT IN (SELECT value FROM json_each(?))
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."id" <> ALL($1)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."id" NOT IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item BIGINT PATH '$')) AS "t1")
    "#);
    let text = many(|n| n.to_string().into());
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "status"), text))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."status" IN (SELECT value FROM json_each(?))
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."status" = ANY($1)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."status" IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item LONGTEXT PATH '$')) AS "t1")
    "#);
    let uuid = many(|n| Uuid::from_u128(n.unsigned_abs().into()).into());
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "id"), uuid))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT unhex(value) FROM json_each(?))
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."id" = ANY($1)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT UNHEX(item) FROM JSON_TABLE(?, '$[*]' COLUMNS (item CHAR(32) PATH '$')) AS "t1")
    "#);
    let date = many(|_| NaiveDate::default().into());
    assert_snapshot!(sql(&orders_where(is_in(column(&ORDERS, "created_at"), date))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."created_at" IN (SELECT value FROM json_each(?))
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."created_at" = ANY($1)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."created_at" IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item DATE PATH '$')) AS "t1")
    "#);
}

#[test]
fn null_in_a_long_list_means_is_null_and_its_complement_keeps_nulls() {
    let with_null = |null: bool| {
        let mut values = many(Value::I64);
        if null {
            values.push(Value::Null);
        }
        is_in(column(&ORDERS, "note"), values)
    };
    assert_snapshot!(sql(&orders_where(with_null(true))), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."note" IN (SELECT value FROM json_each(?)) OR "orders"."note" IS NULL
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."note" = ANY($1) OR "orders"."note" IS NULL
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."note" IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item BIGINT PATH '$')) AS "t1") OR "orders"."note" IS NULL
    "#);
    assert_snapshot!(sql(&orders_where(with_null(true).negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE "orders"."note" NOT IN (SELECT value FROM json_each(?)) AND "orders"."note" IS NOT NULL
    Postgres: SELECT 1 FROM "orders" WHERE "orders"."note" <> ALL($1) AND "orders"."note" IS NOT NULL
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."note" NOT IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item BIGINT PATH '$')) AS "t1") AND "orders"."note" IS NOT NULL
    "#);
    assert_snapshot!(sql(&orders_where(with_null(false).negate())), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE ("orders"."note" IN (SELECT value FROM json_each(?))) IS NOT TRUE
    Postgres: SELECT 1 FROM "orders" WHERE ("orders"."note" = ANY($1)) IS NOT TRUE
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE ("orders"."note" IN (SELECT item FROM JSON_TABLE(?, '$[*]' COLUMNS (item BIGINT PATH '$')) AS "t1")) IS NOT TRUE
    "#);
}

#[test]
fn what_json_does_not_keep_is_a_bind_each_and_refused_where_they_are_too_many() {
    let select = orders_where(is_in(column(&ORDERS, "total"), many(|_| Value::F64(0.1))));
    assert_eq!(select.compile(Dialect::Postgres).unwrap().binds.len(), 1);
    assert_snapshot!(select.compile(Dialect::Sqlite).unwrap_err(), @"cannot compile SELECT: it has 100000 bind parameters and SQLite takes 32766; split it into several");
    let nul = many(|_| "a\0b".into())[..1_001].to_vec();
    let select = orders_where(is_in(column(&ORDERS, "status"), nul));
    assert_eq!(select.compile(Dialect::Sqlite).unwrap().binds.len(), 1_001);
}
