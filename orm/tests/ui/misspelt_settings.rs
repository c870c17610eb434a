use testudo_orm::prelude::*;

#[derive(Model)]
#[model(tabel = "users", ordring("id"))]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(uniqe, colour = "red")]
    pub name: String,
    #[field(unique, unique)]
    pub email: String,
}

fn main() {}
