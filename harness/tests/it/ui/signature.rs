use testudo::prelude::*;

#[orm_test]
fn not_async(_ctx: TestContext) {}

#[orm_test]
async fn generic<T>(_ctx: TestContext) {}

#[orm_test(isolation = "non")]
fn everything_at_once<T>(_db: &Db) {}

#[orm_test]
struct NotAFunction;

fn main() {}
