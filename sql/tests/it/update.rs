//! UPDATE.

use insta::assert_snapshot;
use testudo_sql::{ArithmeticOp, Assignment, Dialect, Expr, QualifiedName, Source, Update, Value};

use crate::models::*;
use crate::snapshot::sql;

fn plus(path: &'static testudo_sql::schema::Path, field: &str, n: i32) -> Expr {
    Expr::arithmetic(
        column(path, field),
        ArithmeticOp::Add,
        Expr::Value(n.into()),
    )
}

fn update(filter: Option<Expr>) -> Update {
    Update {
        target: Source::Model(&ITEM),
        assignments: vec![Assignment::Column(
            &ITEM.columns[3],
            plus(&ITEMS, "quantity", 1),
        )],
        filter,
        returning: vec![],
    }
}

#[test]
fn a_column_is_set_to_an_expression() {
    let statement = update(Some(eq(&ITEMS, "name", "pen")));
    assert_snapshot!(sql(&statement), @r#"UPDATE "items" SET "quantity" = "items"."quantity" + ? WHERE "items"."name" = ?"#);
    let compiled = statement.compile(Dialect::Postgres).unwrap();
    let expected: [Value; 2] = [1.into(), "pen".into()];
    assert_eq!(
        compiled.binds.as_slice(),
        expected.iter().collect::<Vec<_>>()
    );
    assert_snapshot!(sql(&update(None)), @r#"UPDATE "items" SET "quantity" = "items"."quantity" + ?"#);
    assert_snapshot!(sql(&update(Some(Expr::And(vec![])))), @r#"UPDATE "items" SET "quantity" = "items"."quantity" + ?"#);
}

#[test]
fn a_decimal_that_was_calculated_is_rounded_on_sqlite() {
    let statement = Update {
        target: Source::Model(&ORDER),
        assignments: vec![Assignment::Column(
            &ORDER.columns[3],
            plus(&ORDERS, "total", 10),
        )],
        filter: None,
        returning: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"
    SQLite: UPDATE "orders" SET "total" = ROUND("orders"."total" + ?, 2)
    Postgres, MySQL, MariaDB: UPDATE "orders" SET "total" = "orders"."total" + ?
    "#);
}

#[test]
fn a_decimal_taken_as_it_is_is_not_rounded_on_sqlite() {
    let price = rust_decimal::Decimal::new(1010, 2);
    let statement = Update {
        target: Source::Model(&ORDER),
        assignments: vec![Assignment::Column(
            &ORDER.columns[3],
            Expr::Value(price.into()),
        )],
        filter: None,
        returning: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"UPDATE "orders" SET "total" = ?"#);
}

#[test]
fn a_filter_across_a_relation_finds_rows_by_their_key() {
    let statement = update(Some(eq(&ITEM_ORDER, "status", "paid").and(eq(
        &ITEM_ORDER_USER,
        "username",
        "ali",
    ))));
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: UPDATE "items" SET "quantity" = "items"."quantity" + ? WHERE "items"."id" IN (SELECT "t1"."id" FROM "items" AS "t1" INNER JOIN "orders" ON "orders"."id" = "t1"."order_id" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."status" = ? AND "users"."username" = ?)
    MySQL, MariaDB: UPDATE "items" SET "quantity" = "items"."quantity" + ? WHERE "items"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "items" AS "t1" INNER JOIN "orders" ON "orders"."id" = "t1"."order_id" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."status" = ? AND "users"."username" = ?) AS "t2")
    "#);
}

#[test]
fn a_filter_on_rows_of_another_table_stays_as_it_is() {
    let statement = Update {
        target: Source::Model(&ORDER),
        assignments: vec![Assignment::Column(
            &ORDER.columns[4],
            Expr::Value("paid".into()),
        )],
        filter: Some(any(&ORDER_ITEMS, eq(&ORDER_ITEMS, "name", "pen"))),
        returning: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"UPDATE "orders" SET "status" = ? WHERE EXISTS (SELECT 1 FROM "items" WHERE "items"."order_id" = "orders"."id" AND "items"."name" = ?)"#);
}

#[test]
fn a_filter_that_reads_the_changed_table_is_stored_first_on_mysql() {
    let statement = Update {
        target: Source::Model(&USER),
        assignments: vec![Assignment::Column(
            &USER.columns[3],
            Expr::Value(true.into()),
        )],
        filter: Some(any(&USER_REPORTS, eq(&USER_REPORTS, "username", "ali"))),
        returning: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: UPDATE "users" SET "is_staff" = ? WHERE EXISTS (SELECT 1 FROM "users" AS "t1" WHERE "t1"."manager_id" = "users"."id" AND "t1"."username" = ?)
    MySQL, MariaDB: UPDATE "users" SET "is_staff" = ? WHERE "users"."id" IN (SELECT "id" FROM (SELECT DISTINCT "t1"."id" FROM "users" AS "t1" WHERE EXISTS (SELECT 1 FROM "users" AS "t2" WHERE "t2"."manager_id" = "t1"."id" AND "t2"."username" = ?)) AS "t3")
    "#);
}

#[test]
fn a_table_may_be_named_and_have_an_alias() {
    let id = QualifiedName {
        table: Some("x".into()),
        name: "id".into(),
    };
    let statement = Update {
        target: Source::Named {
            table: "t".into(),
            alias: Some("x".into()),
        },
        assignments: vec![Assignment::Named("a".into(), Expr::Value(1.into()))],
        filter: Some(Expr::comparison(
            Expr::Name(Box::new(id)),
            testudo_sql::CompareOp::Eq,
            Expr::Value(2.into()),
        )),
        returning: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"UPDATE "t" AS "x" SET "a" = ? WHERE "x"."id" = ?"#);
}

#[test]
fn changed_rows_are_returned() {
    let mut statement = update(None);
    statement.returning = vec![column(&ITEMS, "id")];
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: UPDATE "items" SET "quantity" = "items"."quantity" + ? RETURNING "id"
    MySQL: error: MySQL does not support RETURNING behind UPDATE; select the rows by their key in the same transaction
    MariaDB: error: MariaDB does not support RETURNING behind UPDATE; select the rows by their key in the same transaction
    "#);
}
