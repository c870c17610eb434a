use testudo_orm::prelude::*;

#[derive(DbEnum)]
pub struct Struct;

#[derive(DbEnum)]
pub enum Empty {}

#[derive(DbEnum)]
pub enum WithFields {
    Plain,
    Tuple(i64),
    Named { a: i64 },
}

#[derive(DbEnum)]
pub enum Generic<T> {
    One,
}

#[derive(DbEnum)]
pub enum Same {
    Active,
    #[db_enum(rename = "active")]
    Running,
    #[db_enum(renam = "x")]
    Misspelt,
    #[db_enum(rename = 5)]
    Number,
}

fn main() {}
