use testudo_orm::prelude::*;
use testudo_orm::Result;

#[atomic]
async fn no_database(id: i64) -> Result<()> {
    Ok(())
}

#[atomic]
async fn two_databases(from: &Db, id: i64, to: &Db) -> Result<()> {
    Ok(())
}

#[atomic]
async fn by_value(db: Db) -> Result<()> {
    Ok(())
}

#[atomic]
async fn by_mutable_reference(db: &mut Db) -> Result<()> {
    Ok(())
}

#[atomic]
async fn without_a_name(_: &Db) -> Result<()> {
    Ok(())
}

#[atomic]
fn not_async(db: &Db) -> Result<()> {
    Ok(())
}

#[atomic]
async fn returns_nothing(db: &Db) {}

#[atomic]
struct NoFunction;

#[atomic(isolaton = "serializable")]
async fn misspelt_option(db: &Db) -> Result<()> {
    Ok(())
}

#[atomic(isolation = "serialisable", retries = "three")]
async fn wrong_values(db: &Db) -> Result<()> {
    Ok(())
}

#[atomic(isolation, read_only = true, retries = -1)]
async fn wrong_forms(db: &Db) -> Result<()> {
    Ok(())
}

#[atomic(read_only, read_only)]
async fn given_twice(db: &Db) -> Result<()> {
    Ok(())
}

fn main() {}
