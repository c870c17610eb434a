use testudo_orm::prelude::*;

#[derive(Model)]
#[model(table = users, index = "name", unique(), ordering)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field]
    pub first: String,
    #[field(max_length = "50")]
    pub name: String,
    #[field(max_length = 0)]
    pub email: String,
    #[field(unique = "yes", column)]
    pub phone: String,
    #[field(default)]
    pub bio: String,
    #[field(default =)]
    pub address: String,
}

fn main() {}
