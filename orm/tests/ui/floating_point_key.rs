use testudo_orm::prelude::*;

#[derive(Model)]
pub struct Price {
    #[field(primary_key)]
    pub amount: f64,
}

fn main() {}
