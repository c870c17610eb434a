// What `#[orm_test]` writes is a test, and trybuild compiles none: this is what it writes.
use testudo::__private::{Options, Parameter, run, site};
use testudo::Db;

struct NotDebug;

async fn of_another_type(_db: Db, _number: u32) {}

async fn a_number() -> i32 {
    1
}

async fn an_error_without_debug() -> Result<(), NotDebug> {
    Ok(())
}

fn main() {
    run(site!("of_another_type"), Options::DEFAULT, |context| {
        of_another_type(Parameter::from_context(context), Parameter::from_context(context))
    });
    run(site!("a_number"), Options::DEFAULT, |_| a_number());
    run(site!("an_error_without_debug"), Options::DEFAULT, |_| an_error_without_debug());
}
