//! Lookups and the algebra of conditions: which rows match.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::Filter;

use crate::shop::{Article, Order, Tag, User, UserProfile, people};

/// The names of the users that match, in alphabetical order.
async fn names(db: &Db, condition: Filter<User>) -> testudo::Result<String> {
    let users = User::filter(condition)
        .order_by(User::username.asc())
        .fetch_all(db)
        .await?;
    Ok(users
        .iter()
        .map(|user| user.username.as_str())
        .collect::<Vec<_>>()
        .join(" "))
}

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().unwrap()
}

#[orm_test(models(User))]
async fn text_lookups_tell_upper_from_lower_case_unless_they_say_otherwise(
    db: Db,
) -> testudo::Result {
    people(&db, &["Alice", "alicia", "bob"]).await?;
    assert_eq!(
        names(&db, User::username.contains("lic")).await?,
        "Alice alicia"
    );
    assert_eq!(names(&db, User::username.startswith("Al")).await?, "Alice");
    assert_eq!(
        names(&db, User::username.istartswith("aL")).await?,
        "Alice alicia"
    );
    assert_eq!(names(&db, User::username.endswith("ia")).await?, "alicia");
    assert_eq!(names(&db, User::username.iendswith("CE")).await?, "Alice");
    assert_eq!(
        names(&db, User::username.icontains("LIC")).await?,
        "Alice alicia"
    );
    assert_eq!(names(&db, User::username.contains("LIC")).await?, "");
    assert_eq!(names(&db, User::username.iexact("ALICE")).await?, "Alice");
    assert_eq!(names(&db, User::username.eq("alice")).await?, "");
    Ok(())
}

#[orm_test(models(User))]
async fn wildcards_in_the_text_stand_for_themselves(db: Db) -> testudo::Result {
    people(&db, &["100%", "100x", "a_b", "axb", "c!d", "back\\slash"]).await?;
    assert_eq!(names(&db, User::username.icontains("0%")).await?, "100%");
    assert_eq!(names(&db, User::username.contains("0%")).await?, "100%");
    assert_eq!(names(&db, User::username.istartswith("a_")).await?, "a_b");
    assert_eq!(names(&db, User::username.icontains("!")).await?, "c!d");
    assert_eq!(
        names(&db, User::username.iendswith("\\slash")).await?,
        "back\\slash"
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_value_is_data_whatever_it_looks_like(db: Db) -> testudo::Result {
    let hostile = "'; DROP TABLE users; --";
    people(&db, &[hostile]).await?;
    assert_eq!(names(&db, User::username.eq(hostile)).await?, hostile);
    assert_eq!(
        names(&db, User::username.contains("'; DROP")).await?,
        hostile
    );
    assert_eq!(names(&db, User::username.is_in([hostile])).await?, hostile);
    Ok(())
}

#[orm_test(models(User))]
async fn an_empty_list_matches_nothing_and_its_opposite_everything(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob"]).await?;
    let nobody: [&str; 0] = [];
    assert_eq!(names(&db, User::username.is_in(nobody)).await?, "");
    assert_eq!(
        names(&db, User::username.not_in(nobody)).await?,
        "alice bob"
    );
    assert_eq!(
        names(&db, !User::username.is_in(nobody)).await?,
        "alice bob"
    );
    Ok(())
}

#[orm_test(models(User))]
async fn conditions_combine_by_and_or_and_not(db: Db) -> testudo::Result {
    let second = people(&db, &["alice", "bob", "carol"]).await?[1].id;
    let is = |name: &str| User::username.eq(name);
    assert_eq!(names(&db, is("alice") | is("bob")).await?, "alice bob");
    assert_eq!(
        names(&db, (is("alice") | is("bob")) & !is("bob")).await?,
        "alice"
    );
    assert_eq!(names(&db, !(is("alice") | is("bob"))).await?, "carol");
    assert_eq!(names(&db, !!is("alice")).await?, "alice");
    let alone = User::id.gte(second) & User::id.lt(second + 1);
    assert_eq!(names(&db, alone).await?, "bob");
    let both = User::id.range(second, second + 1);
    assert_eq!(names(&db, both).await?, "bob carol");
    Ok(())
}

#[orm_test(models(User))]
async fn the_opposite_of_a_condition_on_a_nullable_column_includes_its_nulls(
    db: Db,
) -> testudo::Result {
    let mut users = people(&db, &["alice", "bob", "carol"]).await?;
    users[0].last_login = Some(day("2024-01-01"));
    users[1].last_login = Some(day("2024-02-02"));
    for user in &mut users {
        user.save(&db).await?;
    }
    let january = User::last_login.eq(day("2024-01-01"));
    assert_eq!(names(&db, january.clone()).await?, "alice");
    assert_eq!(names(&db, !january.clone()).await?, "bob carol");
    assert_eq!(
        names(&db, User::last_login.ne(day("2024-01-01"))).await?,
        "bob carol"
    );
    assert_eq!(
        names(&db, User::last_login.not_in([day("2024-01-01")])).await?,
        "bob carol"
    );
    let excluded = User::exclude(january).count(&db).await?;
    assert_eq!(excluded, 2);
    assert_eq!(names(&db, User::last_login.is_null()).await?, "carol");
    assert_eq!(
        names(&db, User::last_login.eq(None::<DateTime<Utc>>)).await?,
        "carol"
    );
    assert_eq!(
        names(&db, User::last_login.is_not_null()).await?,
        "alice bob"
    );
    Ok(())
}

#[orm_test(models(User))]
async fn dates_are_searched_by_their_parts(db: Db) -> testudo::Result {
    let mut users = people(&db, &["alice", "bob", "carol"]).await?;
    for (user, date) in users
        .iter_mut()
        .zip(["2023-12-31", "2024-02-29", "2024-12-01"])
    {
        user.last_login = Some(day(date));
        user.save(&db).await?;
    }
    let leap_day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    assert_eq!(
        names(&db, User::last_login.date().eq(leap_day)).await?,
        "bob"
    );
    assert_eq!(
        names(&db, User::last_login.year().eq(2024)).await?,
        "bob carol"
    );
    assert_eq!(
        names(&db, User::last_login.month().eq(12)).await?,
        "alice carol"
    );
    assert_eq!(names(&db, User::last_login.quarter().eq(1)).await?, "bob");
    assert_eq!(
        names(&db, User::last_login.day().gt(28)).await?,
        "alice bob"
    );
    assert_eq!(
        names(&db, User::last_login.hour().eq(12)).await?,
        "alice bob carol"
    );
    assert_eq!(
        names(&db, User::last_login.gte(day("2024-01-01"))).await?,
        "bob carol"
    );
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn a_condition_follows_relations_to_one_row_in_both_directions(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob"]).await?;
    UserProfile::builder()
        .user(&users[0])
        .bio("gardener")
        .create(&db)
        .await?;
    let profile = UserProfile::filter(UserProfile::user().username.eq("alice"))
        .get(&db)
        .await?;
    assert_eq!(profile.bio, "gardener");
    assert_eq!(
        names(&db, User::profile().bio.eq("gardener")).await?,
        "alice"
    );
    // Bob has no profile at all, so he has none with that text.
    assert_eq!(
        names(&db, !User::profile().bio.eq("gardener")).await?,
        "bob"
    );
    Ok(())
}

/// Articles `a` (rust, async), `b` (rust), `c` (none).
async fn articles(db: &Db) -> testudo::Result {
    let author = &people(db, &["alice"]).await?[0];
    let rust = Tag::builder().name("rust").create(db).await?;
    let r#async = Tag::builder().name("async").create(db).await?;
    for (title, tags) in [
        ("a", vec![&rust, &r#async]),
        ("b", vec![&rust]),
        ("c", vec![]),
    ] {
        let article = Article::builder()
            .title(title)
            .author(author)
            .create(db)
            .await?;
        article.tags.add(db, tags).await?;
    }
    Ok(())
}

async fn titles(db: &Db, condition: Filter<Article>) -> testudo::Result<String> {
    let articles = Article::filter(condition)
        .order_by(Article::title.asc())
        .fetch_all(db)
        .await?;
    Ok(articles
        .iter()
        .map(|article| article.title.as_str())
        .collect())
}

#[orm_test(models(User, Article, Tag))]
async fn a_condition_on_many_related_rows_returns_each_row_once(db: Db) -> testudo::Result {
    articles(&db).await?;
    let either = Article::tags().name.eq("rust") | Article::tags().name.eq("async");
    assert_eq!(titles(&db, either).await?, "ab");
    assert_eq!(
        titles(&db, Article::tags().name.is_in(["rust", "async"])).await?,
        "ab"
    );
    assert_eq!(
        names(&db, User::articles().tags().name.eq("rust")).await?,
        "alice"
    );
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn conditions_joined_by_and_hold_for_one_related_row_and_chained_filters_each_for_some(
    db: Db,
) -> testudo::Result {
    articles(&db).await?;
    let (rust, r#async) = (
        Article::tags().name.eq("rust"),
        Article::tags().name.eq("async"),
    );
    assert_eq!(titles(&db, rust.clone() & r#async.clone()).await?, "");
    let both = Article::filter(rust).filter(r#async).get(&db).await?;
    assert_eq!(both.title, "a");
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn the_opposite_of_a_condition_on_related_rows_means_that_none_satisfies_it(
    db: Db,
) -> testudo::Result {
    articles(&db).await?;
    assert_eq!(titles(&db, !Article::tags().name.eq("async")).await?, "bc");
    assert_eq!(titles(&db, !Article::tags().name.eq("rust")).await?, "c");
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn a_column_over_a_relation_may_stand_on_either_side(db: Db) -> testudo::Result {
    articles(&db).await?;
    // Each of Alice's articles has a title that sorts after her own name or before it.
    let smaller = User::username.gt(User::articles().title);
    assert_eq!(User::filter(smaller).count(&db).await?, 1);
    let none = User::username.lt(User::articles().title);
    assert_eq!(names(&db, none).await?, "alice");
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn alternatives_for_one_related_row_stay_with_its_other_conditions(
    db: Db,
) -> testudo::Result {
    articles(&db).await?;
    let tag = |name: &str| Article::tags().name.eq(name);
    // `async` is the second tag: only the row of that tag satisfies both.
    let first = Tag::filter(Tag::name.eq("rust")).get(&db).await?.id;
    let second = (tag("rust") | tag("async")) & Article::tags().id.gt(first);
    assert_eq!(titles(&db, second).await?, "a");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn whole_decimals_are_divided_like_others(db: Db) -> testudo::Result {
    let user = people(&db, &["alice"]).await?.remove(0);
    for (number, amount) in [("1", dec!(10)), ("2", dec!(10.10))] {
        let order = Order::builder().order_number(number).user(&user);
        order.total_amount(amount).create(&db).await?;
    }
    let third = Order::total_amount / 3;
    let matching = |condition| Order::filter(condition).count(&db);
    assert_eq!(matching(third.clone().gt(dec!(3.3))).await?, 2);
    assert_eq!(matching(third.lt(dec!(3.35))).await?, 1);
    Ok(())
}
