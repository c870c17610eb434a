use testudo_orm::prelude::*;

pub struct Timestamped {
    pub at: i64,
}

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(flatten)]
    pub stamps: Timestamped,
}

fn main() {}
