use testudo_orm::prelude::*;

#[derive(Model)]
pub struct Line {
    #[field(primary_key)]
    pub order_id: i64,
    #[field(primary_key)]
    pub position: i32,
}

#[derive(Model)]
pub struct Numbered {
    #[field(primary_key, generated)]
    pub group: i64,
    #[field(primary_key)]
    pub number: i64,
}

#[derive(Model)]
pub struct Nullable {
    #[field(primary_key, references(order_id, position))]
    pub line: Option<ForeignKey<Line>>,
    #[field(primary_key)]
    pub number: i64,
}

#[derive(Model)]
pub struct OneName {
    #[field(primary_key)]
    pub id: i64,
    #[field(references(order_id, position), column = "line")]
    pub line: ForeignKey<Line>,
}

#[derive(Model)]
pub struct NoNames {
    #[field(primary_key)]
    pub id: i64,
    #[field(references)]
    pub line: ForeignKey<Line>,
    #[field(references("order_id", "position"))]
    pub other: ForeignKey<Line>,
    #[field(references(order_id))]
    pub number: i64,
}

#[derive(Model)]
pub struct Twice {
    #[field(primary_key)]
    pub id: i64,
    #[field(references(order_id, position))]
    pub line: ForeignKey<Line>,
    pub line_position: i32,
    #[field(references(order_id, position))]
    pub other: ForeignKey<Line>,
    pub other_id: i32,
}

#[derive(Model)]
pub struct TooMany {
    #[field(primary_key)]
    pub a: i64,
    #[field(primary_key)]
    pub b: i64,
    #[field(primary_key)]
    pub c: i64,
    #[field(primary_key)]
    pub d: i64,
    #[field(primary_key)]
    pub e: i64,
    #[field(primary_key)]
    pub f: i64,
    #[field(primary_key)]
    pub g: i64,
}

fn main() {}
