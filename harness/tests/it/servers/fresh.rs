//! `isolation = "fresh"` on a server.

use testudo::Isolation;
use testudo::prelude::*;

use super::{add_shelf, shelves, stock};
use crate::scratch::Scratch;

#[orm_test(backends(postgres, mysql, mariadb))]
async fn migrations_run_again_for_every_fresh_database(of: TestContext) -> testudo::Result {
    // Which row there is depends on when it runs, which a copied template would freeze.
    let random = match of.backend() {
        testudo::Backend::Postgres => "gen_random_uuid()",
        _ => "uuid()",
    };
    let dir = Scratch::new().with(
        "1_random.sql",
        &format!("CREATE TABLE dice (n VARCHAR(40)); INSERT INTO dice SELECT {random};"),
    );
    let mut seen = Vec::new();
    for _ in 0..2 {
        let ctx = test_context()
            .backend(of.backend())
            .migrations(dir.path())
            .isolation(Isolation::Fresh)
            .start()
            .await?;
        let rows = ctx.db().fetch_all("SELECT n FROM dice", &[]).await?;
        seen.push(rows[0].get::<String>(0)?);
        ctx.finish().await?;
    }
    assert_ne!(seen[0], seen[1]);
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_fresh_database_goes_away_with_its_test(of: TestContext) -> testudo::Result {
    let ctx = stock(of.backend(), Isolation::Fresh).start().await?;
    let url = ctx.url().to_owned();
    add_shelf(ctx.db(), "second").await?;
    assert_eq!(shelves(ctx.db()).await, ["first", "second"]);
    ctx.finish().await?;
    let gone = async { Db::connect(&url).await?.fetch_all("SELECT 1", &[]).await }.await;
    assert!(gone.is_err());
    Ok(())
}

#[orm_test(backends(postgres, mysql, mariadb))]
async fn a_migration_that_fails_is_named_with_its_line_and_leaves_nothing(
    of: TestContext,
) -> testudo::Result {
    let dir = Scratch::new().with(
        "1_broken.sql",
        "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (id INTEGER REFRENCES a);",
    );
    for isolation in [Isolation::Fresh, Isolation::Rollback] {
        let error = test_context()
            .backend(of.backend())
            .migrations(dir.path())
            .isolation(isolation)
            .start()
            .await
            .unwrap_err();
        assert!(error.is_migration(), "{error}");
        assert!(error.to_string().contains("1_broken.sql"), "{error}");
        assert!(error.to_string().contains("REFRENCES"), "{error}");
    }
    // Mended, it works.
    let dir = dir.with("1_broken.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);");
    let ctx = test_context()
        .backend(of.backend())
        .migrations(dir.path())
        .start()
        .await?;
    assert!(
        ctx.db()
            .fetch_all("SELECT id FROM a", &[])
            .await?
            .is_empty()
    );
    ctx.finish().await?;
    Ok(())
}
