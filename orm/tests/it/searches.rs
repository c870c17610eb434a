//! Lookups on columns and expressions alike, over relations too.

use testudo::prelude::*;
use testudo_orm::{Filter, coalesce, concat, length, lower};

use crate::shop::{Article, Order, Tag, User, UserProfile, people};

async fn names(db: &Db, condition: Filter<User>) -> testudo::Result<String> {
    let users = User::filter(condition).order_by(User::username.asc());
    Ok(users.values(User::username).fetch_all(db).await?.join(" "))
}

#[orm_test(models(User))]
async fn every_lookup_works_on_an_expression(db: Db) -> testudo::Result {
    people(&db, &["alice", "Alicia", "bob"]).await?;
    let name = || concat(User::username, "!");
    for (condition, expected) in [
        (name().eq("bob!"), "bob"),
        (name().ne("bob!"), "Alicia alice"),
        (name().gt("b"), "bob"),
        (name().lte("Alicia!"), "Alicia"),
        (name().range("a", "b"), "alice"),
        (name().is_in(["bob!", "alice!"]), "alice bob"),
        (name().not_in(["bob!"]), "Alicia alice"),
        (name().is_null(), ""),
        (name().is_not_null(), "Alicia alice bob"),
        (name().contains("ice!"), "alice"),
        (name().icontains("ALI"), "Alicia alice"),
        (name().startswith("Al"), "Alicia"),
        (name().istartswith("al"), "Alicia alice"),
        (name().endswith("a!"), "Alicia"),
        (name().iendswith("B!"), "bob"),
        (name().iexact("ALICE!"), "alice"),
        (name().regex("^b.b!$"), "bob"),
        (length(User::username).eq(3), "bob"),
        (lower(User::username).eq("alicia"), "Alicia"),
    ] {
        assert_eq!(
            names(&db, condition.clone()).await?,
            expected,
            "{condition:?}"
        );
        let rest = User::exclude(condition).count(&db).await?;
        assert_eq!(
            rest,
            3 - expected.split_whitespace().count() as u64,
            "{expected}"
        );
    }
    Ok(())
}

#[orm_test(models(User))]
async fn a_regular_expression_tells_case_unless_it_says_otherwise(db: Db) -> testudo::Result {
    people(&db, &["alice", "Alicia", "bob", "a1", "x.y"]).await?;
    for (pattern, exact, either) in [
        ("^al", "alice", "Alicia alice"),
        ("(ce|IA)$", "alice", "Alicia alice"),
        ("^[a-c][a-z]{2}$", "bob", "bob"),
        ("[0-9]", "a1", "a1"),
        ("^x\\.y$", "x.y", "x.y"),
        ("^x\\\\", "", ""),
        ("o?b+", "bob", "bob"),
    ] {
        assert_eq!(
            names(&db, User::username.regex(pattern)).await?,
            exact,
            "{pattern}"
        );
        assert_eq!(
            names(&db, User::username.iregex(pattern)).await?,
            either,
            "{pattern}"
        );
    }
    let others = names(&db, !User::username.iregex("^[ab]")).await?;
    assert_eq!(others, "x.y");
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn the_opposite_of_a_regular_expression_includes_null(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob"]).await?;
    for (user, avatar) in users.iter().zip([Some("cat.png"), None]) {
        let profile = UserProfile::builder().user(user);
        match avatar {
            Some(avatar) => profile.avatar(avatar).create(&db).await?,
            None => profile.create(&db).await?,
        };
    }
    let with = |condition| UserProfile::filter(condition).count(&db);
    assert_eq!(with(UserProfile::avatar.regex("png$")).await?, 1);
    assert_eq!(with(!UserProfile::avatar.regex("png$")).await?, 1);
    assert_eq!(with(!UserProfile::avatar.regex("gif$")).await?, 2);
    Ok(())
}

/// Articles of Alice with tags, of Bob without.
async fn library(db: &Db) -> testudo::Result {
    let users = people(db, &["alice", "bob"]).await?;
    let rust = Tag::builder().name("Rust").create(db).await?;
    let sql = Tag::builder().name("sql").create(db).await?;
    for (title, author, tags) in [
        ("one", &users[0], vec![&rust, &sql]),
        ("two", &users[0], vec![&rust]),
        ("three", &users[1], vec![]),
    ] {
        let article = Article::builder().title(title).author(author);
        article.create(db).await?.tags.add(db, tags).await?;
    }
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn expressions_over_many_rows_return_each_row_once(db: Db) -> testudo::Result {
    library(&db).await?;
    let articles = || User::articles();
    for (condition, expected) in [
        (lower(articles().tags().name).eq("rust"), "alice"),
        (articles().tags().name.iregex("^rust$"), "alice"),
        (articles().title.regex("^t"), "alice bob"),
        (length(articles().title).is_in([3, 5]), "alice bob"),
        (
            (articles().title + "/" + articles().tags().name).eq("one/sql"),
            "alice",
        ),
        (
            (articles().title + "/" + articles().tags().name).eq("two/sql"),
            "",
        ),
        (
            concat(User::username, articles().title).eq("bobthree"),
            "bob",
        ),
        (
            lower(articles().tags().name).eq("rust") & articles().title.eq("two"),
            "alice",
        ),
    ] {
        assert_eq!(
            names(&db, condition.clone()).await?,
            expected,
            "{condition:?}"
        );
        let others = User::exclude(condition).count(&db).await?;
        assert_eq!(
            others,
            2 - expected.split_whitespace().count() as u64,
            "{expected}"
        );
    }
    Ok(())
}

#[orm_test(models(User, Order, UserProfile))]
async fn an_expression_reaches_through_relations_to_one_row(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob"]).await?;
    UserProfile::builder()
        .user(&users[0])
        .bio("Gardener")
        .create(&db)
        .await?;
    // Over a relation that may lead nowhere, the value may be NULL.
    let bio = || coalesce(lower(User::profile().bio.optional()), "none");
    assert_eq!(names(&db, bio().eq("gardener")).await?, "alice");
    assert_eq!(names(&db, bio().eq("none")).await?, "bob");
    let bios = User::all().order_by(User::id.asc()).values(bio());
    assert_eq!(bios.fetch_all(&db).await?, ["gardener", "none"]);
    Ok(())
}

#[orm_test(models(User))]
async fn searches_without_case_work_on_what_a_function_gives(db: Db) -> testudo::Result {
    people(&db, &["alice", "Bob"]).await?;
    let size = || {
        case()
            .when(User::username.eq("alice"), "Small")
            .otherwise("large")
    };
    assert_eq!(names(&db, size().iexact("SMALL")).await?, "alice");
    assert_eq!(names(&db, size().iregex("^l")).await?, "Bob");
    assert_eq!(names(&db, size().regex("^L")).await?, "");
    assert_eq!(names(&db, lower(size()).icontains("MAL")).await?, "alice");
    assert_eq!(
        names(&db, lower(User::username).eq(lower(User::username))).await?,
        "Bob alice"
    );
    assert_eq!(names(&db, lower(size()).ne(size())).await?, "alice");
    let sorted = User::all()
        .order_by(lower(User::username).desc())
        .values(User::username);
    assert_eq!(sorted.fetch_all(&db).await?, ["Bob", "alice"]);
    Ok(())
}
