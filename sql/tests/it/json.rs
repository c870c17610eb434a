//! Parts of JSON documents.

use insta::assert_snapshot;
use testudo_sql::{CompareOp, Expr, Json, JsonContains, JsonPath, JsonType, Value};

use crate::models::*;
use crate::snapshot::sql;

fn part(path: JsonPath, ty: JsonType) -> Expr {
    let expr = column(&ORDERS, "note");
    Expr::Json(Box::new(Json { expr, path, ty }))
}

fn name() -> JsonPath {
    JsonPath::default().key("user").key("name")
}

fn document() -> Value {
    Value::Json(Box::new(serde_json::json!({"a": 1})))
}

#[test]
fn a_part_of_a_document_is_reached_by_keys_and_positions() {
    assert_snapshot!(sql(&selected(&ORDER, part(name(), JsonType::Json))), @r#"
    SQLite: SELECT ("orders"."note" -> ?) FROM "orders"
    Postgres: SELECT ("orders"."note" -> CAST($1 AS TEXT) -> CAST($2 AS TEXT)) FROM "orders"
    MySQL, MariaDB: SELECT JSON_EXTRACT("orders"."note", ?) FROM "orders"
    "#);
    let first = JsonPath::default().key("items").index(0);
    assert_snapshot!(sql(&selected(&ORDER, part(first, JsonType::Json))), @r#"
    SQLite: SELECT ("orders"."note" -> ?) FROM "orders"
    Postgres: SELECT ("orders"."note" -> CAST($1 AS TEXT) -> CAST($2 AS INTEGER)) FROM "orders"
    MySQL, MariaDB: SELECT JSON_EXTRACT("orders"."note", ?) FROM "orders"
    "#);
    assert_snapshot!(sql(&selected(&ORDER, part(JsonPath::default(), JsonType::Json))), @r#"SELECT "orders"."note" FROM "orders""#);
}

#[test]
fn a_part_of_another_type_is_null() {
    let of = |ty| sql(&selected(&ORDER, part(JsonPath::default().key("a"), ty)));
    assert_snapshot!(of(JsonType::Text), @r#"
    SQLite: SELECT CASE json_type(("orders"."note" -> ?)) WHEN 'text' THEN json_extract(("orders"."note" -> ?), '$') END FROM "orders"
    Postgres: SELECT CASE jsonb_typeof(("orders"."note" -> CAST($1 AS TEXT))) WHEN 'string' THEN ("orders"."note" -> CAST($2 AS TEXT)) #>> CAST(ARRAY[] AS TEXT[]) END COLLATE "C" FROM "orders"
    MySQL: SELECT CASE JSON_TYPE(JSON_EXTRACT(`orders`.`note`, ?)) WHEN 'STRING' THEN JSON_UNQUOTE(JSON_EXTRACT(`orders`.`note`, ?)) END COLLATE utf8mb4_0900_bin FROM `orders`
    MariaDB: SELECT CASE JSON_TYPE(JSON_EXTRACT(`orders`.`note`, ?)) WHEN 'STRING' THEN JSON_UNQUOTE(JSON_EXTRACT(`orders`.`note`, ?)) END COLLATE utf8mb4_nopad_bin FROM `orders`
    "#);
    assert_snapshot!(of(JsonType::Integer), @r#"
    SQLite: SELECT CASE json_type(("orders"."note" -> ?)) WHEN 'integer' THEN json_extract(("orders"."note" -> ?), '$') END FROM "orders"
    Postgres: SELECT CASE jsonb_typeof(("orders"."note" -> CAST($1 AS TEXT))) WHEN 'number' THEN CASE WHEN SCALE(CAST(("orders"."note" -> CAST($2 AS TEXT)) AS NUMERIC)) = 0 THEN CAST(("orders"."note" -> CAST($3 AS TEXT)) AS BIGINT) END END FROM "orders"
    MySQL, MariaDB: SELECT CASE WHEN JSON_TYPE(JSON_EXTRACT("orders"."note", ?)) IN ('INTEGER', 'UNSIGNED INTEGER') THEN CAST(JSON_EXTRACT("orders"."note", ?) AS SIGNED) END FROM "orders"
    "#);
    assert_snapshot!(of(JsonType::Double), @r#"
    SQLite: SELECT CASE WHEN json_type(("orders"."note" -> ?)) IN ('integer', 'real') THEN json_extract(("orders"."note" -> ?), '$') END FROM "orders"
    Postgres: SELECT CASE jsonb_typeof(("orders"."note" -> CAST($1 AS TEXT))) WHEN 'number' THEN CAST(("orders"."note" -> CAST($2 AS TEXT)) AS DOUBLE PRECISION) END FROM "orders"
    MySQL, MariaDB: SELECT CASE WHEN JSON_TYPE(JSON_EXTRACT("orders"."note", ?)) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_EXTRACT("orders"."note", ?) AS DOUBLE) END FROM "orders"
    "#);
    assert_snapshot!(of(JsonType::Bool), @r#"
    SQLite: SELECT CASE json_type(("orders"."note" -> ?)) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END FROM "orders"
    Postgres: SELECT CASE jsonb_typeof(("orders"."note" -> CAST($1 AS TEXT))) WHEN 'boolean' THEN CAST(("orders"."note" -> CAST($2 AS TEXT)) AS BOOLEAN) END FROM "orders"
    MySQL, MariaDB: SELECT CASE JSON_TYPE(JSON_EXTRACT("orders"."note", ?)) WHEN 'BOOLEAN' THEN JSON_UNQUOTE(JSON_EXTRACT("orders"."note", ?)) = 'true' END FROM "orders"
    "#);
}

#[test]
fn a_part_is_compared_with_a_document() {
    let same = Expr::comparison(
        part(name(), JsonType::Json),
        CompareOp::Eq,
        Expr::Value(document()),
    );
    assert_snapshot!(sql(&orders_where(same)), @r#"
    SQLite: SELECT 1 FROM "orders" WHERE ("orders"."note" -> ?) = ?
    Postgres: SELECT 1 FROM "orders" WHERE ("orders"."note" -> CAST($1 AS TEXT) -> CAST($2 AS TEXT)) = $3
    MySQL: SELECT 1 FROM `orders` WHERE JSON_EXTRACT(`orders`.`note`, ?) = CAST(? AS JSON)
    MariaDB: SELECT 1 FROM `orders` WHERE JSON_EXTRACT(`orders`.`note`, ?) = ?
    "#);
}

#[test]
fn a_document_has_another_in_it() {
    let contains = JsonContains {
        container: part(name(), JsonType::Json),
        content: Expr::Value(document()),
    };
    let contains = Expr::JsonContains(Box::new(contains));
    assert_snapshot!(sql(&orders_where(contains.clone())), @r#"
    SQLite: error: SQLite does not support documents within JSON documents; compare parts of the document, by their paths
    Postgres: SELECT 1 FROM "orders" WHERE (("orders"."note" -> CAST($1 AS TEXT) -> CAST($2 AS TEXT)) @> $3)
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE JSON_CONTAINS(JSON_EXTRACT("orders"."note", ?), ?)
    "#);
    assert_snapshot!(sql(&orders_where(contains.negate())), @r#"
    SQLite: error: SQLite does not support documents within JSON documents; compare parts of the document, by their paths
    Postgres: SELECT 1 FROM "orders" WHERE (("orders"."note" -> CAST($1 AS TEXT) -> CAST($2 AS TEXT)) @> $3) IS NOT TRUE
    MySQL, MariaDB: SELECT 1 FROM "orders" WHERE JSON_CONTAINS(JSON_EXTRACT("orders"."note", ?), ?) IS NOT TRUE
    "#);
}

#[test]
fn a_hostile_key_is_data() {
    let select = selected(
        &ORDER,
        part(JsonPath::default().key("a\"]'--\\"), JsonType::Json),
    );
    for dialect in testudo_sql::Dialect::ALL {
        let compiled = select.compile(dialect).expect("a key may be any text");
        assert!(!compiled.sql.contains("--"), "{}", compiled.sql);
        let expected = match dialect {
            testudo_sql::Dialect::Postgres => "a\"]'--\\",
            _ => "$.\"a\\\"]'--\\\\\"",
        };
        assert_eq!(compiled.binds.as_slice(), [&Value::from(expected)]);
    }
}
