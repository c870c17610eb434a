//! `advanced_filters`: text, numbers, dates, NULL.

use chrono::{NaiveDate, TimeZone, Utc};
use shop::models::*;
use testudo::prelude::*;

use crate::{a_user, usernames};

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn string_matching(db: Db) -> testudo::Result {
    let by_name = User::username.asc();
    let found = User::filter(User::username.icontains("ALIC"));
    assert_eq!(usernames(&found.fetch_all(&db).await?), ["alice"]);

    let found = User::filter(User::email.endswith("@gmail.com")).order_by(by_name);
    assert_eq!(usernames(&found.fetch_all(&db).await?), ["bob", "carol"]);

    let found = User::filter(User::first_name.startswith("A"));
    assert_eq!(found.count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn matching_that_minds_the_case_and_matching_that_does_not(db: Db) -> testudo::Result {
    a_user(&db, "Alice").await?;
    assert!(
        !User::filter(User::username.contains("alice"))
            .exists(&db)
            .await?
    );
    assert!(
        User::filter(User::username.icontains("alice"))
            .exists(&db)
            .await?
    );
    assert!(
        !User::filter(User::username.startswith("al"))
            .exists(&db)
            .await?
    );
    assert!(
        User::filter(User::username.istartswith("al"))
            .exists(&db)
            .await?
    );
    assert!(
        User::filter(User::username.iexact("aLICE"))
            .exists(&db)
            .await?
    );
    Ok(())
}

#[orm_test(models(User))]
async fn percent_and_underscore_in_what_a_user_typed_stand_for_themselves(
    db: Db,
) -> testudo::Result {
    for name in ["100%", "1000", "a_b", "axb", r"back\slash"] {
        a_user(&db, name).await?;
    }
    for (typed, found) in [
        ("0%", vec!["100%"]),
        ("A_B", vec!["a_b"]),
        ("%", vec!["100%"]),
        ("_", vec!["a_b"]),
        (r"\", vec![r"back\slash"]),
        ("'; DROP TABLE users; --", vec![]),
    ] {
        let users = User::filter(User::username.icontains(typed))
            .fetch_all(&db)
            .await?;
        assert_eq!(usernames(&users), found, "typed: {typed}");
    }
    assert_eq!(User::all().count(&db).await?, 5);
    Ok(())
}

#[orm_test(models(User))]
async fn numeric_comparison(db: Db) -> testudo::Result {
    let mut users = Vec::new();
    for name in ["a", "b", "c"] {
        users.push(a_user(&db, name).await?);
    }
    let middle = users[1].id;
    let by_id = User::all().order_by(User::id.asc());

    let from_the_middle = by_id
        .clone()
        .filter(User::id.gte(middle))
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&from_the_middle), ["b", "c"]);
    let before_the_middle = by_id
        .clone()
        .filter(User::id.lt(middle))
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&before_the_middle), ["a"]);
    let between = by_id
        .clone()
        .filter(User::id.range(middle, middle))
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&between), ["b"]);

    let listed = by_id
        .clone()
        .filter(User::id.is_in([users[0].id, users[2].id, -1]));
    assert_eq!(usernames(&listed.fetch_all(&db).await?), ["a", "c"]);
    let others = by_id.filter(User::id.not_in([users[0].id, users[2].id]));
    assert_eq!(usernames(&others.fetch_all(&db).await?), ["b"]);
    Ok(())
}

#[orm_test(models(User))]
async fn in_an_empty_list_is_nobody(db: Db) -> testudo::Result {
    a_user(&db, "alice").await?;
    let nobody: [i64; 0] = [];
    assert_eq!(User::filter(User::id.is_in(nobody)).count(&db).await?, 0);
    assert_eq!(User::filter(User::id.not_in(nobody)).count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn date_queries(db: Db) -> testudo::Result {
    let christmas = NaiveDate::from_ymd_opt(2024, 12, 24).unwrap();
    let on_the_day = User::filter(User::date_joined.date().eq(christmas));
    assert_eq!(usernames(&on_the_day.fetch_all(&db).await?), ["bob"]);

    let in_the_year =
        User::filter(User::date_joined.year().eq(2024)).order_by(User::username.asc());
    assert_eq!(
        usernames(&in_the_year.fetch_all(&db).await?),
        ["alice", "bob"]
    );

    // The customers' date moves with the clock, and may be in a December.
    let in_december =
        User::filter(User::date_joined.month().eq(12) & User::date_joined.year().lt(2025))
            .order_by(User::username.asc());
    assert_eq!(
        usernames(&in_december.fetch_all(&db).await?),
        ["bob", "carol"]
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_day_ends_at_midnight_in_utc(db: Db) -> testudo::Result {
    let first_second = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).unwrap();
    for (name, offset) in [("last_year", -1), ("this_year", 0)] {
        let mut user = a_user(&db, name).await?;
        user.date_joined = first_second + chrono::TimeDelta::microseconds(offset);
        user.save(&db).await?;
    }
    let new_year = User::filter(User::date_joined.year().eq(2024))
        .fetch_all(&db)
        .await?;
    assert_eq!(usernames(&new_year), ["this_year"]);
    let eve = User::filter(
        User::date_joined
            .date()
            .eq(NaiveDate::from_ymd_opt(2023, 12, 31).unwrap()),
    );
    assert_eq!(usernames(&eve.fetch_all(&db).await?), ["last_year"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn null_queries(db: Db) -> testudo::Result {
    let never_logged_in = User::filter(User::last_login.is_null()).count(&db).await?;
    let logged_in = User::filter(User::last_login.is_not_null())
        .order_by(User::username.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(never_logged_in, 42);
    assert_eq!(usernames(&logged_in), ["admin", "alice"]);
    Ok(())
}
