//! What SQLite's refusals become.

use crate::{Db, Error, IntegrityKind, Result};

/// A parent with a row in each of two tables, one of which restricts its deletion.
async fn family() -> Result<Db> {
    let pool = sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await?;
    let db = Db::from(pool);
    db.script(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE guarded (parent_id INTEGER REFERENCES parents (id) ON DELETE RESTRICT);
         CREATE TABLE pointing (parent_id INTEGER REFERENCES parents (id));
         INSERT INTO parents VALUES (1), (2), (3);
         INSERT INTO guarded VALUES (1);
         INSERT INTO pointing VALUES (2);",
    )
    .await?;
    Ok(db)
}

fn kind(error: &Error) -> Option<IntegrityKind> {
    error.integrity().map(|integrity| integrity.kind)
}

#[tokio::test]
async fn a_foreign_key_refuses_whether_it_restricts_or_takes_no_action() -> Result<()> {
    let db = family().await?;
    for statement in [
        "DELETE FROM parents WHERE id = 1",
        "DELETE FROM parents WHERE id = 2",
        "INSERT INTO guarded VALUES (9)",
    ] {
        let error = db.execute(statement, &[]).await.unwrap_err();
        assert_eq!(
            kind(&error),
            Some(IntegrityKind::ForeignKey),
            "{statement}: {error}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_trigger_that_refuses_is_no_constraint() -> Result<()> {
    let db = family().await?;
    db.execute(
        "CREATE TRIGGER keep BEFORE DELETE ON parents BEGIN SELECT RAISE(ABORT, 'kept'); END",
        &[],
    )
    .await?;
    let error = db
        .execute("DELETE FROM parents WHERE id = 3", &[])
        .await
        .unwrap_err();
    assert!(!error.is_integrity());
    assert!(error.to_string().contains("kept"), "{error}");
    Ok(())
}
