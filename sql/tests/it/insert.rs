//! INSERT.

use insta::assert_snapshot;
use testudo_sql::{
    ArithmeticOp, Assignment, ColumnRef, Dialect, Expr, Insert, InsertTarget, OnConflict, Value,
};

use crate::models::*;
use crate::snapshot::{sql, sql_for};

fn insert(target: InsertTarget, rows: usize, width: usize) -> Insert {
    let values = (0..rows * width)
        .map(|n| i64::try_from(n).unwrap().into())
        .collect();
    Insert {
        target,
        values,
        on_conflict: None,
        returning: vec![],
    }
}

#[test]
fn one_row_of_a_model_is_finished_text() {
    let statement = insert(InsertTarget::Model(&TAG), 1, 2);
    assert_snapshot!(sql_for(Dialect::Postgres, &statement), @r#"INSERT INTO "tags" ("id", "name") VALUES ($1, $2)"#);
    assert_snapshot!(sql(&insert(InsertTarget::ModelGenerated(&ITEM), 1, 3)), @r#"INSERT INTO "items" ("order_id", "name", "quantity") VALUES (?, ?, ?)"#);
}

#[test]
fn many_rows_number_their_binds() {
    let statement = insert(InsertTarget::ModelGenerated(&ITEM), 4, 3);
    assert_snapshot!(sql_for(Dialect::Postgres, &statement), @r#"INSERT INTO "items" ("order_id", "name", "quantity") VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12)"#);
    assert_snapshot!(sql(&statement), @r#"INSERT INTO "items" ("order_id", "name", "quantity") VALUES (?, ?, ?), (?, ?, ?), (?, ?, ?), (?, ?, ?)"#);
    let compiled = statement.compile(Dialect::Postgres).unwrap();
    assert_eq!(
        compiled.binds.as_slice(),
        statement.values.iter().collect::<Vec<_>>()
    );
}

#[test]
fn the_size_of_many_rows_is_known_beforehand() {
    let statement = insert(InsertTarget::Model(&ITEM), 2_000, 4);
    for dialect in Dialect::ALL {
        let sql = statement.compile(dialect).unwrap().sql;
        assert!(
            sql.capacity() - sql.len() < 32,
            "{dialect}: {} {}",
            sql.capacity(),
            sql.len()
        );
    }
}

#[test]
fn some_columns_of_a_model_and_names_are_written_out() {
    let columns = vec![&TAG.columns[1]];
    assert_snapshot!(sql(&insert(InsertTarget::Columns(&TAG, columns), 1, 1)), @r#"INSERT INTO "tags" ("name") VALUES (?)"#);
    let named = InsertTarget::Named {
        table: "t".into(),
        columns: vec!["a".into(), "b".into()],
    };
    assert_snapshot!(sql(&insert(named, 2, 2)), @r#"INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)"#);
}

#[test]
fn a_row_of_defaults_alone() {
    let mut statement = insert(InsertTarget::Columns(&TAG, vec![]), 1, 0);
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "tags" DEFAULT VALUES
    MySQL, MariaDB: INSERT INTO "tags" () VALUES ()
    "#);
    statement.target = InsertTarget::Named {
        table: "t".into(),
        columns: vec![],
    };
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "t" DEFAULT VALUES
    MySQL, MariaDB: INSERT INTO "t" () VALUES ()
    "#);
}

#[test]
fn a_row_that_is_there_is_left_alone() {
    let mut statement = insert(InsertTarget::Model(&TAG), 1, 2);
    statement.on_conflict = Some(OnConflict::DoNothing { target: vec![] });
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "tags" ("id", "name") VALUES (?, ?) ON CONFLICT DO NOTHING
    MySQL, MariaDB: INSERT INTO "tags" ("id", "name") VALUES (?, ?) ON DUPLICATE KEY UPDATE "id" = "tags"."id"
    "#);
    statement.on_conflict = Some(OnConflict::DoNothing {
        target: vec!["name".into()],
    });
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "tags" ("id", "name") VALUES (?, ?) ON CONFLICT ("name") DO NOTHING
    MySQL, MariaDB: INSERT INTO "tags" ("id", "name") VALUES (?, ?) ON DUPLICATE KEY UPDATE "id" = "tags"."id"
    "#);
    statement.target = InsertTarget::Named {
        table: "t".into(),
        columns: vec!["a".into(), "b".into()],
    };
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "t" ("a", "b") VALUES (?, ?) ON CONFLICT ("name") DO NOTHING
    MySQL, MariaDB: INSERT INTO "t" ("a", "b") VALUES (?, ?) ON DUPLICATE KEY UPDATE "name" = "t"."name"
    "#);
}

#[test]
fn a_row_that_is_there_is_changed() {
    let more = Expr::arithmetic(
        column(&ITEMS, "quantity"),
        ArithmeticOp::Add,
        Expr::Value(1.into()),
    );
    let mut statement = insert(InsertTarget::Model(&ITEM), 1, 4);
    statement.on_conflict = Some(OnConflict::Update {
        target: vec!["id".into()],
        overwrite: vec!["name".into(), "order_id".into()],
        assignments: vec![Assignment::Column(&ITEM.columns[3], more)],
    });
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "items" ("id", "order_id", "name", "quantity") VALUES (?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "order_id" = excluded."order_id", "quantity" = "items"."quantity" + ?
    MySQL: INSERT INTO `items` (`id`, `order_id`, `name`, `quantity`) VALUES (?, ?, ?, ?) AS `t1` ON DUPLICATE KEY UPDATE `name` = `t1`.`name`, `order_id` = `t1`.`order_id`, `quantity` = `items`.`quantity` + ?
    MariaDB: INSERT INTO `items` (`id`, `order_id`, `name`, `quantity`) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE `name` = VALUES(`name`), `order_id` = VALUES(`order_id`), `quantity` = `items`.`quantity` + ?
    "#);
    let compiled = statement.compile(Dialect::Postgres).unwrap();
    assert_eq!(compiled.binds.last(), Some(&&Value::I32(1)));
}

#[test]
fn what_was_inserted_is_returned() {
    let mut statement = insert(InsertTarget::ModelGenerated(&TAG), 1, 1);
    statement.returning = vec![column(&TAGS, "id"), column(&TAGS, "name")];
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres, MariaDB: INSERT INTO "tags" ("name") VALUES (?) RETURNING "id", "name"
    MySQL: error: MySQL does not support RETURNING behind INSERT; select the rows by their key in the same transaction
    "#);
}

#[test]
fn a_row_that_is_there_is_changed_by_what_it_has_and_what_was_to_be_inserted() {
    let excluded = |name| {
        let path = &ITEMS;
        let column = ITEM.column_of_field(name).unwrap();
        Expr::Excluded(ColumnRef { path, column })
    };
    let total = Expr::arithmetic(
        column(&ITEMS, "quantity"),
        ArithmeticOp::Add,
        excluded("quantity"),
    );
    let mut statement = insert(InsertTarget::Model(&ITEM), 1, 4);
    statement.on_conflict = Some(OnConflict::Update {
        target: vec!["id".into()],
        overwrite: vec![],
        assignments: vec![
            Assignment::Column(&ITEM.columns[3], total),
            Assignment::Column(&ITEM.columns[2], excluded("name")),
        ],
    });
    assert_snapshot!(sql(&statement), @r#"
    SQLite, Postgres: INSERT INTO "items" ("id", "order_id", "name", "quantity") VALUES (?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "quantity" = "items"."quantity" + excluded."quantity", "name" = excluded."name"
    MySQL: INSERT INTO `items` (`id`, `order_id`, `name`, `quantity`) VALUES (?, ?, ?, ?) AS `t1` ON DUPLICATE KEY UPDATE `quantity` = `items`.`quantity` + `t1`.`quantity`, `name` = `t1`.`name`
    MariaDB: INSERT INTO `items` (`id`, `order_id`, `name`, `quantity`) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE `quantity` = `items`.`quantity` + VALUES(`quantity`), `name` = VALUES(`name`)
    "#);
    let select = selected(&ITEM, excluded("name"));
    assert_snapshot!(sql(&select), @"error: cannot compile SELECT: it names the row that was to be inserted, and there is none; that is for what an upsert assigns");
}
