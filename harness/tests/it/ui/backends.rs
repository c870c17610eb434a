use testudo::prelude::*;

#[orm_test(backends(sqlit, postgres, oracle))]
async fn misspelt_to_come_and_unknown(_ctx: TestContext) {}

#[orm_test(backends(sqlite, sqlite))]
async fn twice(_ctx: TestContext) {}

#[orm_test(backends())]
async fn none(_ctx: TestContext) {}

#[orm_test(backends = "sqlite")]
async fn in_the_wrong_form(_ctx: TestContext) {}

fn main() {}
