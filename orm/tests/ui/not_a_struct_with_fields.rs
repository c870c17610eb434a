use testudo_orm::prelude::*;

#[derive(Model)]
pub struct Tuple(i64, String);

#[derive(Model)]
pub struct Unit;

#[derive(Model)]
pub enum Status {
    Active,
}

#[derive(Model)]
pub union Either {
    a: i64,
    b: f64,
}

#[derive(Model)]
pub struct Generic<T> {
    #[field(primary_key)]
    pub id: i64,
    pub value: T,
}

fn main() {}
