//! Queries of other shapes: within one another, put together, by a name, along a tree, one row of each group.

use insta::assert_snapshot;
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::{Result, Walk};

use crate::shop::{Category, Order, OrderStatus, User, people};
use crate::side_by_side::sql_of;

/// Alice has three orders (10, 20, 30.50), Bob one (5), Carol none.
async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob", "carol"]).await?;
    for (number, user, amount, status) in [
        ("A1", 0, dec!(10), OrderStatus::Pending),
        ("A2", 0, dec!(20), OrderStatus::Shipped),
        ("A3", 0, dec!(30.50), OrderStatus::Pending),
        ("B1", 1, dec!(5), OrderStatus::Pending),
    ] {
        let order = Order::builder()
            .order_number(number)
            .user(&users[user])
            .status(status)
            .total_amount(amount);
        order.create(db).await?;
    }
    Ok(users)
}

async fn names(query: QuerySet<User>, db: &Db) -> Result<String> {
    let names = query.order_by(User::username.asc()).values(User::username);
    Ok(names.fetch_all(db).await?.join(" "))
}

fn of_this_user() -> QuerySet<Order> {
    Order::filter(Order::user_id.eq(outer(User::id)))
}

#[orm_test(models(User, Order))]
async fn a_condition_may_be_that_another_query_has_rows(db: Db) -> testudo::Result {
    orders(&db).await?;
    let dear = || exists(of_this_user().filter(Order::total_amount.gt(15)));
    assert_eq!(names(User::filter(dear()), &db).await?, "alice");
    assert_eq!(names(User::filter(!dear()), &db).await?, "bob carol");
    let either = User::filter(dear() | User::username.eq("carol"));
    assert_eq!(names(either, &db).await?, "alice carol");
    // In changes too.
    let without = User::filter(!exists(of_this_user()));
    assert_eq!(without.delete(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_value_may_be_the_first_of_another_query(db: Db) -> testudo::Result {
    orders(&db).await?;
    let dearest = || {
        let by_price = of_this_user().order_by(Order::total_amount.desc());
        subquery(by_price.values(Order::total_amount))
    };
    let rows: Vec<(String, Option<Decimal>)> = User::all()
        .order_by(User::username.asc())
        .values((User::username, dearest()))
        .fetch_all(&db)
        .await?;
    let row = |name: &str, amount| (name.to_owned(), amount);
    assert_eq!(
        rows,
        [
            row("alice", Some(dec!(30.50))),
            row("bob", Some(dec!(5))),
            row("carol", None)
        ]
    );
    assert_eq!(names(User::filter(dearest().lt(10)), &db).await?, "bob");
    assert_eq!(
        names(User::filter(dearest().is_null()), &db).await?,
        "carol"
    );
    let total = || subquery(of_this_user().values(sum(Order::total_amount)));
    assert_eq!(names(User::filter(total().gt(60)), &db).await?, "alice");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_query_of_the_same_model_sees_the_row_around_it(db: Db) -> testudo::Result {
    orders(&db).await?;
    let earlier = Order::filter(
        Order::user_id.eq(outer(Order::user_id))
            & Order::total_amount.lt(outer(Order::total_amount)),
    );
    let cheapest = Order::filter(!exists(earlier)).order_by(Order::order_number.asc());
    let numbers = cheapest.values(Order::order_number).fetch_all(&db).await?;
    assert_eq!(numbers, ["A1", "B1"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn an_outer_column_of_another_model_is_refused_before_anything_is_sent(
    db: Db,
) -> testudo::Result {
    let misplaced = User::filter(exists(Order::filter(Order::id.eq(outer(Order::id)))));
    // An order is not what the query around is about.
    let error = misplaced.fetch_all(&db).await.unwrap_err().to_string();
    assert!(
        error.contains("a statement that queries the model `User`"),
        "{error}"
    );
    Ok(())
}

#[test]
fn subqueries_are_correlated_by_names_that_nobody_else_has() {
    let users = || {
        let dearest = of_this_user()
            .order_by(Order::total_amount.desc())
            .values(Order::total_amount);
        User::filter(exists(of_this_user())).values((User::id, subquery(dearest)))
    };
    assert_snapshot!(sql_of(|dialect| users().sql(dialect)), @r#"SELECT "users"."id", (SELECT "orders"."total_amount" FROM "orders" WHERE "orders"."user_id" = "users"."id" ORDER BY "orders"."total_amount" DESC LIMIT 1) FROM "users" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."user_id" = "users"."id")"#);
}

async fn numbers(query: testudo_orm::Combined<Order, Order>, db: &Db) -> Result<String> {
    let orders = query
        .order_by(Order::order_number.asc())
        .fetch_all(db)
        .await?;
    let numbers: Vec<String> = orders.into_iter().map(|order| order.order_number).collect();
    Ok(numbers.join(" "))
}

fn pending() -> QuerySet<Order> {
    Order::filter(Order::status.eq(OrderStatus::Pending))
}

fn cheap() -> QuerySet<Order> {
    Order::filter(Order::total_amount.lte(10))
}

#[orm_test(models(User, Order))]
async fn the_rows_of_two_queries_are_put_together(db: Db) -> testudo::Result {
    orders(&db).await?;
    let shipped = || Order::filter(Order::status.eq(OrderStatus::Shipped));
    assert_eq!(numbers(cheap().union(shipped()), &db).await?, "A1 A2 B1");
    assert_eq!(numbers(pending().union(cheap()), &db).await?, "A1 A3 B1");
    assert_eq!(
        numbers(pending().union_all(cheap()), &db).await?,
        "A1 A1 A3 B1 B1"
    );
    assert_eq!(numbers(pending().intersect(cheap()), &db).await?, "A1 B1");
    assert_eq!(numbers(pending().except(cheap()), &db).await?, "A3");
    assert_eq!(pending().union_all(cheap()).count(&db).await?, 5);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn operations_go_from_left_to_right_whatever_they_are(db: Db) -> testudo::Result {
    orders(&db).await?;
    let a2 = || Order::filter(Order::order_number.eq("A2"));
    // (A2 and pending) of which the cheap ones, not A2 and (the pending that are cheap).
    assert_eq!(
        numbers(a2().union(pending()).intersect(cheap()), &db).await?,
        "A1 B1"
    );
    assert_eq!(
        numbers(a2().union(pending().intersect(cheap())), &db).await?,
        "A1 A2 B1"
    );
    assert_eq!(
        numbers(pending().except(pending().except(cheap())), &db).await?,
        "A1 B1"
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn limits_are_those_of_each_query_and_of_the_whole(db: Db) -> testudo::Result {
    orders(&db).await?;
    let dearest = || Order::all().order_by(Order::total_amount.desc()).limit(1);
    let cheapest = || Order::all().order_by(Order::total_amount.asc()).limit(2);
    assert_eq!(numbers(dearest().union(cheapest()), &db).await?, "A1 A3 B1");
    assert_eq!(
        numbers(cheapest().union(dearest()).offset(1).limit(1), &db).await?,
        "A3"
    );
    assert_eq!(
        numbers(cheapest().union(dearest()).limit(2).union_all(a2()), &db)
            .await?
            .len(),
        8
    );
    let first = cheapest()
        .union(dearest())
        .order_by(Order::total_amount.desc());
    assert_eq!(first.first(&db).await?.unwrap().order_number, "A3");
    // In the order of the model, `-created_at` and `id`, where nobody says.
    let all = cheap().union(pending()).fetch_all(&db).await?;
    assert_eq!(all[0].order_number, "B1");
    Ok(())
}

fn a2() -> QuerySet<Order> {
    Order::filter(Order::order_number.eq("A2"))
}

#[orm_test(models(User, Order))]
async fn tuples_of_different_models_are_put_together(db: Db) -> testudo::Result {
    orders(&db).await?;
    let of_orders = || Order::all().values((Order::order_number, Order::user_id));
    let of_users = || User::all().values((User::username, User::id));
    let both = of_users()
        .union(of_orders())
        .order_by((User::id.desc(), User::username.asc()))
        .limit(3)
        .fetch_all(&db)
        .await?;
    let texts: Vec<&str> = both.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["carol", "B1", "bob"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn what_a_union_cannot_give_is_refused_before_anything_is_sent(db: Db) -> testudo::Result {
    let joined = cheap().select_related(Order::user()).union(pending());
    let error = joined.fetch_all(&db).await.unwrap_err();
    assert!(
        error.to_string().contains("fetches relations along"),
        "{error}"
    );
    let sorted = cheap()
        .union(pending())
        .order_by(Order::user().username.asc());
    let error = sorted.fetch_all(&db).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("in the order of what it does not select"),
        "{error}"
    );
    Ok(())
}

#[test]
fn queries_are_put_together_with_parentheses_where_a_dialect_needs_them() {
    let ids = |query: QuerySet<Order>| query.values(Order::id);
    let mixed = || ids(a2()).union(ids(pending())).intersect(ids(cheap()));
    assert_snapshot!(sql_of(|dialect| mixed().sql(dialect)), @r#"
    SQLite: SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."order_number" = ? UNION SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."status" = ? INTERSECT SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."total_amount" <= ?
    Postgres, MySQL, MariaDB: (SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."order_number" = ? UNION SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."status" = ?) INTERSECT SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."total_amount" <= ?
    "#);
    let nested = || ids(a2()).except(ids(pending()).union_all(ids(cheap())));
    assert_snapshot!(sql_of(|dialect| nested().sql(dialect)), @r#"
    SQLite: SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."order_number" = ? EXCEPT SELECT * FROM (SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."status" = ? UNION ALL SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."total_amount" <= ?)
    Postgres, MySQL, MariaDB: SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."order_number" = ? EXCEPT (SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."status" = ? UNION ALL SELECT "orders"."id" AS "c1" FROM "orders" WHERE "orders"."total_amount" <= ?)
    "#);
    let dearest = || Order::all().order_by(Order::total_amount.desc()).limit(1);
    let limited = || {
        ids(dearest())
            .union(ids(dearest()))
            .order_by(Order::id.desc())
            .limit(2)
    };
    assert_snapshot!(sql_of(|dialect| limited().sql(dialect)), @r#"
    SQLite, MySQL, MariaDB: SELECT "c1" FROM (SELECT "orders"."id" AS "c1" FROM "orders" ORDER BY "orders"."total_amount" DESC LIMIT 1) AS "first" UNION SELECT "c1" FROM (SELECT "orders"."id" AS "c1" FROM "orders" ORDER BY "orders"."total_amount" DESC LIMIT 1) AS "first" ORDER BY "c1" DESC LIMIT 2
    Postgres: SELECT "c1" FROM (SELECT "orders"."id" AS "c1" FROM "orders" ORDER BY "orders"."total_amount" DESC LIMIT 1) AS "first" UNION SELECT "c1" FROM (SELECT "orders"."id" AS "c1" FROM "orders" ORDER BY "orders"."total_amount" DESC LIMIT 1) AS "first" ORDER BY "c1" DESC NULLS LAST LIMIT 2
    "#);
    assert_snapshot!(sql_of(|dialect| cheap().union(pending()).sql(dialect)), @r#"
    SQLite, MySQL, MariaDB: SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total_amount", "orders"."status", "orders"."previous_status", "orders"."created_at" FROM "orders" WHERE "orders"."total_amount" <= ? UNION SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total_amount", "orders"."status", "orders"."previous_status", "orders"."created_at" FROM "orders" WHERE "orders"."status" = ? ORDER BY "created_at" DESC, "id"
    Postgres: SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total_amount", "orders"."status", "orders"."previous_status", "orders"."created_at" FROM "orders" WHERE "orders"."total_amount" <= $1 UNION SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total_amount", "orders"."status", "orders"."previous_status", "orders"."created_at" FROM "orders" WHERE "orders"."status" = $2 ORDER BY "created_at" DESC NULLS LAST, "id" NULLS FIRST
    "#);
}

#[orm_test(models(User, Order))]
async fn a_query_joins_another_by_its_name(db: Db) -> testudo::Result {
    orders(&db).await?;
    let totals = Order::all()
        .group_by(Order::user_id)
        .values((Order::user_id, sum(Order::total_amount), count(Order::id)))
        .cte("totals");
    let (user, total, orders) = totals.columns::<User>();
    let rows = User::all()
        .join(&totals, user.clone().eq(User::id))
        .filter(total.clone().gt(5))
        .values((User::username, total.clone()))
        .fetch_all(&db)
        .await?;
    assert_eq!(rows, [("alice".to_owned(), Some(dec!(60.50)))]);
    let every = || User::all().left_join(&totals, user.clone().eq(User::id));
    let rows = every()
        .order_by(User::username.asc())
        .values((User::username, orders.clone().optional()))
        .fetch_all(&db)
        .await?;
    let row = |name: &str, orders| (name.to_owned(), orders);
    assert_eq!(
        rows,
        [
            row("alice", Some(3)),
            row("bob", Some(1)),
            row("carol", None)
        ]
    );
    // As models, counted and changed too.
    let busy = || every().filter(orders.clone().gte(1));
    assert_eq!(busy().count(&db).await?, 2);
    assert_eq!(busy().fetch_all(&db).await?.len(), 2);
    assert_eq!(
        busy()
            .update(User::first_name.set("Z"))
            .execute(&db)
            .await?,
        2
    );
    assert_eq!(User::filter(User::first_name.eq("Z")).count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_query_is_read_in_place_of_the_table_of_its_model(db: Db) -> testudo::Result {
    orders(&db).await?;
    let dear = Order::all()
        .order_by(Order::total_amount.desc())
        .limit(2)
        .cte("dear");
    let rows = dear.rows().filter(Order::user().username.eq("alice"));
    assert_eq!(rows.clone().count(&db).await?, 2);
    let last = rows
        .order_by(Order::total_amount.asc())
        .select_related(Order::user());
    let last = last.first(&db).await?.expect("a row");
    assert_eq!(
        (
            last.order_number.as_str(),
            last.user.get()?.username.as_str()
        ),
        ("A2", "alice")
    );
    Ok(())
}

#[test]
fn a_query_by_a_name_stands_before_the_one_that_reads_it() {
    let totals = Order::filter(Order::id.gt(1))
        .group_by(Order::user_id)
        .values((Order::user_id, sum(Order::total_amount)))
        .cte("totals");
    let (user, total) = totals.columns::<User>();
    let users = || {
        let joined = User::filter(User::id.gt(2)).join(&totals, user.clone().eq(User::id));
        joined
            .filter(total.clone().gt(5))
            .values((User::username, total.clone()))
    };
    assert_snapshot!(sql_of(|dialect| users().sql(dialect)), @r#"WITH "totals" ("c1", "c2") AS (SELECT "orders"."user_id", SUM("orders"."total_amount") FROM "orders" WHERE "orders"."id" > ? GROUP BY "orders"."user_id") SELECT "users"."username", "totals"."c2" FROM "users" INNER JOIN "totals" ON "totals"."c1" = "users"."id" WHERE "users"."id" > ? AND "totals"."c2" > ?"#);
    let dear = cheap().cte("dear");
    let rows = || {
        dear.rows()
            .filter(Order::user().username.eq("alice"))
            .values(Order::id)
    };
    assert_snapshot!(sql_of(|dialect| rows().sql(dialect)), @r#"WITH "dear" AS (SELECT "orders"."id", "orders"."order_number", "orders"."user_id", "orders"."total_amount", "orders"."status", "orders"."previous_status", "orders"."created_at" FROM "orders" WHERE "orders"."total_amount" <= ?) SELECT "orders"."id" FROM "dear" AS "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "users"."username" = ? ORDER BY "orders"."created_at" DESC, "orders"."id""#);
    // A name that would hide a table.
    let hidden = cheap().cte("users");
    let rows = || hidden.rows().filter(Order::user().username.eq("alice"));
    assert_snapshot!(sql_of(|dialect| rows().sql(dialect)), @r#"error: cannot compile SELECT: a query of WITH has the name of the table "users", which it would be read in place of; give it another"#);
}

/// root > {a > {a1, a2}, b}
async fn tree(db: &Db) -> Result<()> {
    for (code, parent) in [
        ("root", None),
        ("a", Some("root")),
        ("b", Some("root")),
        ("a1", Some("a")),
        ("a2", Some("a")),
    ] {
        let category = Category::builder().code(code);
        let category = match parent {
            Some(parent) => category.parent_id(parent),
            None => category,
        };
        category.create(db).await?;
    }
    Ok(())
}

async fn walked(walk: Walk<Category>, db: &Db) -> Result<String> {
    let rows = walk.fetch_all(db).await?;
    let shown = rows
        .iter()
        .map(|(category, depth)| format!("{}:{depth}", category.code));
    Ok(shown.collect::<Vec<_>>().join(" "))
}

fn at(code: &str) -> QuerySet<Category> {
    Category::filter(Category::code.eq(code))
}

#[orm_test(models(Category))]
async fn a_walk_finds_descendants_and_ancestors_and_how_far_they_are(db: Db) -> testudo::Result {
    tree(&db).await?;
    let below = || at("root").walk(Category::children());
    assert_eq!(walked(below(), &db).await?, "a:1 b:1 a1:2 a2:2");
    assert_eq!(
        walked(below().with_start().max_depth(1), &db).await?,
        "root:0 a:1 b:1"
    );
    let above = || at("a2").walk(Category::parent());
    assert_eq!(walked(above(), &db).await?, "a:1 root:2");
    assert_eq!(walked(at("root").walk(Category::parent()), &db).await?, "");
    // As a query set, with the depth as a column.
    let leaves = below().rows().filter(Category::code.startswith("a"));
    assert_eq!(leaves.clone().count(&db).await?, 3);
    let depths = leaves
        .order_by((Walk::<Category>::depth().desc(), Category::code.asc()))
        .values((Category::code, Walk::<Category>::depth()))
        .fetch_all(&db)
        .await?;
    let row = |code: &str, depth| (code.to_owned(), depth);
    assert_eq!(depths, [row("a1", 2), row("a2", 2), row("a", 1)]);
    // From several rows, and from a slice of them.
    let several = Category::filter(Category::code.is_in(["a1", "b"])).walk(Category::parent());
    assert_eq!(walked(several, &db).await?, "a:1 root:1");
    let one = Category::all().order_by(Category::code.desc()).limit(1);
    assert_eq!(
        walked(one.walk(Category::children()), &db).await?,
        "a:1 b:1 a1:2 a2:2"
    );
    Ok(())
}

#[orm_test(models(Category))]
async fn a_walk_in_circles_comes_to_its_end(db: Db) -> testudo::Result {
    tree(&db).await?;
    let root = at("root").update(Category::parent_id.set("a2"));
    root.execute(&db).await?;
    let around = || at("a").walk(Category::children());
    assert_eq!(
        walked(around().max_depth(50), &db).await?,
        "a1:1 a2:1 root:2 b:3"
    );
    assert_eq!(walked(around(), &db).await?, "a1:1 a2:1 root:2 b:3");
    Ok(())
}

#[orm_test(models(Category))]
async fn a_walk_follows_many_to_many_relations_too(db: Db) -> testudo::Result {
    tree(&db).await?;
    let category = async |code: &str| Category::get(&db, code.to_owned()).await;
    let (a, b, a1) = (
        category("a").await?,
        category("b").await?,
        category("a1").await?,
    );
    a.related.add(&db, [&b]).await?;
    b.related.add(&db, [&a1, &a]).await?;
    assert_eq!(
        walked(at("a").walk(Category::related()), &db).await?,
        "b:1 a1:2"
    );
    assert_eq!(
        walked(at("a1").walk(Category::related_to()), &db).await?,
        "b:1 a:2"
    );
    Ok(())
}

#[test]
fn a_walk_is_one_recursive_query() {
    let below = || at("root").walk(Category::children()).max_depth(3);
    assert_snapshot!(sql_of(|dialect| below().sql(dialect)), @r#"
    SQLite: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST(? AS INTEGER) FROM "category" WHERE "category"."code" = ? UNION SELECT "testudo_here"."code", "testudo_walk"."depth" + ? FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."parent_id" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < ? AND "testudo_here"."code" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id" HAVING MIN("testudo_walk"."depth") > ?) AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth", "category"."code"
    Postgres: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST($1 AS BIGINT) FROM "category" WHERE "category"."code" = $2 UNION SELECT "testudo_here"."code", "testudo_walk"."depth" + $3 FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."parent_id" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < $4 AND "testudo_here"."code" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id" HAVING MIN("testudo_walk"."depth") > $5) AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth" NULLS FIRST, "category"."code"
    MySQL, MariaDB: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST(? AS SIGNED) FROM "category" WHERE "category"."code" = ? UNION SELECT "testudo_here"."code", "testudo_walk"."depth" + ? FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."parent_id" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < ? AND "testudo_here"."code" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id" HAVING MIN("testudo_walk"."depth") > ?) AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth", "category"."code"
    "#);
    let above = || at("a2").walk(Category::parent()).with_start();
    assert_snapshot!(sql_of(|dialect| above().sql(dialect)), @r#"
    SQLite: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST(? AS INTEGER) FROM "category" WHERE "category"."code" = ? UNION SELECT "testudo_here"."parent_id", "testudo_walk"."depth" + ? FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."code" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < ? AND "testudo_here"."parent_id" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id") AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth", "category"."code"
    Postgres: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST($1 AS BIGINT) FROM "category" WHERE "category"."code" = $2 UNION SELECT "testudo_here"."parent_id", "testudo_walk"."depth" + $3 FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."code" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < $4 AND "testudo_here"."parent_id" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id") AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth" NULLS FIRST, "category"."code"
    MySQL, MariaDB: WITH RECURSIVE "testudo_walk" ("id", "depth") AS (SELECT "category"."code", CAST(? AS SIGNED) FROM "category" WHERE "category"."code" = ? UNION SELECT "testudo_here"."parent_id", "testudo_walk"."depth" + ? FROM "testudo_walk" INNER JOIN "category" AS "testudo_here" ON "testudo_here"."code" = "testudo_walk"."id" WHERE "testudo_walk"."depth" < ? AND "testudo_here"."parent_id" IS NOT NULL) SELECT "category"."code", "category"."parent_id", "testudo_reached"."depth" FROM "category" INNER JOIN (SELECT "testudo_walk"."id" AS "id", MIN("testudo_walk"."depth") AS "depth" FROM "testudo_walk" GROUP BY "testudo_walk"."id") AS "testudo_reached" ON "testudo_reached"."id" = "category"."code" ORDER BY "testudo_reached"."depth", "category"."code"
    "#);
}

#[orm_test(models(User, Order))]
async fn the_first_row_of_each_group_comes_on_every_backend(db: Db) -> testudo::Result {
    orders(&db).await?;
    let first = |ordering| {
        let orders = Order::all().distinct_on(Order::user_id).order_by(ordering);
        async {
            Ok::<_, testudo_orm::Error>(
                orders
                    .fetch_all(&db)
                    .await?
                    .into_iter()
                    .map(|order| order.order_number)
                    .collect::<Vec<_>>(),
            )
        }
    };
    assert_eq!(first(vec![Order::total_amount.desc()]).await?, ["A3", "B1"]);
    assert_eq!(first(vec![Order::total_amount.asc()]).await?, ["A1", "B1"]);
    assert_eq!(
        first(vec![Order::total_amount.asc(), Order::user_id.desc()]).await?,
        ["B1", "A1"]
    );
    let dearest = || {
        let by_price = Order::all().order_by(Order::total_amount.desc());
        by_price.distinct_on((Order::user_id, Order::status))
    };
    assert_eq!(dearest().count(&db).await?, 3);
    let values = dearest().values((Order::order_number, Order::user().username));
    let row = |number: &str, name: &str| (number.to_owned(), name.to_owned());
    assert_eq!(
        values.clone().fetch_all(&db).await?,
        [row("A3", "alice"), row("A2", "alice"), row("B1", "bob")]
    );
    assert_eq!(values.limit(1).fetch_all(&db).await?, [row("A3", "alice")]);
    let with_user = dearest()
        .select_related(Order::user())
        .limit(2)
        .fetch_all(&db)
        .await?;
    assert_eq!(with_user[1].user.get()?.username, "alice");
    let total = dearest().aggregate(&db, sum(Order::total_amount)).await?;
    assert_eq!(total, Some(dec!(55.50)));
    Ok(())
}

#[test]
fn one_row_of_each_group_is_numbered_where_there_is_no_distinct_on() {
    let dearest = || {
        let by_price = Order::filter(Order::id.gt(1)).order_by(Order::total_amount.desc());
        by_price
            .distinct_on(Order::user_id)
            .limit(2)
            .values((Order::order_number, Order::user().username))
    };
    assert_snapshot!(sql_of(|dialect| dearest().sql(dialect)), @r#"
    SQLite, MySQL, MariaDB: SELECT "c1" AS "order_number", "c2" AS "username" FROM (SELECT "orders"."order_number" AS "c1", "users"."username" AS "c2", ROW_NUMBER() OVER (PARTITION BY "orders"."user_id" ORDER BY "orders"."user_id", "orders"."total_amount" DESC) AS "nth", ROW_NUMBER() OVER (ORDER BY "orders"."user_id", "orders"."total_amount" DESC) AS "place" FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" > ?) AS "t1" WHERE "nth" = 1 ORDER BY "place" LIMIT 2
    Postgres: SELECT DISTINCT ON ("orders"."user_id") "orders"."order_number", "users"."username" FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" > $1 ORDER BY "orders"."user_id", "orders"."total_amount" DESC LIMIT 2
    "#);
}
