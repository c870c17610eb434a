use testudo::prelude::*;

#[orm_test(migation = "migrations", isolation = "rolback", runtime = "owned", seed = -1, seed = 2)]
async fn misspelt(_ctx: TestContext) {}

#[orm_test(migrations("migrations"), fixtures = "shop", models(), isolation = clone, seed = "x")]
async fn in_the_wrong_form(_ctx: TestContext) {}

#[orm_test(colour = "red", a::b, models(User), migrations = "migrations")]
async fn of_no_use(_ctx: TestContext) {}

#[orm_test(isolation)]
async fn without_a_value(_ctx: TestContext) {}

#[orm_test(fixtures(shop))]
async fn not_a_string(_ctx: TestContext) {}

fn main() {}
