//! What a dialect cannot do is an error that names it and says what to do instead.

use insta::assert_snapshot;
use testudo_sql::{
    Assignment, CompareOp, Delete, Expr, Function, FunctionCall, Insert, InsertTarget, Join,
    JoinKind, Lock, LockStrength, LockWait, OnConflict, Projection, Select, Source, Update, Value,
};

use crate::models::*;
use crate::snapshot::{Statement, sql};

/// The errors, all of which must be about the dialect.
fn refused(statement: &impl Statement) -> String {
    for dialect in testudo_sql::Dialect::ALL {
        if let Err(error) = statement.compile_for(dialect) {
            assert!(error.is_unsupported(), "{error}");
            assert!(!error.is_malformed());
        }
    }
    sql(statement)
}

#[test]
fn full_join() {
    let mut select = Select::new(Projection::One, Source::Model(&ORDER));
    let on = Some(Expr::comparison(
        column(&TAGS, "id"),
        CompareOp::Eq,
        column(&ORDERS, "id"),
    ));
    select.clauses_mut().joins = vec![Join {
        kind: JoinKind::Full,
        source: Source::Model(&TAG),
        on,
    }];
    assert_snapshot!(refused(&select), @r#"
    SQLite, Postgres: SELECT 1 FROM "orders" FULL JOIN "tags" ON "tags"."id" = "orders"."id"
    MySQL: error: MySQL does not support FULL JOIN; run a LEFT JOIN and a RIGHT JOIN and put their rows together
    MariaDB: error: MariaDB does not support FULL JOIN; run a LEFT JOIN and a RIGHT JOIN and put their rows together
    "#);
}

#[test]
fn a_lock_across_an_outer_join() {
    let mut select = orders_where(eq(&ORDER_USER_MANAGER, "username", "x"));
    select.clauses_mut().lock = Some(Lock {
        strength: LockStrength::Update,
        wait: LockWait::Wait,
        of: vec![],
    });
    assert_snapshot!(refused(&select), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres: error: Postgres does not support row locks on the nullable side of an outer join; name the tables to lock
    MySQL, MariaDB: SELECT 1 FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" LEFT JOIN "users" AS "t1" ON "t1"."id" = "users"."manager_id" WHERE "t1"."username" = ? FOR UPDATE
    "#);
}

#[test]
fn a_filter_on_a_function_of_two_arguments() {
    let call = FunctionCall {
        function: Function::Named("string_agg"),
        args: vec![column(&ORDERS, "status"), Expr::Value(",".into())],
        distinct: false,
        filter: Some(eq(&ORDERS, "id", 1_i64)),
    };
    assert_snapshot!(refused(&selected(&ORDER, Expr::Function(Box::new(call)))), @r#"
    SQLite, Postgres: SELECT string_agg("orders"."status", ?) FILTER (WHERE "orders"."id" = ?) FROM "orders"
    MySQL: error: MySQL does not support FILTER on an aggregate of several arguments; put a CASE into the arguments
    MariaDB: error: MariaDB does not support FILTER on an aggregate of several arguments; put a CASE into the arguments
    "#);
}

#[test]
fn an_upsert_without_its_unique_columns() {
    let statement = Insert {
        target: InsertTarget::Model(&TAG),
        values: vec![1_i64.into(), "x".into()],
        on_conflict: Some(OnConflict::Update {
            target: vec![],
            overwrite: vec!["name".into()],
            assignments: vec![],
        }),
        returning: vec![],
    };
    assert_snapshot!(refused(&statement), @"
    SQLite: error: SQLite does not support an upsert that names no unique columns; name the columns of the unique constraint
    Postgres: error: Postgres does not support an upsert that names no unique columns; name the columns of the unique constraint
    MySQL: INSERT INTO `tags` (`id`, `name`) VALUES (?, ?) AS `t1` ON DUPLICATE KEY UPDATE `name` = `t1`.`name`
    MariaDB: INSERT INTO `tags` (`id`, `name`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `name` = VALUES(`name`)
    ");
}

#[test]
fn a_subquery_on_a_changed_table_whose_key_is_unknown() {
    let named = || Source::Named {
        table: "t".into(),
        alias: None,
    };
    let statement = Delete {
        target: named(),
        filter: Some(Expr::Exists(Box::new(Select::new(
            Projection::One,
            named(),
        )))),
        returning: vec![],
    };
    assert_snapshot!(refused(&statement), @r#"
    SQLite, Postgres: DELETE FROM "t" WHERE EXISTS (SELECT 1 FROM "t")
    MySQL: error: MySQL does not support a subquery on the table that the statement changes; select the keys first
    MariaDB: error: MariaDB does not support a subquery on the table that the statement changes; select the keys first
    "#);
}

#[test]
fn an_alias_in_delete() {
    let target = Source::Named {
        table: "t".into(),
        alias: Some("x".into()),
    };
    assert_snapshot!(refused(&Delete { target, filter: None, returning: vec![] }), @r#"
    SQLite, Postgres, MySQL: DELETE FROM "t" AS "x"
    MariaDB: error: MariaDB does not support an alias of the table that DELETE empties; leave it out
    "#);
}

#[test]
fn assigning_from_the_table_that_is_changed() {
    let sum = selected(
        &ORDER,
        Expr::call(Function::Max, vec![column(&ORDERS, "total")]),
    );
    let statement = Update {
        target: Source::Model(&ORDER),
        assignments: vec![Assignment::Column(
            &ORDER.columns[3],
            Expr::Subquery(Box::new(sum)),
        )],
        filter: None,
        returning: vec![],
    };
    assert_snapshot!(refused(&statement), @r#"
    SQLite, Postgres: UPDATE "orders" SET "total" = (SELECT MAX("t1"."total") FROM "orders" AS "t1")
    MySQL: error: MySQL does not support assigning from a subquery on the table that the statement changes; select the value first
    MariaDB: error: MariaDB does not support assigning from a subquery on the table that the statement changes; select the value first
    "#);
}

#[test]
fn reading_a_column_that_was_assigned_before() {
    let statement = Update {
        target: Source::Model(&ORDER),
        assignments: vec![
            Assignment::Column(&ORDER.columns[4], Expr::Value(Value::from("paid"))),
            Assignment::Column(&ORDER.columns[5], column(&ORDERS, "status")),
        ],
        filter: None,
        returning: vec![],
    };
    assert_snapshot!(refused(&statement), @r#"
    SQLite, Postgres: UPDATE "orders" SET "status" = ?, "note" = "orders"."status"
    MySQL: error: MySQL does not support reading a column after assigning it in the same statement; assign the column that reads before the one that is read, or run two updates
    MariaDB: error: MariaDB does not support reading a column after assigning it in the same statement; assign the column that reads before the one that is read, or run two updates
    "#);
}
