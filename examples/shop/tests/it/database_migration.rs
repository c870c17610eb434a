//! Chapter "Database Migration": the files in `migrations/` make the tables that the models describe.

use shop::models::*;
use testudo::prelude::*;

/// What the database says of its tables: columns, foreign keys and indexes, a line each.
async fn description(db: &Db) -> testudo_orm::Result<Vec<String>> {
    let rows = db
        .fetch_all(
            r#"WITH tables AS (SELECT name, sql FROM sqlite_schema
                               WHERE type = 'table' AND name NOT IN ('sqlite_sequence', '_sqlx_migrations'))
               SELECT concat_ws(' ', 'table', name, iif(sql LIKE '%AUTOINCREMENT%', 'numbered', '')) FROM tables
               UNION ALL
               SELECT concat_ws(' ', 'column', t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk)
               FROM tables AS t JOIN pragma_table_info(t.name) AS c
               UNION ALL
               SELECT concat_ws(' ', 'foreign key', t.name, f."from", f."table", f."to", f.on_delete)
               FROM tables AS t JOIN pragma_foreign_key_list(t.name) AS f
               UNION ALL
               SELECT concat_ws(' ', 'index', t.name, i."unique",
                                (SELECT group_concat(name) FROM pragma_index_info(i.name)))
               FROM tables AS t JOIN pragma_index_list(t.name) AS i
               ORDER BY 1"#,
            &[],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many rows each table has.
async fn row_counts(db: &Db) -> testudo_orm::Result<[u64; 7]> {
    Ok([
        User::all().count(db).await?,
        UserProfile::all().count(db).await?,
        Account::all().count(db).await?,
        Order::all().count(db).await?,
        Article::all().count(db).await?,
        Tag::all().count(db).await?,
        Product::all().count(db).await?,
    ])
}

/// A second database: the tables that the models describe.
fn generated() -> testudo::TestContextBuilder {
    test_context()
        .model::<User>()
        .model::<UserProfile>()
        .model::<Account>()
        .model::<Order>()
        .model::<Article>()
        .model::<Tag>()
        .model::<Product>()
}

#[orm_test(migrations = "migrations")]
async fn the_migrations_make_what_the_models_describe(migrated: Db) -> testudo::Result {
    let generated = generated().start().await?;
    let expected = description(generated.db()).await?;
    assert!(expected.len() > 60, "{expected:#?}");
    assert_eq!(description(&migrated).await?, expected);
    generated.finish().await?;
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("shop"))]
async fn the_same_fixtures_fit_both_schemas(migrated: TestContext) -> testudo::Result {
    let generated = generated().fixtures(["shop"]).start().await?;
    let expected = [44, 0, 0, 3, 3, 3, 0];
    assert_eq!(row_counts(migrated.db()).await?, expected);
    assert_eq!(row_counts(generated.db()).await?, expected);

    // A label means the same key in both.
    let one: Article = migrated.get("articles.guide").await?;
    let other: Article = generated.get("articles.guide").await?;
    assert_eq!(one, other);
    generated.finish().await?;
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("shop"))]
async fn the_migrated_tables_refuse_a_status_that_is_none(db: Db) {
    let error = db
        .execute("UPDATE orders SET status = 'lost'", &[])
        .await
        .unwrap_err();
    assert!(error.is_integrity(), "{error}");
}

// `fresh` runs every file from nothing, into a database of its own.
#[orm_test(migrations = "migrations", isolation = "fresh")]
async fn the_migrations_run_on_an_empty_database(db: Db) -> testudo::Result {
    let alice = crate::a_user(&db, "alice").await?;
    assert_eq!(alice.last_login, None);
    assert_eq!(row_counts(&db).await?, [1, 0, 0, 0, 0, 0, 0]);
    Ok(())
}
