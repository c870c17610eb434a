use chrono::{DateTime, Utc};
use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(auto_now, auto_now_add)]
    pub updated_at: DateTime<Utc>,
    #[field(auto_now_add, default = Utc::now())]
    pub created_at: DateTime<Utc>,
}

fn main() {}
