use testudo::prelude::*;

struct PgPool;
struct MySqlPool;
struct TestContex;

#[orm_test]
async fn pools_of_backends_that_are_not_there(_a: PgPool, _b: MySqlPool) {}

#[orm_test]
async fn by_reference(_db: &Db) {}

#[orm_test]
async fn misspelt(_ctx: TestContex) {}

fn main() {}
