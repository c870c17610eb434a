use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(auto_now)]
    pub updated_at: String,
}

fn main() {}
