//! Chapter "Database Migration": the files in `migrations/` make the tables that the models describe.

use shop::models::*;
use testudo::prelude::*;

/// What the database says of its tables: columns, foreign keys and indexes, a line each.
async fn description(ctx: &TestContext) -> testudo_orm::Result<Vec<String>> {
    let query = match ctx.backend() {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
        _ => MYSQL,
    };
    let rows = ctx.db().fetch_all(query, &[]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

const SQLITE: &str = r#"
    WITH tables AS (SELECT name, sql FROM sqlite_schema
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
    ORDER BY 1"#;

// Names of constraints and indexes differ, and say nothing.
const POSTGRES: &str = r"
    SELECT concat_ws(' ', 'column', table_name, column_name, udt_name, character_maximum_length,
                     numeric_precision, numeric_scale, datetime_precision, is_nullable, column_default,
                     is_identity)
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations'
    UNION ALL
    SELECT concat_ws(' ', 'constraint', r.relname, pg_get_constraintdef(c.oid))
    FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = c.conrelid
    WHERE c.connamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u', 'f', 'c')
      AND r.relname <> '_sqlx_migrations'
    UNION ALL
    SELECT regexp_replace(indexdef, ' INDEX \S+ ON ', ' INDEX ON ')
    FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename <> '_sqlx_migrations'
    ORDER BY 1";

const MYSQL: &str = r"
    SELECT concat_ws(' ', 'column', table_name, column_name, column_type, is_nullable, column_default, extra)
    FROM information_schema.columns
    WHERE table_schema = database() AND table_name <> '_sqlx_migrations'
    UNION ALL
    SELECT concat_ws(' ', 'foreign key', k.table_name, k.column_name, k.referenced_table_name,
                     k.referenced_column_name, r.delete_rule)
    FROM information_schema.key_column_usage AS k
    JOIN information_schema.referential_constraints AS r
      ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
    WHERE k.table_schema = database()
    UNION ALL
    SELECT concat_ws(' ', 'index', table_name, min(non_unique),
                     group_concat(column_name ORDER BY seq_in_index))
    FROM information_schema.statistics
    WHERE table_schema = database() AND table_name <> '_sqlx_migrations'
    GROUP BY table_name, index_name
    ORDER BY 1";

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
fn generated(ctx: &TestContext) -> testudo::TestContextBuilder {
    test_context()
        .backend(ctx.backend())
        .model::<User>()
        .model::<UserProfile>()
        .model::<Account>()
        .model::<Order>()
        .model::<Article>()
        .model::<Tag>()
        .model::<Product>()
}

#[orm_test(migrations = "migrations")]
async fn the_migrations_make_what_the_models_describe(migrated: TestContext) -> testudo::Result {
    let generated = generated(&migrated).start().await?;
    let expected = description(&generated).await?;
    assert!(expected.len() > 60, "{expected:#?}");
    assert_eq!(description(&migrated).await?, expected);
    generated.finish().await?;
    Ok(())
}

#[orm_test(migrations = "migrations", fixtures("shop"))]
async fn the_same_fixtures_fit_both_schemas(migrated: TestContext) -> testudo::Result {
    let generated = generated(&migrated).fixtures(["shop"]).start().await?;
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
