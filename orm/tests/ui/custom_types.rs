use testudo_orm::FieldType;

#[derive(FieldType)]
pub enum Colour {
    Red,
}

#[derive(FieldType)]
pub struct Point {
    x: f64,
    y: f64,
}

#[derive(FieldType)]
#[field_type(max_length = "x", max_digits = 3, storge = String)]
pub struct Email(String);

#[derive(FieldType)]
pub struct Wrapped<T>(T);

fn main() {}
