//! Values that a server would not take, found in every statement.

use chrono::{NaiveDate, NaiveTime};
use insta::assert_snapshot;
use rust_decimal::Decimal;
use testudo_sql::{
    Assignment, Between, CompareOp, Delete, Dialect, Expr, In, InSet, Insert, InsertTarget, Like,
    LikeKind, Source, Update, Value,
};

use crate::models::*;
use crate::snapshot::{Statement, side_by_side};

fn problem(value: &Value) -> String {
    side_by_side(|dialect| Ok(value.misfit(dialect).unwrap_or_else(|| "taken".to_owned())))
}

#[test]
fn each_server_has_values_that_it_does_not_take() {
    let year = |year| Value::Date(NaiveDate::from_ymd_opt(year, 1, 1).unwrap());
    assert_snapshot!(problem(&"a\0b".into()), @"
    SQLite, MySQL, MariaDB: taken
    Postgres: it has a NUL character, which Postgres keeps in no text
    ");
    assert_snapshot!(problem(&serde_json::json!({"a": [{"b\0": 1}]}).into()), @"
    SQLite, MySQL, MariaDB: taken
    Postgres: it has a NUL character, which Postgres keeps in no text
    ");
    assert_snapshot!(problem(&f64::NAN.into()), @"
    SQLite: NaN is no number to SQLite
    Postgres: taken
    MySQL: NaN is no number to MySQL
    MariaDB: NaN is no number to MariaDB
    ");
    assert_snapshot!(problem(&f32::NEG_INFINITY.into()), @"
    SQLite, Postgres: taken
    MySQL: -inf is no number to MySQL
    MariaDB: -inf is no number to MariaDB
    ");
    assert_snapshot!(problem(&year(10_000)), @"
    SQLite: the year 10000 is out of the range of SQLite, 0 to 9999
    Postgres: taken
    MySQL: the year 10000 is out of the range of MySQL, 1 to 9999
    MariaDB: the year 10000 is out of the range of MariaDB, 1 to 9999
    ");
    assert_snapshot!(problem(&year(0)), @"
    SQLite, Postgres: taken
    MySQL: the year 0 is out of the range of MySQL, 1 to 9999
    MariaDB: the year 0 is out of the range of MariaDB, 1 to 9999
    ");
    assert_snapshot!(problem(&year(-4_713)), @"
    SQLite: the year -4713 is out of the range of SQLite, 0 to 9999
    Postgres: the year -4713 is out of the range of Postgres, -4712 to 294275
    MySQL: the year -4713 is out of the range of MySQL, 1 to 9999
    MariaDB: the year -4713 is out of the range of MariaDB, 1 to 9999
    ");
    let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).unwrap();
    assert_snapshot!(problem(&leap.into()), @"it lies within a leap second, which no server keeps");
    assert_snapshot!(problem(&Decimal::from_i128_with_scale(1_234_567_890_123_456, 2).into()), @"
    SQLite: 12345678901234.56 has 16 significant digits, and SQLite keeps 15; round it, or test this on a server
    Postgres, MySQL, MariaDB: taken
    ");
    assert_snapshot!(problem(&Decimal::MAX.into()), @"
    SQLite: 79228162514264337593543950335 is beyond the integers that SQLite keeps; test this on a server
    Postgres, MySQL, MariaDB: taken
    ");
    assert_snapshot!(problem(&Value::Array([1.into(), "a\0b".into()].into())), @"
    SQLite, MySQL, MariaDB: taken
    Postgres: it has a NUL character, which Postgres keeps in no text
    ");
}

fn refused(statement: &impl Statement) -> String {
    let error = statement.compile_for(Dialect::Postgres).unwrap_err();
    assert!(error.is_misfit());
    assert!(statement.compile_for(Dialect::Sqlite).is_ok());
    error.to_string()
}

#[test]
fn the_model_and_field_beside_it_are_named_wherever_it_stands() {
    let nul = || Value::from("a\0b");
    let named =
        "invalid value for `Order.status`: it has a NUL character, which Postgres keeps in no text";
    let status = || column(&ORDERS, "status");
    let is_in = |values| {
        let set = In {
            expr: status(),
            set: InSet::of(values),
            negated: false,
        };
        Expr::In(Box::new(set))
    };
    let between = Between {
        expr: status(),
        low: Expr::Value("a".into()),
        high: Expr::Value(nul()),
        negated: false,
    };
    for filter in [
        eq(&ORDERS, "status", nul()),
        eq(&ORDERS, "status", nul()).negate(),
        Expr::comparison(status(), CompareOp::Gt, Expr::Value(nul())),
        Expr::Between(Box::new(between)),
        is_in(vec!["a".into(), nul()]),
        is_in(vec![nul(); 5_000]),
        Like::new(status(), LikeKind::Contains, "a\0b").into(),
        Like::new(status(), LikeKind::Exact, "a\0b")
            .case_insensitive()
            .into(),
    ] {
        assert_eq!(refused(&orders_where(filter.clone())), named);
        let delete = Delete {
            target: Source::Model(&ORDER),
            filter: Some(filter),
            returning: vec![],
        };
        assert_eq!(refused(&delete), named);
    }
    let status = ORDER.column_of_field("status").unwrap();
    let update = Update {
        target: Source::Model(&ORDER),
        assignments: vec![Assignment::Column(status, Expr::Value(nul()))],
        filter: None,
        returning: vec![],
    };
    assert_eq!(refused(&update), named);
}

#[test]
fn of_many_rows_the_field_of_the_misfit_is_named() {
    let insert = |target, values| Insert {
        target,
        values,
        on_conflict: None,
        returning: vec![],
    };
    let values = vec![1.into(), "a".into(), 2.into(), "a\0b".into()];
    let rows = insert(InsertTarget::Model(&TAG), values);
    assert_snapshot!(refused(&rows), @"invalid value for `Tag.name`: it has a NUL character, which Postgres keeps in no text");
    let target = InsertTarget::Named {
        table: "t".into(),
        columns: vec!["a".into()],
    };
    assert_snapshot!(refused(&insert(target, vec!["a\0b".into()])), @"invalid value in INSERT: it has a NUL character, which Postgres keeps in no text");
}
