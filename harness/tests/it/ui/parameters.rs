use testudo::prelude::*;

struct TestContex;

#[orm_test]
async fn by_reference(_db: &Db) {}

#[orm_test]
async fn misspelt(_ctx: TestContex) {}

fn main() {}
