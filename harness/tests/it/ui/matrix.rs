use testudo::prelude::*;

#[orm_test(requires(returnin, colours, returning, returning))]
async fn misspelt_unknown_and_twice(_ctx: TestContext) {}

#[orm_test(backends(sqlite), requires(row_locks, listen_notify))]
async fn that_would_never_run(_ctx: TestContext) {}

#[orm_test(fails_on(sqlit = "a bug", sqlite = 7, sqlite = ""))]
async fn misspelt_and_without_a_reason(_ctx: TestContext) {}

#[orm_test(fails_on(mysql = "a bug"))]
async fn expected_elsewhere(_ctx: TestContext) {}

#[orm_test(fails_on(sqlite))]
async fn in_the_wrong_form(_ctx: TestContext) {}

#[orm_test(fails_on(sqlite = "a bug"))]
#[should_panic]
async fn expected_twice(_ctx: TestContext) {}

fn main() {}
