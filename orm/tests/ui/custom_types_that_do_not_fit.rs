use testudo_orm::FieldType;
use testudo_orm::prelude::*;

#[derive(FieldType)]
#[field_type(storage = String)]
pub struct Version {
    major: u8,
}

#[derive(FieldType, Debug, Clone, PartialEq)]
pub struct UserId(i64);

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: UserId,
}

fn main() {
    let _ = User::filter(User::id.eq(1));
}
