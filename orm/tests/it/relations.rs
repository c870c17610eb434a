//! Relations: fetched by join or prefetch, never one by one; changed through their fields.

use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::{Error, Result};

use crate::shop::{Article, Category, Order, Tag, User, UserProfile, people};

async fn library(db: &Db) -> Result<()> {
    let users = people(db, &["alice", "bob"]).await?;
    let rust = Tag::builder().name("rust").create(db).await?;
    let sql = Tag::builder().name("sql").create(db).await?;
    for (title, author, tags) in [
        ("one", &users[0], vec![&rust, &sql]),
        ("two", &users[0], vec![&rust]),
        ("three", &users[1], vec![]),
    ] {
        let article = Article::builder()
            .title(title)
            .author(author)
            .create(db)
            .await?;
        article.tags.add(db, tags).await?;
    }
    UserProfile::builder()
        .user(&users[0])
        .bio("gardener")
        .create(db)
        .await?;
    Ok(())
}

fn unfetched(error: &Error, relation: &str) -> bool {
    error.is_not_loaded()
        && error
            .to_string()
            .contains(&format!("`{relation}` was not fetched"))
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn a_relation_that_was_not_fetched_is_an_error_that_says_what_to_add(
    db: Db,
) -> testudo::Result {
    library(&db).await?;
    let article = Article::filter(Article::title.eq("one")).get(&db).await?;
    assert!(unfetched(
        &article.author.get().unwrap_err(),
        "Article.author"
    ));
    assert!(unfetched(&article.tags.get().unwrap_err(), "Article.tags"));
    let user = User::filter(User::username.eq("alice")).get(&db).await?;
    assert!(unfetched(
        &user.articles.get().unwrap_err(),
        "User.articles"
    ));
    assert!(unfetched(&user.profile.get().unwrap_err(), "User.profile"));
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn select_related_joins_one_row_through_several_levels(db: Db) -> testudo::Result {
    library(&db).await?;
    let articles = Article::all()
        .select_related(Article::author().profile())
        .order_by(Article::id.asc())
        .fetch_all(&db)
        .await?;
    let author = articles[0].author.get()?;
    assert_eq!(author.username, "alice");
    assert_eq!(author.profile.get()?.unwrap().bio, "gardener");
    let bob = articles[2].author.get()?;
    assert!(bob.profile.get()?.is_none());
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn prefetch_related_follows_nested_paths_in_every_direction(db: Db) -> testudo::Result {
    library(&db).await?;
    let users = User::all()
        .prefetch_related((User::articles().tags(), User::profile(), User::orders()))
        .order_by(User::id.asc())
        .fetch_all(&db)
        .await?;
    let tags_of = |user: usize, article: usize| -> Result<Vec<String>> {
        let tags = users[user].articles.get()?[article].tags.get()?;
        Ok(tags.iter().map(|tag| tag.name.clone()).collect())
    };
    assert_eq!(users[0].articles.get()?.len(), 2);
    assert_eq!(tags_of(0, 0)?, ["rust", "sql"]);
    assert_eq!(tags_of(0, 1)?, ["rust"]);
    assert!(tags_of(1, 0)?.is_empty());
    assert!(users[1].profile.get()?.is_none());
    assert!(users[0].orders.get()?.is_empty());

    let tags = Tag::all()
        .prefetch_related(Tag::articles().author())
        .order_by(Tag::id.asc())
        .fetch_all(&db)
        .await?;
    let rust = tags[0].articles.get()?;
    assert_eq!(rust.len(), 2);
    assert_eq!(rust[0].author.get()?.username, "alice");
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn the_rows_behind_a_relation_are_a_query_set(db: Db) -> testudo::Result {
    library(&db).await?;
    let alice = User::filter(User::username.eq("alice")).get(&db).await?;
    assert_eq!(alice.articles.all().count(&db).await?, 2);
    let two = alice
        .articles
        .filter(Article::title.eq("two"))
        .get(&db)
        .await?;
    assert_eq!(
        two.tags.all().values(Tag::name).fetch_all(&db).await?,
        ["rust"]
    );
    let rust = Tag::filter(Tag::name.eq("rust")).get(&db).await?;
    assert_eq!(rust.articles.all().count(&db).await?, 2);
    assert_eq!(two.author.fetch(&db).await?, alice);
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn many_to_many_rows_are_added_removed_cleared_and_set(db: Db) -> testudo::Result {
    let author = people(&db, &["alice"]).await?.remove(0);
    let article = Article::builder()
        .title("one")
        .author(&author)
        .create(&db)
        .await?;
    let mut tags = Vec::new();
    for name in ["a", "b", "c"] {
        tags.push(Tag::builder().name(name).create(&db).await?);
    }
    let names = async || {
        article
            .tags
            .all()
            .order_by(Tag::name.asc())
            .values(Tag::name)
            .fetch_all(&db)
            .await
    };

    article.tags.add(&db, &tags).await?;
    article.tags.add(&db, [&tags[0]]).await?;
    assert_eq!(names().await?, ["a", "b", "c"]);
    article.tags.remove(&db, [&tags[2]]).await?;
    assert_eq!(names().await?, ["a", "b"]);
    article.tags.set(&db, [&tags[2], &tags[1]]).await?;
    assert_eq!(names().await?, ["b", "c"]);
    tags[1].articles.remove(&db, [&article]).await?;
    assert_eq!(names().await?, ["c"]);
    article.tags.clear(&db).await?;
    assert!(names().await?.is_empty());
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn an_unsaved_row_has_no_related_rows_and_cannot_be_tied(db: Db) -> testudo::Result {
    let author = people(&db, &["alice"]).await?.remove(0);
    let article = Article::builder().title("one").author(&author).build()?;
    let tag = Tag::builder().name("rust").build()?;
    assert_eq!(article.tags.all().count(&db).await?, 0);
    let saved_tag = Tag::builder().name("sql").create(&db).await?;
    let error = article.tags.add(&db, [&saved_tag]).await.unwrap_err();
    assert!(
        error.to_string().contains("this `Article` is not saved"),
        "{error}"
    );
    let article = Article::builder()
        .title("one")
        .author(&author)
        .create(&db)
        .await?;
    let error = article.tags.add(&db, [&tag]).await.unwrap_err();
    assert!(
        error.to_string().contains("this `Tag` is not saved"),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(Category))]
async fn a_tree_is_walked_up_and_down(db: Db) -> testudo::Result {
    let root = Category::builder().code("root").create(&db).await?;
    let branch = Category::builder()
        .code("branch")
        .parent(&root)
        .create(&db)
        .await?;
    Category::builder()
        .code("leaf")
        .parent(&branch)
        .create(&db)
        .await?;

    let leaf = Category::all()
        .filter(Category::parent().parent().code.eq("root"))
        .select_related(Category::parent().parent())
        .get(&db)
        .await?;
    let parent = leaf.parent.as_ref().unwrap().get()?;
    assert_eq!(parent.code, "branch");
    assert_eq!(parent.parent.as_ref().unwrap().get()?.code, "root");

    let root = Category::filter(Category::children().children().code.eq("leaf"))
        .prefetch_related(Category::children().children())
        .get(&db)
        .await?;
    assert_eq!(root.children.get()?[0].children.get()?[0].code, "leaf");
    // ON DELETE SET NULL: the leaf stays.
    branch.delete(&db).await?;
    assert!(Category::get(&db, "leaf").await?.parent.is_none());
    Ok(())
}

#[orm_test(models(User, Order))]
async fn prefetching_for_more_rows_than_one_statement_can_bind_finds_them_all(
    db: Db,
) -> testudo::Result {
    let names: Vec<String> = (0..33_000).map(|number| format!("user-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let users = people(&db, &names).await?;
    for user in [&users[0], &users[32_999]] {
        let order = Order::builder().order_number(user.username.as_str());
        order.user(user).total_amount(dec!(1)).create(&db).await?;
    }
    let users = User::all()
        .prefetch_related(User::orders())
        .order_by(User::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(users.len(), 33_000);
    for user in [&users[0], &users[32_999]] {
        assert_eq!(user.orders.get()?[0].order_number, user.username);
    }
    assert!(users[1].orders.get()?.is_empty());
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn a_reference_that_was_set_by_hand_says_so(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob"]).await?;
    let mut article = Article::builder()
        .title("one")
        .author(&users[0])
        .create(&db)
        .await?;
    article.author = (&users[1]).into();
    let error = article.author.get().unwrap_err();
    assert!(error.to_string().contains("was set by hand"), "{error}");
    assert_eq!(article.author.fetch(&db).await?.username, "bob");
    Ok(())
}

/// Alice has the orders 1 to 5, Bob 6 and 7, Carol none.
async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob", "carol"]).await?;
    for number in 1..=7 {
        let user = &users[usize::from(number > 5)];
        let order = Order::builder().order_number(format!("{number}"));
        order.user(user).total_amount(number).create(db).await?;
    }
    Ok(users)
}

/// The numbers of each user's orders, as they were fetched.
fn numbers(users: &[User]) -> Result<Vec<Vec<&str>>> {
    users
        .iter()
        .map(|user| {
            let orders = user.orders.get()?;
            Ok(orders
                .iter()
                .map(|order| order.order_number.as_str())
                .collect())
        })
        .collect()
}

#[orm_test(models(User, Order))]
async fn a_prefetch_takes_a_query_set_of_its_own(db: Db) -> testudo::Result {
    orders(&db).await?;
    let large = Order::filter(Order::total_amount.gt(2))
        .order_by(Order::total_amount.desc())
        .select_related(Order::user());
    let users = User::all()
        .prefetch_related(prefetch(User::orders(), large))
        .order_by(User::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(
        numbers(&users)?,
        [vec!["5", "4", "3"], vec!["7", "6"], vec![]]
    );
    let of_alice = &users[0].orders.get()?[0];
    assert_eq!(of_alice.user.get()?.username, "alice");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_limit_of_a_prefetch_counts_for_each_row(db: Db) -> testudo::Result {
    orders(&db).await?;
    let fetch = async |query: QuerySet<Order>| {
        User::all()
            .prefetch_related(prefetch(User::orders(), query))
            .order_by(User::id.asc())
            .fetch_all(&db)
            .await
    };
    let largest = || Order::all().order_by(Order::total_amount.desc());
    let users = fetch(largest().limit(2)).await?;
    assert_eq!(numbers(&users)?, [vec!["5", "4"], vec!["7", "6"], vec![]]);
    let users = fetch(largest().limit(2).offset(1)).await?;
    assert_eq!(numbers(&users)?, [vec!["4", "3"], vec!["6"], vec![]]);
    let users = fetch(largest().offset(3)).await?;
    assert_eq!(numbers(&users)?, [vec!["2", "1"], vec![], vec![]]);
    let users = fetch(largest().filter(Order::total_amount.lt(7)).limit(1)).await?;
    assert_eq!(numbers(&users)?, [vec!["5"], vec!["6"], vec![]]);
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn many_to_many_rows_are_filtered_ordered_and_limited_too(db: Db) -> testudo::Result {
    library(&db).await?;
    let names = async |query: QuerySet<Tag>| -> Result<Vec<Vec<String>>> {
        let articles = Article::all()
            .prefetch_related(prefetch(Article::tags(), query))
            .order_by(Article::id.asc())
            .fetch_all(&db)
            .await?;
        let of_article = |article: &Article| {
            let tags = article.tags.get()?;
            Ok(tags.iter().map(|tag| tag.name.clone()).collect())
        };
        articles.iter().map(of_article).collect()
    };
    let none = Vec::<String>::new;
    let found = names(Tag::all().order_by(Tag::name.desc())).await?;
    assert_eq!(
        found,
        [
            vec!["sql".to_owned(), "rust".to_owned()],
            vec!["rust".to_owned()],
            none()
        ]
    );
    let found = names(Tag::filter(Tag::name.eq("sql"))).await?;
    assert_eq!(found, [vec!["sql".to_owned()], none(), none()]);
    let found = names(Tag::all().order_by(Tag::name.desc()).limit(1)).await?;
    assert_eq!(
        found,
        [vec!["sql".to_owned()], vec!["rust".to_owned()], none()]
    );
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn a_path_that_leads_back_ends_where_it_was_written_to_end(db: Db) -> testudo::Result {
    library(&db).await?;
    let users = User::all()
        .prefetch_related(User::articles().author().articles())
        .order_by(User::id.asc())
        .fetch_all(&db)
        .await?;
    let author = users[0].articles.get()?[0].author.get()?;
    assert_eq!(author.articles.get()?.len(), 2);
    let again = &author.articles.get()?[0];
    assert!(unfetched(
        &again.author.get().unwrap_err(),
        "Article.author"
    ));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_relation_prefetched_by_two_query_sets_is_refused(db: Db) -> testudo::Result {
    let by = |number: &str| {
        prefetch(
            User::orders(),
            Order::filter(Order::order_number.eq(number)),
        )
    };
    let error = User::all()
        .prefetch_related((by("1"), User::orders(), by("2")))
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`User.orders` is prefetched by two query sets; put both into one"
    );
    Ok(())
}
