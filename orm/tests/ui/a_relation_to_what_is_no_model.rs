use testudo_orm::prelude::*;

#[derive(Debug)]
pub struct Address;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub address: ForeignKey<Address>,
}

fn main() {}
