use testudo_orm::prelude::*;

#[derive(ModelFields)]
pub struct Named {
    #[field(unqiue)]
    pub name: String,
    pub tags: ManyToMany<Tag>,
}

#[derive(ModelFields)]
pub struct Nothing {}

#[derive(ModelFields)]
pub enum Choice {
    One,
}

#[derive(Model)]
pub struct Tag {
    #[field(primary_key)]
    pub id: i64,
    #[field(flatten, unique)]
    pub text: Text,
    #[field(flatten)]
    pub more: Option<Text>,
}

#[derive(ModelFields)]
pub struct Text {
    pub id: i64,
}

#[derive(Model)]
pub struct Twice {
    #[field(primary_key)]
    pub key: i64,
    #[field(flatten)]
    pub first: Text,
    #[field(flatten)]
    pub second: Text,
}

fn main() {}
