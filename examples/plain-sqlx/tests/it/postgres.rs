//! The application on Postgres.

use plain_sqlx::postgres::register;
use sqlx::PgPool;
use testudo::prelude::*;

async fn members(pool: &PgPool, team: &str) -> sqlx::Result<Vec<String>> {
    let members = "SELECT u.name FROM users AS u JOIN teams AS t ON t.id = u.team_id \
                   WHERE t.name = $1 ORDER BY u.name";
    sqlx::query_scalar(members).bind(team).fetch_all(pool).await
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_user_joins_a_team_that_is_there(pool: PgPool) -> testudo::Result {
    register(&pool, "carol", "Red").await?;
    assert_eq!(
        members(&pool, "Red").await?,
        ["alice", "bob 1", "bob 2", "bob 3", "carol"]
    );
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_user_brings_a_new_team_along(pool: PgPool) -> testudo::Result {
    register(&pool, "carol", "Blue").await?;
    assert_eq!(members(&pool, "Blue").await?, ["carol"]);
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("people"))]
async fn a_name_that_is_taken_leaves_no_team_behind(pool: PgPool) -> testudo::Result {
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
async fn a_label_tells_the_id_of_its_row(ctx: TestContext, pool: PgPool) -> testudo::Result {
    let name: String = sqlx::query_scalar("SELECT name FROM users WHERE id = $1")
        .bind(ctx.id::<i64>("users.bob_2")?)
        .fetch_one(&pool)
        .await?;
    assert_eq!(name, "bob 2");
    Ok(())
}

// A pool of ten connections, and commits that count: what was written is put back afterwards.
#[orm_test(migrations = "migrations", fixtures("people"), isolation = "clone")]
async fn of_two_users_with_one_name_one_registers(pool: PgPool) -> testudo::Result {
    let (one, other) = tokio::join!(
        register(&pool, "carol", "Red"),
        register(&pool, "carol", "Red")
    );
    assert_eq!(
        [one.is_ok(), other.is_ok()]
            .iter()
            .filter(|ok| **ok)
            .count(),
        1
    );
    Ok(())
}
