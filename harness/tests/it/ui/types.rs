// What `#[orm_test]` writes is a test, and trybuild compiles none: this is what it writes.
use testudo::__private::{Error, Options, Parameter, on, run, site};
use testudo::{Db, SqlitePool};

struct NotDebug;

async fn of_another_type(_db: Db, _number: u32) {}

type AppPool = SqlitePool;

async fn a_pool_of_another_backend(_pool: AppPool) {}

async fn a_number() -> i32 {
    1
}

async fn an_error_without_debug() -> Result<(), NotDebug> {
    Ok(())
}

fn main() {
    run(site!("of_another_type"), Options::DEFAULT, |context| async move {
        Result::<_, Error>::Ok(
            of_another_type(
                Parameter::<on::Sqlite>::from_context(&context).await?,
                Parameter::<on::Sqlite>::from_context(&context).await?,
            )
            .await,
        )
    });
    run(site!("a_pool_of_another_backend"), Options::DEFAULT, |context| async move {
        Result::<_, Error>::Ok(
            a_pool_of_another_backend(
                Parameter::<on::Postgres>::from_context(&context).await?,
            )
            .await,
        )
    });
    run(site!("a_number"), Options::DEFAULT, |_| async move {
        Result::<_, Error>::Ok(a_number().await)
    });
    run(site!("an_error_without_debug"), Options::DEFAULT, |_| async move {
        Result::<_, Error>::Ok(an_error_without_debug().await)
    });
}
