use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(pattern = "[a-z")]
    pub name: String,
    #[field(email, min_length = 3)]
    pub age: i32,
    #[field(choices)]
    pub size: String,
    #[field(validate = "check")]
    pub code: String,
    #[field(version)]
    pub changes: i32,
    #[field(version, default = 1)]
    pub revision: i64,
}

fn main() {}
