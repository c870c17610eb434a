use testudo_orm::prelude::*;

fn is_even(number: &i32) -> Result<(), String> {
    if number % 2 == 0 { Ok(()) } else { Err("odd".to_owned()) }
}

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(min = "a")]
    pub age: i32,
    #[field(validate = is_even)]
    pub name: String,
}

fn main() {}
