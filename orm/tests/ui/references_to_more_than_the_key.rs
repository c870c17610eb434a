use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
}

#[derive(Model)]
pub struct Order {
    #[field(primary_key)]
    pub id: i64,
    #[field(references(id, name))]
    pub user: ForeignKey<User>,
}

fn main() {}
