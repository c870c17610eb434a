//! `models(...)`: tables that are generated instead of migrated.

use testudo::prelude::*;

#[derive(Model, Debug, Clone)]
#[model(table = "writers")]
pub struct Writer {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 50, unique)]
    name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "books")]
pub struct Book {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 100)]
    title: String,
    #[field(related_name = "books", on_delete = Cascade)]
    author: ForeignKey<Writer>,
    #[field(related_name = "tagged")]
    tags: ManyToMany<Tag>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
pub struct Tag {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb), models(Book, Writer, Tag))]
async fn tables_are_generated_in_an_order_that_foreign_keys_allow(db: Db) -> testudo::Result {
    let author = Writer::builder().name("Ada").create(&db).await?;
    let book = Book::builder()
        .title("Notes")
        .author(&author)
        .create(&db)
        .await?;
    let tag = Tag::builder().name("maths").create(&db).await?;
    book.tags.add(&db, [&tag]).await?;
    assert_eq!(
        Book::filter(Book::author_id.eq(author.id))
            .count(&db)
            .await?,
        1
    );
    Ok(())
}

#[orm_test(
    backends(sqlite, postgres, mysql, mariadb),
    models(Writer),
    isolation = "clone"
)]
async fn a_clone_has_the_tables_too(ctx: TestContext) -> testudo::Result {
    Writer::builder().name("Ada").create(ctx.db()).await?;
    assert_eq!(Writer::all().count(ctx.db()).await?, 1);
    Ok(())
}

#[orm_test(backends(sqlite, postgres, mysql, mariadb))]
async fn the_builder_takes_models_and_tables(outer: TestContext) -> testudo::Result {
    let ctx = test_context()
        .backend(outer.backend())
        .model::<Book>()
        .models([Writer::TABLE])
        .start()
        .await?;
    assert_eq!(Book::all().count(ctx.db()).await?, 0);
    assert_eq!(Tag::all().count(ctx.db()).await?, 0);
    ctx.finish().await?;
    Ok(())
}

#[tokio::test]
async fn models_and_migrations_are_not_mixed() {
    let error = test_context()
        .migrations("tests/it/migrations/shop")
        .model::<Writer>()
        .start()
        .await
        .unwrap_err();
    assert!(error.is_configuration(), "{error}");
}
