use testudo_orm::prelude::*;
use uuid::Uuid;

#[derive(Model)]
pub struct None {
    pub name: String,
}

#[derive(Model)]
pub struct Unmarked {
    pub id: i64,
}

#[derive(Model)]
pub struct Nullable {
    #[field(primary_key)]
    pub id: Option<i64>,
}

#[derive(Model)]
pub struct Numbered {
    #[field(primary_key, generated)]
    pub id: Uuid,
    #[field(generated)]
    pub position: i64,
}

#[derive(Model)]
pub struct Defaulted {
    #[field(primary_key, default = 1)]
    pub id: i64,
}

fn main() {}
