//! Publishing articles and finding them.

use testudo_orm::Result;
use testudo_orm::prelude::*;

use crate::models::{Article, Tag, User};

/// Publishes an article under these tags; tags that are new are created.
///
/// # Errors
/// When a value does not fit or the database refuses; nothing is published then.
pub async fn publish_article(
    db: &Db,
    author: &User,
    title: &str,
    content: &str,
    tags: &[&str],
) -> Result<Article> {
    db.transaction(async |tx| {
        let article = Article::builder()
            .title(title)
            .content(content)
            .author(author)
            .create(&tx)
            .await?;
        let mut found = Vec::new();
        for &name in tags {
            let (tag, _created) = Tag::builder()
                .name(name)
                .get_or_create(&tx, Tag::name)
                .await?;
            found.push(tag);
        }
        article.tags.add(&tx, &found).await?;
        Ok(article)
    })
    .await
}

/// The articles with a tag, newest first, each with its author and all its tags.
///
/// # Errors
/// When the database refuses.
pub async fn articles_about(db: &Db, tag: &str) -> Result<Vec<Article>> {
    Article::filter(Article::tags().name.eq(tag))
        .order_by((Article::created_at.desc(), Article::id.desc()))
        .select_related(Article::author())
        .prefetch_related(Article::tags())
        .fetch_all(db)
        .await
}
