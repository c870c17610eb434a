//! On Postgres.

use sqlx::PgPool;

/// Registers a user with a team, which is made if there is none of that name, and returns their id.
///
/// # Errors
/// When the name of the user is taken, or the database fails; the team is not made then.
pub async fn register(pool: &PgPool, user: &str, team: &str) -> sqlx::Result<i64> {
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT INTO teams (name) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(team)
        .execute(&mut *tx)
        .await?;
    let id = sqlx::query_scalar(
        "INSERT INTO users (name, team_id) SELECT $1, id FROM teams WHERE name = $2 RETURNING id",
    )
    .bind(user)
    .bind(team)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}
