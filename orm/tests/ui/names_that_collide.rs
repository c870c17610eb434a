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
    pub user: ForeignKey<User>,
    pub user_id: i64,
    #[field(column = "total")]
    pub sum: i64,
    pub total: i64,
    pub filter: String,
    #[field(related_name = "orders")]
    pub buyer: ForeignKey<User>,
    #[field(related_name = "orders")]
    pub seller: ForeignKey<User>,
}

fn main() {}
