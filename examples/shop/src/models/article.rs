//! Articles that users publish.

use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;

use super::{Tag, User};

/// An article.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "articles")]
pub struct Article {
    /// Article ID.
    #[field(primary_key)]
    pub id: i64,
    /// Title.
    #[field(max_length = 200)]
    pub title: String,
    /// Content.
    pub content: String,
    /// Who wrote it; the articles go when the user goes.
    #[field(related_name = "articles", on_delete = Cascade, index)]
    pub author: ForeignKey<User>,
    /// What it is about. The table in between is `articles_tags`.
    #[field(related_name = "articles")]
    pub tags: ManyToMany<Tag>,
    /// When it was published.
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
}
