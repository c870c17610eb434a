//! Section "Many-to-Many Relationships (ManyToMany)".

use shop::models::*;
use shop::services::publishing;
use testudo::prelude::*;

use crate::a_user;

async fn an_article(db: &Db) -> testudo_orm::Result<Article> {
    let author = a_user(db, "alice").await?;
    Article::builder()
        .title("Testudo Guide")
        .content("This is an article about Testudo...")
        .author(&author)
        .create(db)
        .await
}

async fn three_tags(db: &Db) -> testudo_orm::Result<[Tag; 3]> {
    Ok([
        Tag::builder().name("Rust").create(db).await?,
        Tag::builder().name("Async Programming").create(db).await?,
        Tag::builder().name("Web Development").create(db).await?,
    ])
}

/// The names of an article's tags, in alphabetical order.
async fn tags_of(db: &Db, article: &Article) -> testudo_orm::Result<Vec<String>> {
    article
        .tags
        .all()
        .order_by(Tag::name.asc())
        .values(Tag::name)
        .fetch_all(db)
        .await
}

#[orm_test(models(Article, Tag))]
async fn add_remove_clear_and_set_tags(db: Db) -> testudo::Result {
    let article = an_article(&db).await?;
    let [rust, asynchronous, web] = three_tags(&db).await?;

    article.tags.add(&db, [&rust, &asynchronous, &web]).await?;
    assert_eq!(
        tags_of(&db, &article).await?,
        ["Async Programming", "Rust", "Web Development"]
    );

    article.tags.remove(&db, [&web]).await?;
    assert_eq!(tags_of(&db, &article).await?, ["Async Programming", "Rust"]);

    article.tags.clear(&db).await?;
    assert_eq!(tags_of(&db, &article).await?.len(), 0);

    article.tags.set(&db, [&rust, &asynchronous]).await?;
    article.tags.set(&db, [&asynchronous, &web]).await?;
    assert_eq!(
        tags_of(&db, &article).await?,
        ["Async Programming", "Web Development"]
    );

    // The tags themselves are still there.
    assert_eq!(Tag::all().count(&db).await?, 3);
    Ok(())
}

#[orm_test(models(Article, Tag))]
async fn to_do_it_twice_is_to_do_it_once(db: Db, pool: SqlitePool) -> testudo::Result {
    let article = an_article(&db).await?;
    let [rust, asynchronous, web] = three_tags(&db).await?;
    let ties = async || {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM articles_tags")
            .fetch_one(&pool)
            .await
    };

    article.tags.add(&db, [&rust]).await?;
    article
        .tags
        .add(&db, [&rust, &asynchronous, &asynchronous])
        .await?;
    assert_eq!(ties().await?, 2);

    article.tags.remove(&db, [&rust]).await?;
    article.tags.remove(&db, [&rust, &web]).await?;
    assert_eq!(ties().await?, 1);

    article.tags.set(&db, [&rust, &web]).await?;
    article.tags.set(&db, [&rust, &web]).await?;
    assert_eq!(ties().await?, 2);

    article.tags.clear(&db).await?;
    article.tags.clear(&db).await?;
    assert_eq!(ties().await?, 0);
    Ok(())
}

#[orm_test(models(Article, Tag))]
async fn the_tags_of_another_article_are_left_alone(db: Db) -> testudo::Result {
    let article = an_article(&db).await?;
    let author = article.author.fetch(&db).await?;
    let tags = ["Rust", "Async Programming"];
    let other = publishing::publish_article(&db, &author, "Other", "", &tags).await?;

    let rust = Tag::filter(Tag::name.eq("Rust")).get(&db).await?;
    article.tags.set(&db, [&rust]).await?;
    article.tags.clear(&db).await?;
    assert_eq!(tags_of(&db, &other).await?, ["Async Programming", "Rust"]);
    Ok(())
}

#[orm_test(models(Article, Tag))]
async fn an_article_that_is_not_saved_cannot_be_tagged(db: Db) -> testudo::Result {
    let author = a_user(&db, "alice").await?;
    let [rust, ..] = three_tags(&db).await?;
    let unsaved = Article::builder()
        .title("")
        .content("")
        .author(&author)
        .build()?;
    let error = unsaved.tags.add(&db, [&rust]).await.unwrap_err();
    assert!(error.to_string().contains("not saved"), "{error}");
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn preload_tags_and_authors_when_querying(db: Db) -> testudo::Result {
    let articles = Article::all()
        .order_by(Article::created_at.desc())
        .prefetch_related((Article::tags(), Article::author()))
        .fetch_all(&db)
        .await?;
    let mut shown = Vec::new();
    for article in &articles {
        let mut names: Vec<&str> = article
            .tags
            .get()?
            .iter()
            .map(|tag| tag.name.as_str())
            .collect();
        names.sort_unstable();
        let author = &article.author.get()?.username;
        shown.push(format!(
            "'{}' by {author}: {}",
            article.title,
            names.join(", ")
        ));
    }
    assert_eq!(
        shown,
        [
            "'Testudo Guide' by alice: Async Programming, Rust",
            "'Connection Pools' by alice: Async Programming",
            "'News' by bob: ",
        ]
    );
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn reverse_query(ctx: TestContext) -> testudo::Result {
    let tag: Tag = ctx.get("tags.async").await?;
    let titles = tag
        .articles
        .all()
        .order_by(Article::title.asc())
        .values(Article::title)
        .fetch_all(ctx.db())
        .await?;
    assert_eq!(titles, ["Connection Pools", "Testudo Guide"]);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn complex_query(db: Db) -> testudo::Result {
    let about_rust = Article::filter(Article::tags().name.eq("Rust"))
        .fetch_all(&db)
        .await?;
    assert_eq!(about_rust.len(), 1);
    assert_eq!(about_rust[0].title, "Testudo Guide");

    // An article that has both tags is found once.
    let either = Article::filter(Article::tags().name.is_in(["Rust", "Async Programming"]));
    assert_eq!(either.count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn a_published_article_is_found_by_its_tags(ctx: TestContext) -> testudo::Result {
    let db = ctx.db();
    let bob: User = ctx.get("users.bob").await?;
    publishing::publish_article(db, &bob, "Servers", "...", &["Rust", "Servers"]).await?;

    let found = publishing::articles_about(db, "Rust").await?;
    let titles: Vec<&str> = found.iter().map(|article| article.title.as_str()).collect();
    assert_eq!(titles, ["Servers", "Testudo Guide"]);
    assert_eq!(found[0].author.get()?.username, "bob");
    // Each comes with all its tags, not only with the one that it was found by.
    assert_eq!(found[0].tags.get()?.len(), 2);
    // `Rust` was there already and `Servers` was not.
    assert_eq!(Tag::all().count(db).await?, 4);
    Ok(())
}
