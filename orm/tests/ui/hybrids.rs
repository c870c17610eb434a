use testudo_orm::hybrid;
use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub name: String,
    pub age: i64,
}

#[hybrid]
impl User {
    fn backwards(&self) -> String {
        self.name.chars().rev().collect()
    }

    fn initial(&self) -> String {
        let first = &self.name[..1];
        first.to_owned()
    }

    fn older_than(&self, age: i64) -> bool {
        self.age > age
    }

    fn rounded(&self) -> i64 {
        if self.age > 10 { self.age } else { self.age.pow(2) }
    }
}

#[hybrid]
impl User {
    fn next(&self) -> String {
        self.age + 1
    }
}

#[hybrid]
impl Clone for User {
    fn clone(&self) -> Self {
        panic!()
    }
}

fn main() {}
