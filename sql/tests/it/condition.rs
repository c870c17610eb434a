//! Conditions and arithmetic, with no more parentheses than needed.

use insta::assert_snapshot;
use testudo_sql::{ArithmeticOp, Between, CompareOp, Dialect, Expr, In, InSet, Value};

use crate::models::*;
use crate::snapshot::sql;

fn number(n: i64) -> Expr {
    Expr::Value(n.into())
}

fn total() -> Expr {
    column(&ORDERS, "total")
}

#[test]
fn and_or_not_nest_with_the_parentheses_they_need() {
    let (a, b, c, d) = (
        eq(&ORDERS, "id", 1_i64),
        eq(&ORDERS, "id", 2_i64),
        eq(&ORDERS, "id", 3_i64),
        eq(&ORDERS, "id", 4_i64),
    );
    let filter = a
        .clone()
        .and(b.clone().or(c.clone()))
        .or(d.clone().and(a.clone().and(b).negate()));
    assert_snapshot!(sql(&orders_where(filter.or(c.or(d).negate()))), @r#"SELECT 1 FROM "orders" WHERE "orders"."id" = ? AND ("orders"."id" = ? OR "orders"."id" = ?) OR "orders"."id" = ? AND NOT ("orders"."id" = ? AND "orders"."id" = ?) OR NOT ("orders"."id" = ? OR "orders"."id" = ?)"#);
}

#[test]
fn arithmetic_keeps_its_meaning() {
    use ArithmeticOp::{Add, Div, Mul, Rem, Sub};
    let op = Expr::arithmetic;
    let sum = op(
        op(total(), Add, number(1)),
        Sub,
        op(number(2), Sub, number(3)),
    );
    assert_snapshot!(sql(&selected(&ORDER, sum)), @r#"SELECT "orders"."total" + ? - (? - ?) FROM "orders""#);
    let product = op(
        op(total(), Add, number(1)),
        Mul,
        op(number(2), Div, op(number(3), Rem, number(4))),
    );
    assert_snapshot!(sql(&selected(&ORDER, product)), @r#"
    SQLite, Postgres: SELECT ("orders"."total" + ?) * (? / (? % ?)) FROM "orders"
    MySQL, MariaDB: SELECT ("orders"."total" + ?) * (? DIV (? % ?)) FROM "orders"
    "#);
    let compared = Expr::comparison(
        op(total(), Mul, number(2)),
        CompareOp::Ge,
        op(total(), Add, number(1)),
    );
    assert_snapshot!(sql(&orders_where(compared)), @r#"SELECT 1 FROM "orders" WHERE "orders"."total" * ? >= "orders"."total" + ?"#);
}

#[test]
fn an_empty_list_of_conditions_is_a_constant() {
    assert_snapshot!(sql(&orders_where(Expr::And(vec![]))), @r#"SELECT 1 FROM "orders""#);
    assert_snapshot!(sql(&orders_where(Expr::Or(vec![]))), @r#"SELECT 1 FROM "orders" WHERE 1 = 0"#);
    let both = Expr::Or(vec![
        Expr::And(vec![]),
        Expr::Or(vec![]).negate(),
        Expr::And(vec![]).negate(),
    ]);
    assert_snapshot!(sql(&orders_where(both)), @r#"SELECT 1 FROM "orders" WHERE 1 = 1 OR 1 = 1 OR 1 = 0"#);
}

#[test]
fn in_an_empty_list_is_false_and_not_in_it_is_true() {
    let set = |negated| {
        Expr::In(Box::new(In {
            expr: total(),
            set: InSet::Values(vec![]),
            negated,
        }))
    };
    assert_snapshot!(sql(&orders_where(set(false))), @r#"SELECT 1 FROM "orders" WHERE 1 = 0"#);
    assert_snapshot!(sql(&orders_where(set(true))), @r#"SELECT 1 FROM "orders" WHERE 1 = 1"#);
    assert_snapshot!(sql(&orders_where(set(false).negate())), @r#"SELECT 1 FROM "orders" WHERE 1 = 1"#);
}

#[test]
fn in_and_between_bind_every_value() {
    let set = In {
        expr: column(&ORDERS, "status"),
        set: InSet::Values(vec!["a".into(), "b".into()]),
        negated: false,
    };
    let range = Between {
        expr: total(),
        low: number(1),
        high: number(9),
        negated: true,
    };
    let select = orders_where(Expr::In(Box::new(set)).and(Expr::Between(Box::new(range))));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE "orders"."status" IN (?, ?) AND "orders"."total" NOT BETWEEN ? AND ?"#);
    let compiled = select.compile(Dialect::Postgres).unwrap();
    let expected: [Value; 4] = ["a".into(), "b".into(), 1_i64.into(), 9_i64.into()];
    assert_eq!(
        compiled.binds.as_slice(),
        expected.iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_long_list_of_alternatives_stays_within_sqlites_depth() {
    let mut filter = Expr::Or(vec![]);
    for n in 0..10_000_i64 {
        filter = filter.or(eq(&ORDERS, "id", n));
    }
    let select = orders_where(filter);
    let sqlite = select.compile(Dialect::Sqlite).unwrap();
    assert_eq!(sqlite.sql.matches(") OR (").count(), 19);
    let postgres = select.compile(Dialect::Postgres).unwrap();
    assert_eq!(postgres.sql.matches('(').count(), 0);
    assert!(postgres.sql.ends_with(" OR \"orders\".\"id\" = $10000"));
}

#[test]
fn a_thousand_negations_are_counted() {
    let mut filter = eq(&ORDERS, "id", 1_i64);
    for _ in 0..1_001 {
        filter = Expr::Not(Box::new(filter));
    }
    assert_snapshot!(sql(&orders_where(filter)), @r#"SELECT 1 FROM "orders" WHERE "orders"."id" <> ?"#);
}

#[test]
fn json_is_compared_as_json_on_mysql() {
    static DOCUMENT: testudo_sql::schema::Column = testudo_sql::schema::Column {
        field: "data",
        name: "data",
        quoted: testudo_sql::schema::Quoted {
            double: "\"data\"",
            backtick: "`data`",
        },
        qualified: testudo_sql::schema::Quoted {
            double: "\"orders\".\"data\"",
            backtick: "`orders`.`data`",
        },
        ty: testudo_sql::schema::ColumnType::Json,
        nullable: false,
        unique: false,
        generated: false,
        default: None,
        choices: None,
    };
    let column = testudo_sql::ColumnRef {
        path: &ORDERS,
        column: &DOCUMENT,
    };
    let value = serde_json::json!({"a": 1}).into();
    let select = orders_where(Expr::Compare {
        column,
        op: CompareOp::Eq,
        value,
    });
    assert_snapshot!(sql(&select), @r#"
    SQLite, Postgres, MariaDB: SELECT 1 FROM "orders" WHERE "orders"."data" = ?
    MySQL: SELECT 1 FROM `orders` WHERE `orders`.`data` = CAST(? AS JSON)
    "#);
}
