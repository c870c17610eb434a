use rust_decimal::Decimal;
use testudo_orm::prelude::*;

#[derive(Model)]
pub struct Product {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 10)]
    pub stock: i32,
    #[field(max_digits = 5)]
    pub name: String,
    pub price: Decimal,
    #[field(max_digits = 10)]
    pub cost: Option<Decimal>,
    #[field(max_digits = 2, decimal_places = 4)]
    pub weight: Decimal,
    #[field(max_digits = 40, decimal_places = 2)]
    pub volume: Decimal,
}

fn main() {}
