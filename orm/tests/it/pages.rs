//! Pages by number and by cursor.

use insta::assert_snapshot;
use rust_decimal::Decimal;
use testudo::prelude::*;
use testudo_orm::{KeysetPage, Ordering, Result};

use crate::shop::{Order, OrderStatus, User, people};
use crate::side_by_side::sql_of;

/// Ten orders, of three statuses and of alternating users; the previous status of every third is known.
async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob"]).await?;
    let statuses = [
        OrderStatus::Pending,
        OrderStatus::Shipped,
        OrderStatus::OnHold,
    ];
    let mut orders = Vec::new();
    for n in 0..10 {
        let order = Order::builder()
            .order_number(format!("N{n}"))
            .user(&users[n % 2])
            .total_amount(Decimal::new(i64::try_from(n / 4).unwrap() * 50, 2))
            .status(statuses[n % 3]);
        orders.push(match n % 3 {
            0 => order.previous_status(statuses[n / 4]).build()?,
            _ => order.build()?,
        });
    }
    Order::bulk_create(db, orders).await?;
    Ok(users)
}

fn numbers(orders: &[Order]) -> Vec<&str> {
    orders
        .iter()
        .map(|order| order.order_number.as_str())
        .collect()
}

#[orm_test(models(User, Order))]
async fn a_page_says_how_many_rows_and_pages_there_are(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_number = || Order::all().order_by(Order::order_number.asc());
    let second = by_number().paginate(2, 4).fetch(&db).await?;
    assert_eq!(numbers(&second.items), ["N4", "N5", "N6", "N7"]);
    assert_eq!(
        (second.total, second.pages(), second.page, second.size),
        (10, 3, 2, 4)
    );
    assert!(second.has_next() && second.has_previous());
    let last = by_number().paginate(3, 4).fetch(&db).await?;
    assert_eq!(numbers(&last.items), ["N8", "N9"]);
    assert!(!last.has_next() && last.has_previous());
    let beyond = by_number().paginate(9, 4).fetch(&db).await?;
    assert!(beyond.items.is_empty() && !beyond.has_next());
    let none = Order::filter(Order::id.lt(0))
        .paginate(1, 4)
        .fetch(&db)
        .await?;
    assert_eq!(
        (
            none.total,
            none.pages(),
            none.has_next(),
            none.has_previous()
        ),
        (0, 0, false, false)
    );
    Ok(())
}

#[orm_test(models(User, Order))]
async fn pages_of_a_slice_stay_within_it(db: Db) -> testudo::Result {
    orders(&db).await?;
    let slice = || {
        Order::all()
            .order_by(Order::order_number.asc())
            .offset(2)
            .limit(5)
    };
    let second = slice().paginate(2, 3).fetch(&db).await?;
    assert_eq!(
        (numbers(&second.items), second.total),
        (vec!["N5", "N6"], 5)
    );
    assert!(slice().paginate(3, 3).fetch(&db).await?.items.is_empty());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_page_that_cannot_be_is_an_error(db: Db) -> testudo::Result {
    for (page, size) in [(0, 4), (1, 0)] {
        let error = Order::all()
            .paginate(page, size)
            .fetch(&db)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("pages are counted from 1"),
            "{error}"
        );
    }
    let far = Order::all().paginate(u64::MAX, u64::MAX).fetch(&db).await?;
    assert!(far.items.is_empty());
    Ok(())
}

#[test]
fn a_page_has_an_order_in_which_no_two_rows_are_equal() {
    let page = || User::all().order_by(User::first_name.asc()).paginate(3, 20);
    assert_snapshot!(sql_of(|dialect| page().sql(dialect)), @r#"SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" ORDER BY "users"."first_name", "users"."id" LIMIT 20 OFFSET 40"#);
    let page = || {
        User::all()
            .order_by((User::id.desc(), User::email.asc()))
            .paginate(1, 20)
    };
    assert_snapshot!(sql_of(|dialect| page().sql(dialect)), @r#"SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" ORDER BY "users"."id" DESC, "users"."email" LIMIT 20"#);
}

/// All pages from the first to the last and back: the rows forth, and whether they were the same back.
async fn walk<O>(db: &Db, size: u64, ordering: impl Fn() -> O) -> Result<Vec<String>>
where
    O: testudo_orm::IntoOrdering<Order>,
{
    let page = || Order::all().keyset(ordering(), size);
    let mut pages: Vec<KeysetPage<Order>> = vec![page().fetch(db).await?];
    while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
        assert!(pages.len() < 20, "the pages come to an end");
        pages.push(page().after(next).fetch(db).await?);
    }
    assert!(pages[0].previous.is_none());
    let mut back = pages[pages.len() - 1].clone();
    for expected in pages.iter().rev().skip(1) {
        back = page()
            .before(back.previous.expect("a page before"))
            .fetch(db)
            .await?;
        assert_eq!(numbers(&back.items), numbers(&expected.items));
        assert_eq!(back.next, expected.next);
    }
    let all = pages.iter().flat_map(|page| numbers(&page.items));
    Ok(all.map(str::to_owned).collect())
}

#[orm_test(models(User, Order))]
async fn pages_by_cursor_have_every_row_once_in_any_order(db: Db) -> testudo::Result {
    orders(&db).await?;
    let whole = async |ordering: Vec<Ordering<Order>>| -> Result<Vec<String>> {
        let query = Order::all().order_by(ordering).values(Order::order_number);
        query.fetch_all(&db).await
    };
    type Terms = fn() -> Vec<Ordering<Order>>;
    let orders: [Terms; 8] = [
        || vec![Order::id.asc()],
        || vec![Order::total_amount.asc(), Order::id.asc()],
        || {
            vec![
                Order::total_amount.desc(),
                Order::status.asc(),
                Order::id.asc(),
            ]
        },
        || vec![Order::previous_status.asc(), Order::id.asc()],
        || vec![Order::previous_status.desc(), Order::id.desc()],
        || vec![Order::previous_status.asc().nulls_last(), Order::id.asc()],
        || {
            vec![
                Order::previous_status.desc().nulls_first(),
                Order::status.desc(),
                Order::id.asc(),
            ]
        },
        || vec![Order::created_at.desc(), Order::id.asc()],
    ];
    for ordering in orders {
        for size in [1, 3, 10, 11] {
            assert_eq!(walk(&db, size, ordering).await?, whole(ordering()).await?);
        }
    }
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_cursor_goes_by_related_columns_and_expressions_too(db: Db) -> testudo::Result {
    orders(&db).await?;
    let by_user = || (Order::user().username.desc(), Order::order_number.asc());
    let expected = ["N1", "N3", "N5", "N7", "N9", "N0", "N2", "N4", "N6", "N8"];
    assert_eq!(walk(&db, 4, by_user).await?, expected);
    let by_price = || ((Order::total_amount * 2).desc(), Order::order_number.asc());
    let expected = ["N8", "N9", "N4", "N5", "N6", "N7", "N0", "N1", "N2", "N3"];
    assert_eq!(walk(&db, 3, by_price).await?, expected);
    let page = Order::all()
        .select_related(Order::user())
        .keyset(by_user(), 2);
    let page = page.fetch(&db).await?;
    assert_eq!(page.items[0].user.get()?.username, "bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_cursor_holds_its_place_while_rows_come_and_go(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let by_number = || Order::all().keyset(Order::order_number.asc(), 3);
    let first = by_number().fetch(&db).await?;
    Order::filter(Order::order_number.eq("N2"))
        .delete(&db)
        .await?;
    let before = Order::builder()
        .order_number("A")
        .user(&users[0])
        .total_amount(1);
    before.create(&db).await?;
    let second = by_number().after(first.next.unwrap()).fetch(&db).await?;
    assert_eq!(numbers(&second.items), ["N3", "N4", "N5"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_cursor_that_is_not_of_this_order_is_refused_before_anything_is_sent(
    db: Db,
) -> testudo::Result {
    orders(&db).await?;
    let by_number = || Order::all().keyset(Order::order_number.asc(), 3);
    let cursor = by_number().fetch(&db).await?.next.unwrap();
    assert!(
        cursor
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        "{cursor}"
    );
    let refused = async |page: testudo_orm::Keyset<Order>| {
        let error = page.fetch(&db).await.unwrap_err();
        assert!(error.is_invalid_cursor(), "{error}");
        error.to_string()
    };
    let other = Order::all()
        .keyset(Order::order_number.desc(), 3)
        .after(&cursor);
    assert_eq!(
        refused(other).await,
        "invalid cursor: it belongs to a query in another order; begin again at the first page"
    );
    let of_users = User::all()
        .keyset(User::username.asc(), 3)
        .fetch(&db)
        .await?;
    assert!(of_users.next.is_none());
    for broken in [
        "",
        "a b",
        &cursor[..cursor.len() - 4],
        "W10",
        "bnVsbA",
        "WzEsMl0",
    ] {
        refused(by_number().after(broken)).await;
    }
    assert!(by_number().after(cursor).fetch(&db).await.is_ok());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_slice_has_no_pages_by_cursor(db: Db) -> testudo::Result {
    let error = Order::all()
        .limit(3)
        .keyset(Order::id.asc(), 2)
        .fetch(&db)
        .await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("without a limit or an offset")
    );
    Ok(())
}

#[test]
fn the_rows_after_a_cursor_are_found_by_an_index_and_a_cursor_stays_valid() {
    // What a client kept: the fingerprint of the order, then "A" and 2.
    let cursor = "WzkwNjE2Njc4ODI0NzgwODk0NjYsIkEiLDJd";
    let page = || User::all().keyset(User::first_name.asc(), 2).after(cursor);
    assert_snapshot!(sql_of(|dialect| page().sql(dialect)), @r#"SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" WHERE "users"."first_name" >= ? AND ("users"."first_name" > ? OR "users"."first_name" = ? AND "users"."id" > ?) ORDER BY "users"."first_name", "users"."id" LIMIT 3"#);
}

#[test]
fn the_rows_after_a_cursor_have_null_where_the_order_puts_it() {
    let at = |cursor| User::all().keyset(User::last_login.desc(), 2).after(cursor);
    // NULL and 2, then a time and 2.
    let null = "WzEwMDQ3MTE1MDU1NTcxNTA0Mjc1LG51bGwsMl0";
    assert_snapshot!(sql_of(|dialect| at(null).sql(dialect)), @r#"
    SQLite, MySQL, MariaDB: SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" WHERE "users"."last_login" IS NULL AND "users"."id" > ? ORDER BY "users"."last_login" DESC, "users"."id" LIMIT 3
    Postgres: SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" WHERE "users"."last_login" IS NULL AND "users"."id" > $1 ORDER BY "users"."last_login" DESC NULLS LAST, "users"."id" LIMIT 3
    "#);
    let time = "WzEwMDQ3MTE1MDU1NTcxNTA0Mjc1LDE3MDQwNjcyMDAwMDAwMDAsMl0";
    assert_snapshot!(sql_of(|dialect| at(time).sql(dialect)), @r#"
    SQLite, MySQL, MariaDB: SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" WHERE "users"."last_login" < ? OR "users"."last_login" IS NULL OR "users"."last_login" = ? AND "users"."id" > ? ORDER BY "users"."last_login" DESC, "users"."id" LIMIT 3
    Postgres: SELECT "users"."id", "users"."username", "users"."email", "users"."first_name", "users"."is_active", "users"."date_joined", "users"."last_login" FROM "users" WHERE "users"."last_login" < $1 OR "users"."last_login" IS NULL OR "users"."last_login" = $2 AND "users"."id" > $3 ORDER BY "users"."last_login" DESC NULLS LAST, "users"."id" LIMIT 3
    "#);
}
