//! Databases side by side, of one kind and of several.

use testudo::prelude::*;
use testudo_orm::Error;
use testudo_orm::schema::{generate_schemas, tables_of};

use crate::shop::{User, people};

/// A second database beside that of the test: of another kind, unless that is SQLite too.
async fn another() -> testudo_orm::Result<Db> {
    let db = Db::connect("sqlite::memory:").await?;
    generate_schemas(&db, &tables_of::<User>()).await?;
    Ok(db)
}

async fn names(db: &Db) -> testudo_orm::Result<Vec<String>> {
    User::all()
        .order_by(User::username.asc())
        .values(User::username)
        .fetch_all(db)
        .await
}

#[orm_test(models(User))]
async fn each_operation_goes_to_the_database_that_it_is_given(db: Db) -> testudo::Result {
    let other = another().await?;
    people(&db, &["alice", "bob"]).await?;
    people(&other, &["carol"]).await?;
    assert_eq!(names(&db).await?, ["alice", "bob"]);
    assert_eq!(names(&other).await?, ["carol"]);
    Ok(())
}

#[orm_test(models(User))]
async fn rows_move_from_one_database_to_another(db: Db) -> testudo::Result {
    let archive = another().await?;
    people(&db, &["alice", "bob"]).await?;
    let rows = User::filter(User::username.eq("alice"))
        .fetch_all(&db)
        .await?;
    User::bulk_create(&archive, rows.clone()).await?;
    // With their keys; it is a new row to the other database, and so has a new date.
    let copy = User::get(&archive, rows[0].id).await?;
    assert_eq!(
        (&copy.username, &copy.email),
        (&rows[0].username, &rows[0].email)
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_transaction_is_of_one_database(db: Db) -> testudo::Result {
    let other = another().await?;
    let outcome = db
        .transaction(async |tx| {
            people(&tx, &["alice"]).await?;
            people(&other, &["bob"]).await?;
            // Fails in the other database, and rolls back in this one.
            people(&other, &["bob"]).await
        })
        .await;
    assert!(outcome.unwrap_err().is_unique_violation());
    assert!(names(&db).await?.is_empty());
    assert_eq!(names(&other).await?, ["bob"]);
    Ok(())
}

#[orm_test(models(User))]
async fn transactions_of_two_databases_end_together_when_one_is_within_the_other(
    db: Db,
) -> testudo::Result {
    let other = another().await?;
    let copy = async |fail: bool| {
        db.transaction(async |here| {
            other
                .transaction(async |there| {
                    people(&here, &["alice"]).await?;
                    people(&there, &["alice"]).await?;
                    if fail {
                        people(&there, &["alice"]).await?;
                    }
                    Ok::<_, Error>(())
                })
                .await
        })
        .await
    };
    assert!(copy(true).await.is_err());
    assert!(names(&db).await?.is_empty() && names(&other).await?.is_empty());
    copy(false).await?;
    assert_eq!(names(&db).await?, names(&other).await?);
    Ok(())
}

/// Two databases of one server.
#[orm_test(models(User), isolation = "clone")]
async fn two_databases_of_one_server_are_two(first: TestContext) -> testudo::Result {
    let second = test_context()
        .backend(first.backend())
        .isolation(Isolation::Clone)
        .model::<User>()
        .start()
        .await?;
    people(first.db(), &["alice"]).await?;
    people(second.db(), &["bob"]).await?;
    assert_eq!(names(first.db()).await?, ["alice"]);
    assert_eq!(names(second.db()).await?, ["bob"]);
    second.finish().await?;
    Ok(())
}
