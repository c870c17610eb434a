use testudo_orm::prelude::*;

#[derive(Model)]
pub struct Line {
    #[field(primary_key)]
    pub order_id: i64,
    #[field(primary_key)]
    pub position: i32,
    pub quantity: i32,
}

#[derive(Model)]
pub struct Unnamed {
    #[field(primary_key)]
    pub id: i64,
    pub line: ForeignKey<Line>,
}

#[derive(Model)]
pub struct Reversed {
    #[field(primary_key)]
    pub id: i64,
    #[field(references(position, order_id))]
    pub line: ForeignKey<Line>,
}

#[derive(Model)]
pub struct Other {
    #[field(primary_key)]
    pub id: i64,
    #[field(references(order_id, quantity))]
    pub line: ForeignKey<Line>,
}

fn main() {}
