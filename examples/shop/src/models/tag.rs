//! Words that articles are found by.

use testudo_orm::prelude::*;

use super::Article;

/// A word that articles are found by.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "tags")]
pub struct Tag {
    /// Tag ID.
    #[field(primary_key)]
    pub id: i64,
    /// The word.
    #[field(max_length = 50, unique)]
    pub name: String,

    /// The articles that have the tag: the other side of `Article::tags`.
    #[field(reverse)]
    pub articles: ManyToMany<Article>,
}
