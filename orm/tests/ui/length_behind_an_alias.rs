use testudo_orm::prelude::*;

type Count = i32;

#[derive(Model)]
pub struct Product {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 10)]
    pub stock: Count,
}

fn main() {}
