//! The models of the guide: users, profiles, orders, articles, tags; and categories that form a tree.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use uuid::Uuid;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "users", index(username), index(email), index(date_joined))]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    /// The name to log in with.
    #[field(max_length = 50, unique)]
    pub username: String,
    #[field(max_length = 255, unique)]
    pub email: String,
    #[field(max_length = 30)]
    pub first_name: String,
    #[field(default = true)]
    pub is_active: bool,
    #[field(auto_now_add)]
    pub date_joined: DateTime<Utc>,
    pub last_login: Option<DateTime<Utc>>,

    pub profile: ReverseOneToOne<UserProfile>,
    pub orders: ReverseRelation<Order>,
    pub articles: ReverseRelation<Article>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "user_profiles")]
pub struct UserProfile {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "profile")]
    pub user: OneToOne<User>,
    #[field(default = "")]
    pub bio: String,
    #[field(max_length = 255)]
    pub avatar: Option<String>,
    pub birth_date: Option<NaiveDate>,
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
    #[field(auto_now)]
    pub updated_at: DateTime<Utc>,
}

#[derive(DbEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    Pending,
    Confirmed,
    #[db_enum(rename = "sent")]
    Shipped,
    OnHold,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    table = "orders",
    ordering("-created_at", "id"),
    index(status, created_at),
    unique(user, order_number)
)]
pub struct Order {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 50, unique)]
    pub order_number: String,
    #[field(related_name = "orders", on_delete = Restrict, index)]
    pub user: ForeignKey<User>,
    #[field(max_digits = 10, decimal_places = 2)]
    pub total_amount: Decimal,
    #[field(default = OrderStatus::Pending)]
    pub status: OrderStatus,
    pub previous_status: Option<OrderStatus>,
    #[field(auto_now_add)]
    pub created_at: DateTime<Utc>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "tags")]
pub struct Tag {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 50, unique)]
    pub name: String,
    #[field(reverse)]
    pub articles: ManyToMany<Article>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "articles")]
pub struct Article {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 200)]
    pub title: String,
    #[field(default = "draft", column = "kind")]
    pub r#type: String,
    #[field(related_name = "articles")]
    pub author: ForeignKey<User>,
    #[field(related_name = "articles")]
    pub tags: ManyToMany<Tag>,
}

/// Points to itself in both ways, and its key is no integer.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Category {
    #[field(primary_key, max_length = 20)]
    pub code: String,
    #[field(related_name = "children", on_delete = SetNull)]
    pub parent: Option<ForeignKey<Self>>,
    pub children: ReverseRelation<Self>,
    #[field(related_name = "related_to", through = "category_links")]
    pub related: ManyToMany<Category>,
    #[field(reverse)]
    pub related_to: ManyToMany<Category>,
}

/// A key that the program makes up, and defaults of several kinds.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Job {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(default = -1)]
    pub priority: i32,
    #[field(default = Uuid::new_v4())]
    pub token: Uuid,
    #[field(default = 1, max_digits = 6, decimal_places = 3)]
    pub weight: Decimal,
    #[field(default = "none")]
    pub note: Option<String>,
    #[field(default = "misc", on_delete = SetDefault)]
    pub category: ForeignKey<Category>,
}

/// Users of these names, saved.
pub async fn people(db: &Db, names: &[&str]) -> testudo_orm::Result<Vec<User>> {
    let user = |name: &&str| {
        User::builder()
            .username(*name)
            .email(format!("{name}@example.com"))
            .first_name("A")
            .build()
    };
    let users = names
        .iter()
        .map(user)
        .collect::<testudo_orm::Result<Vec<_>>>()?;
    User::bulk_create(db, users).await
}
