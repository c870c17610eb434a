use testudo::prelude::*;

#[orm_test(backends(sqlit, oracle))]
async fn misspelt_and_unknown(_ctx: TestContext) {}

#[orm_test(backends(sqlite, sqlite))]
async fn twice(_ctx: TestContext) {}

#[orm_test(backends())]
async fn none(_ctx: TestContext) {}

#[orm_test(backends = "sqlite")]
async fn in_the_wrong_form(_ctx: TestContext) {}

fn main() {}
