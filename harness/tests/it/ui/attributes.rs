use testudo::prelude::*;

#[orm_test]
#[test]
async fn tested_twice(_ctx: TestContext) {}

#[orm_test]
#[rstest]
#[case(1)]
async fn rstest_below(_ctx: TestContext) {}

fn main() {}
