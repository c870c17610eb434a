//! Schema.

use testudo::prelude::*;
use testudo_orm::Result;
use testudo_orm::schema::{generate, generate_schemas, tables_of};
use testudo_orm::sql::Dialect;
use testudo_orm::sql::ddl::DropTable;

use crate::shop::{Article, Category, Order, Tag, User, people};

const DIALECTS: [Dialect; 4] = [
    Dialect::Sqlite,
    Dialect::Postgres,
    Dialect::MySql,
    Dialect::MariaDb,
];

/// The table of `tests/migrations`, which no model made.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "notes")]
struct Note {
    #[field(primary_key, generated = false)]
    id: i64,
    #[field(max_length = 100)]
    title: String,
    #[field(max_length = 1000)]
    body: Option<String>,
}

/// As much of it as somebody needs to know.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "notes")]
struct Title {
    #[field(primary_key, generated = false)]
    id: i64,
    #[field(max_length = 100)]
    title: String,
}

#[orm_test(isolation = "fresh")]
async fn the_schema_of_all_models(db: Db) -> testudo::Result {
    let tables = [tables_of::<Article>(), tables_of::<Order>()].concat();
    generate_schemas(&db, &tables).await?;
    people(&db, &["alice"]).await?;
    assert_eq!(User::all().count(&db).await?, 1);
    assert_eq!(Tag::all().count(&db).await?, 0);
    Ok(())
}

#[test]
fn the_schema_as_text() -> Result<()> {
    for dialect in DIALECTS {
        let statements = generate(dialect, &tables_of::<Tag>())?;
        let table = statements.iter().find(|text| text.contains("tags"));
        assert!(
            table.is_some_and(|text| text.starts_with("CREATE TABLE")),
            "{statements:?}"
        );
    }
    Ok(())
}

#[test]
fn tables_in_the_order_of_their_foreign_keys() -> Result<()> {
    for dialect in DIALECTS {
        let statements = generate(dialect, &tables_of::<Order>())?;
        let place = |name: &str| statements.iter().position(|text| text.starts_with(name));
        let quoted = |table: &str| match dialect {
            Dialect::Sqlite | Dialect::Postgres => format!("CREATE TABLE \"{table}\""),
            Dialect::MySql | Dialect::MariaDb => format!("CREATE TABLE `{table}`"),
        };
        // Nobody asked for users, but orders point to them.
        let (users, orders) = (place(&quoted("users")), place(&quoted("orders")));
        assert!(users.is_some() && users < orders, "{statements:?}");
    }
    Ok(())
}

#[orm_test(models(User))]
async fn names_of_constraints(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    let twice = people(&db, &["alice"])
        .await
        .expect_err("name and address are unique");
    let broken = twice.integrity().expect("a constraint was broken");
    let named = broken.constraint.iter().chain(&broken.columns);
    let known = |name: &String| name.contains("username") || name.contains("email");
    assert!(named.into_iter().any(known), "{broken:?}");
    Ok(())
}

#[orm_test(migrations = "tests/migrations")]
async fn a_migration_is_applied(db: Db) -> testudo::Result {
    assert_eq!(Note::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(migrations = "tests/migrations", isolation = "fresh")]
async fn a_migration_is_taken_back(db: Db) -> testudo::Result {
    db.execute(include_str!("../../migrations/0002_bodies.down.sql"), &[])
        .await?;
    assert_eq!(Note::get(&db, 1).await?.body, None);
    db.execute(include_str!("../../migrations/0001_notes.down.sql"), &[])
        .await?;
    assert!(Note::all().count(&db).await.is_err());
    Ok(())
}

#[orm_test(isolation = "fresh")]
async fn migrations_are_written_from_models(db: Db) -> testudo::Result {
    let migration = generate(db.dialect(), &tables_of::<Category>())?;
    for statement in migration {
        db.execute(statement, &[]).await?;
    }
    Category::builder()
        .code("a")
        .parent_id(None::<String>)
        .create(&db)
        .await?;
    assert!(Category::get(&db, "a".to_owned()).await?.parent.is_none());
    Ok(())
}

#[orm_test(migrations = "tests/migrations")]
async fn models_agree_with_the_migrations(db: Db) -> testudo::Result {
    let mut note = Note::builder().id(2).title("shells").create(&db).await?;
    note.body = Some("Hard.".to_owned());
    note.save(&db).await?;
    assert_eq!(Note::get(&db, 2).await?, note);
    note.delete(&db).await?;
    Ok(())
}

#[orm_test(migrations = "tests/migrations", isolation = "fresh")]
async fn a_data_migration(db: Db) -> testudo::Result {
    let note = Note::get(&db, 1).await?;
    assert_eq!(note.body.as_deref(), Some("About tortoises"));
    Ok(())
}

#[orm_test(migrations = "tests/migrations")]
async fn models_are_written_from_tables(db: Db) -> testudo::Result {
    assert_eq!(Title::get(&db, 1).await?.title, "tortoises");
    Ok(())
}

#[orm_test(migrations = "tests/migrations", isolation = "fresh")]
async fn tables_are_dropped(db: Db) -> testudo::Result {
    let drop = DropTable {
        name: "notes".into(),
        if_exists: false,
    };
    db.execute(drop.compile(db.dialect()), &[]).await?;
    assert!(Note::all().count(&db).await.is_err());
    Ok(())
}

#[orm_test(models(Tag))]
async fn the_same_models_on_another_database(db: Db) -> testudo::Result {
    for name in ["Zebra", "ant", "Ant"] {
        Tag::builder().name(name).create(&db).await?;
    }
    let names = Tag::all().order_by(Tag::name.asc()).values(Tag::name);
    assert_eq!(names.fetch_all(&db).await?, ["Ant", "Zebra", "ant"]);
    assert_eq!(Tag::filter(Tag::name.eq("ANT")).count(&db).await?, 0);
    assert_eq!(Tag::filter(Tag::name.icontains("ANT")).count(&db).await?, 2);
    Ok(())
}
