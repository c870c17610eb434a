use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(default = "yes")]
    pub is_active: bool,
    #[field(default = 5)]
    pub name: String,
}

fn main() {}
