use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub orders: ReverseRelation<Order>,
}

#[derive(Model)]
pub struct Order {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "purchases")]
    pub user: ForeignKey<User>,
}

fn main() {}
