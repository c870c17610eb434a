use testudo_orm::prelude::*;
use testudo_orm::{Error, Result};

enum Mine {}

#[atomic]
async fn an_error_that_is_not_made_from_that_of_the_database(db: &Db) -> Result<(), Mine> {
    Ok(())
}

#[atomic]
async fn no_result(db: &Db) -> i64 {
    7
}

#[atomic(retries = 3)]
async fn changes_a_parameter_and_is_called_again(db: &Db, count: &mut i64) -> Result<(), Error> {
    *count += 1;
    Ok(())
}

#[atomic]
async fn returns_something_else(db: &Db) -> Result<i64> {
    Ok("seven")
}

async fn a_closure_that_cannot_be_called_again(db: &Db) -> Result<()> {
    let mut count = 0;
    db.transaction_with(TransactionOptions::new().retries(3), async |tx| {
        count += 1;
        tx.execute("SELECT 1", &[]).await?;
        Ok(())
    })
    .await
}

fn main() {}
