//! UNION and its kin, and WITH.

use insta::assert_snapshot;
use testudo_sql::{Compound, Cte, Limit, Select, SetOperator, Source};

use crate::models::*;
use crate::snapshot::{error, sql};

fn ids(status: &str) -> Select {
    let mut select = selected(&ORDER, column(&ORDERS, "id"));
    select.add_filter(eq(&ORDERS, "status", status));
    select
}

fn put_together(first: Select, others: Vec<(SetOperator, Select)>) -> Select {
    let mut whole = first;
    whole.clauses_mut().compound = others
        .into_iter()
        .map(|(operator, select)| Compound { operator, select })
        .collect();
    whole
}

#[test]
fn operators_go_from_left_to_right_although_intersect_binds_tighter_elsewhere() {
    let select = put_together(
        ids("a"),
        vec![
            (SetOperator::Intersect, ids("b")),
            (SetOperator::UnionAll, ids("c")),
            (SetOperator::Intersect, ids("d")),
            (SetOperator::Except, ids("e")),
            (SetOperator::Intersect, ids("f")),
        ],
    );
    assert_snapshot!(sql(&select), @r#"
    SQLite: SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? UNION ALL SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? EXCEPT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ?
    Postgres, MySQL, MariaDB: ((SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? UNION ALL SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ?) INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? EXCEPT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ?) INTERSECT SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ?
    "#);
}

#[test]
fn an_operand_keeps_its_limit_and_the_whole_has_its_own() {
    let mut last = ids("b");
    last.order_by = vec![column(&ORDERS, "id").desc()];
    last.limit = Limit {
        limit: Some(1),
        offset: 0,
    };
    let mut select = put_together(ids("a"), vec![(SetOperator::Union, last)]);
    select.order_by = vec![testudo_sql::Expr::name("id").asc()];
    select.limit = Limit {
        limit: Some(5),
        offset: 2,
    };
    assert_snapshot!(sql(&select), @r#"
    SQLite: SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? UNION SELECT * FROM (SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? ORDER BY "orders"."id" DESC LIMIT 1) ORDER BY "id" LIMIT 5 OFFSET 2
    Postgres: SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = $1 UNION (SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = $2 ORDER BY "orders"."id" DESC LIMIT 1) ORDER BY "id" NULLS FIRST LIMIT 5 OFFSET 2
    MySQL, MariaDB: SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? UNION (SELECT "orders"."id" FROM "orders" WHERE "orders"."status" = ? ORDER BY "orders"."id" DESC LIMIT 1) ORDER BY "id" LIMIT 5 OFFSET 2
    "#);
}

#[test]
fn a_query_put_together_is_a_subquery_like_any_other() {
    let either = put_together(ids("a"), vec![(SetOperator::Except, ids("b"))]);
    let set = testudo_sql::In {
        expr: column(&ORDERS, "id"),
        set: testudo_sql::InSet::Select(Box::new(either)),
        negated: false,
    };
    let select = orders_where(testudo_sql::Expr::In(Box::new(set)));
    assert_snapshot!(sql(&select), @r#"SELECT 1 FROM "orders" WHERE "orders"."id" IN (SELECT "t1"."id" FROM "orders" AS "t1" WHERE "t1"."status" = ? EXCEPT SELECT "t2"."id" FROM "orders" AS "t2" WHERE "t2"."status" = ?)"#);
}

#[test]
fn the_order_of_the_whole_names_columns_of_the_result() {
    let mut select = put_together(ids("a"), vec![(SetOperator::Union, ids("b"))]);
    select.order_by = vec![column(&ORDERS, "id").asc()];
    assert_snapshot!(error(&select), @"cannot compile SELECT: the column `id` of the model `Order` is used in a statement that queries no model; join the model, or reach the column through a relation");
}

#[test]
fn a_name_of_with_quotes_like_any_other_and_hides_no_table() {
    let with = |name: &str| {
        let mut select = Select::model(&ORDER);
        select.source = Source::Cte {
            name: name.into(),
            table: &ORDER,
        };
        select.add_filter(eq(&ORDER_USER, "username", "alice"));
        select.clauses_mut().with = vec![Cte {
            name: name.into(),
            columns: Vec::new(),
            select: Select::model(&ORDER),
            recursive: false,
        }];
        select.projection = testudo_sql::Projection::One;
        select
    };
    assert_snapshot!(sql(&with("a\"b`c")), @r#"
    SQLite, Postgres: WITH "a""b"c" AS (SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total", "orders"."status", "orders"."note", "orders"."created_at" FROM "orders") SELECT 1 FROM "a""b"c" AS "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "users"."username" = ?
    MySQL, MariaDB: WITH "a"b""c" AS (SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total", "orders"."status", "orders"."note", "orders"."created_at" FROM "orders") SELECT 1 FROM "a"b""c" AS "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "users"."username" = ?
    "#);
    assert_snapshot!(error(&with("Orders")), @"cannot compile SELECT: a query of WITH has the name of the table `orders`, which it would be read in place of; give it another");
    assert_snapshot!(error(&with("users")), @"cannot compile SELECT: a query of WITH has the name of the table `users`, which it would be read in place of; give it another");
}
