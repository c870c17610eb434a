//! On MySQL and MariaDB.

use sqlx::MySqlPool;

/// Registers a user with a team, which is made if there is none of that name, and returns their id.
///
/// # Errors
/// When the name of the user is taken, or the database fails; the team is not made then.
pub async fn register(pool: &MySqlPool, user: &str, team: &str) -> sqlx::Result<u64> {
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT IGNORE INTO teams (name) VALUES (?)")
        .bind(team)
        .execute(&mut *tx)
        .await?;
    let inserted =
        sqlx::query("INSERT INTO users (name, team_id) SELECT ?, id FROM teams WHERE name = ?")
            .bind(user)
            .bind(team)
            .execute(&mut *tx)
            .await?;
    tx.commit().await?;
    Ok(inserted.last_insert_id())
}
