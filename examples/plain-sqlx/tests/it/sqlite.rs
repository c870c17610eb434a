//! The application on SQLite.

use plain_sqlx::sqlite::register;
use sqlx::SqlitePool;
use testudo::prelude::*;

async fn members(pool: &SqlitePool, team: &str) -> sqlx::Result<Vec<String>> {
    let members = "SELECT u.name FROM users AS u JOIN teams AS t ON t.id = u.team_id \
                   WHERE t.name = ? ORDER BY u.name";
    sqlx::query_scalar(members).bind(team).fetch_all(pool).await
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_user_joins_a_team_that_is_there(pool: SqlitePool) -> testudo::Result {
    register(&pool, "carol", "Red").await?;
    assert_eq!(
        members(&pool, "Red").await?,
        ["alice", "bob 1", "bob 2", "bob 3", "carol"]
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_user_brings_a_new_team_along(pool: SqlitePool) -> testudo::Result {
    register(&pool, "carol", "Blue").await?;
    assert_eq!(members(&pool, "Blue").await?, ["carol"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_name_that_is_taken_leaves_no_team_behind(pool: SqlitePool) -> testudo::Result {
    let error = register(&pool, "alice", "Blue").await.unwrap_err();
    assert!(
        error
            .as_database_error()
            .is_some_and(|e| e.is_unique_violation()),
        "{error}"
    );
    let teams: i64 = sqlx::query_scalar("SELECT count(*) FROM teams")
        .fetch_one(&pool)
        .await?;
    assert_eq!(teams, 1);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_label_tells_the_id_of_its_row(ctx: TestContext, pool: SqlitePool) -> testudo::Result {
    let name: String = sqlx::query_scalar("SELECT name FROM users WHERE id = ?")
        .bind(ctx.id::<i64>("users.bob_2")?)
        .fetch_one(&pool)
        .await?;
    assert_eq!(name, "bob 2");
    Ok(())
}
