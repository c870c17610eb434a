//! Many rows inserted, found or changed in few statements.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use insta::assert_snapshot;
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::sql::Dialect;
use testudo_orm::{Error, IntegrityKind, Result};
use uuid::Uuid;

use crate::shop::{OrderStatus, User, people};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "pages", unique(site, path))]
struct Page {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 40, unique)]
    url: String,
    #[field(max_length = 40, default = "")]
    site: String,
    path: i32,
    #[field(default = "")]
    title: String,
    #[field(default = 1)]
    hits: i64,
    #[field(max_digits = 10, decimal_places = 2, default = 0)]
    price: Decimal,
    note: Option<String>,
    #[field(auto_now)]
    seen_at: DateTime<Utc>,
}

fn page(n: i32) -> Page {
    Page::builder()
        .url(format!("/{n}"))
        .path(n)
        .build()
        .unwrap()
}

async fn titles(db: &Db) -> Result<Vec<(String, i64)>> {
    Page::all()
        .order_by(Page::path.asc())
        .values((Page::title, Page::hits))
        .fetch_all(db)
        .await
}

/// Its SQL on each dialect.
fn sql(of: impl Fn(Dialect) -> Result<String>) -> String {
    let line = |dialect: Dialect| match of(dialect) {
        Ok(sql) => format!("{dialect}: {sql}"),
        Err(error) => format!("{dialect}: error: {error}"),
    };
    Dialect::ALL.map(line).join("\n")
}

#[test]
fn the_statements_of_many_rows() {
    let tags = || [crate::shop::Tag::builder().name("a").build().unwrap()];
    let bulk = || crate::shop::Tag::bulk(tags());
    let name = crate::shop::Tag::name;
    assert_snapshot!(sql(|dialect| bulk().sql(dialect)), @r#"
    SQLite: INSERT INTO "tags" ("name") VALUES (?) RETURNING "id"
    Postgres: INSERT INTO "tags" ("name") VALUES ($1) RETURNING "id"
    MySQL: INSERT INTO `tags` (`name`) VALUES (?)
    MariaDB: INSERT INTO `tags` (`name`) VALUES (?) RETURNING `id`
    "#);
    assert_snapshot!(sql(|dialect| bulk().on_conflict(name).do_nothing().sql(dialect)), @r#"
    SQLite: INSERT INTO "tags" ("name") VALUES (?) ON CONFLICT ("name") DO NOTHING
    Postgres: INSERT INTO "tags" ("name") VALUES ($1) ON CONFLICT ("name") DO NOTHING
    MySQL: INSERT INTO `tags` (`name`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `tags`.`id`
    MariaDB: INSERT INTO `tags` (`name`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `tags`.`id`
    "#);
    assert_snapshot!(sql(|dialect| bulk().on_conflict(name).update(name).sql(dialect)), @r#"
    SQLite: INSERT INTO "tags" ("name") VALUES (?) ON CONFLICT ("name") DO UPDATE SET "name" = excluded."name"
    Postgres: INSERT INTO "tags" ("name") VALUES ($1) ON CONFLICT ("name") DO UPDATE SET "name" = excluded."name"
    MySQL: INSERT INTO `tags` (`name`) VALUES (?) AS `t1` ON DUPLICATE KEY UPDATE `name` = `t1`.`name`
    MariaDB: INSERT INTO `tags` (`name`) VALUES (?) ON DUPLICATE KEY UPDATE `name` = VALUES(`name`)
    "#);
}

#[test]
fn a_conflict_changes_fields_with_auto_now_too_and_reads_the_old_row_first() {
    let upsert = || {
        let hits = Page::hits.set(Page::hits + excluded(Page::hits));
        Page::bulk([page(1)])
            .on_conflict((Page::site, Page::path))
            .update((Page::title, hits))
    };
    assert_snapshot!(sql(|dialect| upsert().sql(dialect)), @r#"
    SQLite: INSERT INTO "pages" ("url", "site", "path", "title", "hits", "price", "note", "seen_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("site", "path") DO UPDATE SET "hits" = "pages"."hits" + excluded."hits", "title" = excluded."title", "seen_at" = excluded."seen_at"
    Postgres: INSERT INTO "pages" ("url", "site", "path", "title", "hits", "price", "note", "seen_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ("site", "path") DO UPDATE SET "hits" = "pages"."hits" + excluded."hits", "title" = excluded."title", "seen_at" = excluded."seen_at"
    MySQL: INSERT INTO `pages` (`url`, `site`, `path`, `title`, `hits`, `price`, `note`, `seen_at`) VALUES (?, ?, ?, ?, ?, ?, ?, ?) AS `t1` ON DUPLICATE KEY UPDATE `hits` = `pages`.`hits` + `t1`.`hits`, `title` = `t1`.`title`, `seen_at` = `t1`.`seen_at`
    MariaDB: INSERT INTO `pages` (`url`, `site`, `path`, `title`, `hits`, `price`, `note`, `seen_at`) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE `hits` = `pages`.`hits` + VALUES(`hits`), `title` = VALUES(`title`), `seen_at` = VALUES(`seen_at`)
    "#);
}

#[orm_test(models(Page))]
async fn batches_are_as_small_as_one_likes_and_all_or_nothing(db: Db) -> testudo::Result {
    let pages = Page::bulk((0..7).map(page))
        .batch_size(3)
        .create(&db)
        .await?;
    assert_eq!(
        pages.iter().map(|page| page.path).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5, 6]
    );
    for page in &pages {
        assert_eq!(&Page::get(&db, page.id).await?, page);
    }
    // The last batch of the second call has a row that is there already.
    let error = Page::bulk((6..20).rev().map(page))
        .batch_size(2)
        .create(&db)
        .await
        .unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(Page::all().count(&db).await?, 7);
    let none = Page::bulk([page(100)])
        .batch_size(0)
        .create(&db)
        .await
        .unwrap_err();
    assert!(none.to_string().contains("a batch of 0 rows"), "{none}");
    assert!(Page::bulk([]).create(&db).await?.is_empty());
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_that_are_there_stay_as_they_are_and_all_are_returned_with_their_keys(
    db: Db,
) -> testudo::Result {
    let old = Page::bulk((0..3).map(page)).create(&db).await?;
    let titled = |n| Page {
        title: "new".to_owned(),
        ..page(n)
    };
    let found = Page::bulk([4, 1, 3, 2].map(titled))
        .on_conflict(Page::url)
        .do_nothing()
        .create(&db)
        .await?;
    let paths: Vec<_> = found
        .iter()
        .map(|page| (page.path, page.title.as_str()))
        .collect();
    assert_eq!(paths, [(4, "new"), (1, ""), (3, "new"), (2, "")]);
    assert_eq!((found[1].id, found[3].id), (old[1].id, old[2].id));
    for page in &found {
        assert_eq!(&Page::get(&db, page.id).await?, page);
    }
    assert_eq!(Page::all().count(&db).await?, 5);
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_that_are_there_take_the_new_values(db: Db) -> testudo::Result {
    let old = Page::bulk((0..2).map(page)).create(&db).await?;
    let titled = |n: i32| Page {
        title: format!("title {n}"),
        hits: 7,
        ..page(n)
    };
    let changed = Page::bulk([1, 2].map(titled))
        .on_conflict(Page::url)
        .update(Page::title)
        .create(&db)
        .await?;
    assert_eq!(changed[0].id, old[1].id);
    assert!(changed[0].seen_at > old[1].seen_at);
    let (empty, one, two) = (String::new(), "title 1".to_owned(), "title 2".to_owned());
    assert_eq!(titles(&db).await?, [(empty, 1), (one, 1), (two, 7)]);
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_that_are_there_take_expressions_of_the_old_and_the_new_row(
    db: Db,
) -> testudo::Result {
    Page::bulk([Page {
        price: dec!(0.10),
        note: Some("old".into()),
        ..page(0)
    }])
    .create(&db)
    .await?;
    let more = || {
        [0, 1].map(|n| Page {
            title: "t".into(),
            hits: 5,
            price: dec!(0.20),
            ..page(n)
        })
    };
    let changes = || {
        (
            Page::title,
            Page::hits.set(Page::hits * 10 + excluded(Page::hits)),
            Page::price.set(Page::price + excluded(Page::price)),
            Page::note.set("seen"),
        )
    };
    let upsert = || {
        Page::bulk(more())
            .on_conflict((Page::site, Page::path))
            .update(changes())
    };
    let pages = upsert().create(&db).await?;
    let shown: Vec<_> = pages
        .iter()
        .map(|page| {
            (
                page.title.as_str(),
                page.hits,
                page.price,
                page.note.as_deref(),
            )
        })
        .collect();
    let price = dec!(0.30);
    assert_eq!(
        shown,
        [("t", 15, price, Some("seen")), ("t", 5, dec!(0.20), None)]
    );
    upsert().execute(&db).await?;
    assert_eq!(
        titles(&db).await?,
        [("t".to_owned(), 155), ("t".to_owned(), 55)]
    );
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_of_one_call_that_conflict_follow_one_another(db: Db) -> testudo::Result {
    let twice = [
        page(0),
        page(1),
        Page {
            title: "last".into(),
            ..page(0)
        },
    ];
    let hits = || Page::hits.set(Page::hits + excluded(Page::hits));
    let pages = Page::bulk(twice)
        .on_conflict(Page::url)
        .update((Page::title, hits()))
        .create(&db)
        .await?;
    let shown: Vec<_> = pages
        .iter()
        .map(|page| (page.path, page.title.as_str(), page.hits))
        .collect();
    assert_eq!(shown, [(0, "last", 2), (1, "", 1)]);
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_with_keys_of_their_own_conflict_by_them(db: Db) -> testudo::Result {
    let old = Page::bulk([page(0)]).create(&db).await?;
    let rows = [0, 1].map(|n| Page {
        id: old[0].id + i64::from(n),
        title: "t".into(),
        ..page(n)
    });
    let pages = Page::bulk(rows)
        .on_conflict(Page::id)
        .update(Page::title)
        .create(&db)
        .await?;
    assert_eq!(pages[1].id, old[0].id + 1);
    assert_eq!(
        titles(&db).await?,
        [("t".to_owned(), 1), ("t".to_owned(), 1)]
    );
    Ok(())
}

#[orm_test(models(Page))]
async fn what_is_no_conflict_is_an_error_that_says_so(db: Db) -> testudo::Result {
    let says = |error: Error, words: &str| assert!(error.to_string().contains(words), "{error}");
    let by = |columns| {
        Page::bulk([page(0)])
            .on_conflict(columns)
            .do_nothing()
            .create(&db)
    };
    says(
        by(Page::title).await.unwrap_err(),
        "no two rows conflict by `title` of `Page`",
    );
    let both = Page::bulk([page(0)])
        .on_conflict((Page::url, Page::path))
        .do_nothing();
    says(
        both.execute(&db).await.unwrap_err(),
        "no two rows conflict by `url`, `path` of `Page`",
    );
    let key = Page::bulk([page(0)])
        .on_conflict(Page::id)
        .do_nothing()
        .create(&db)
        .await;
    says(
        key.unwrap_err(),
        "invalid value for `Page.id`: a row without a value there",
    );
    assert!(!Page::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(Page))]
async fn another_constraint_than_the_one_named_is_an_error_where_the_server_can_choose(
    db: Db,
) -> testudo::Result {
    Page::bulk([page(0)]).create(&db).await?;
    let same_path = Page {
        url: "/other".into(),
        ..page(0)
    };
    let done = Page::bulk([same_path])
        .on_conflict(Page::url)
        .do_nothing()
        .execute(&db)
        .await;
    match db.speaks().await? {
        Dialect::Sqlite | Dialect::Postgres => {
            assert_eq!(
                done.unwrap_err().integrity().unwrap().kind,
                IntegrityKind::Unique
            );
        }
        Dialect::MySql | Dialect::MariaDb => done?,
    }
    assert_eq!(Page::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Page))]
async fn more_rows_than_one_statement_can_bind_are_changed_where_they_are_there(
    db: Db,
) -> testudo::Result {
    Page::bulk((0..5_000).map(page)).create(&db).await?;
    let titled = |n: i32| Page {
        title: n.to_string(),
        ..page(n)
    };
    let pages = Page::bulk((2_500..10_000).map(titled))
        .on_conflict((Page::site, Page::path))
        .update(Page::title)
        .create(&db)
        .await?;
    assert_eq!(pages.len(), 7_500);
    assert!(pages.iter().all(|page| page.title == page.path.to_string()));
    assert_eq!(Page::filter(Page::title.eq("")).count(&db).await?, 2_500);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "blobs")]
struct Blob {
    #[field(primary_key)]
    id: i64,
    data: Vec<u8>,
}

#[orm_test(models(Blob))]
async fn statements_stay_within_what_the_server_takes_at_once(db: Db) -> testudo::Result {
    let blob = |n: u8| Blob::builder().data(vec![n; 12 << 20]).build();
    let blobs = (0..3).map(blob).collect::<Result<Vec<_>>>()?;
    let mut blobs = Blob::bulk_create(&db, blobs).await?;
    let lengths = async || -> Result<Vec<usize>> {
        let rows = Blob::all().order_by(Blob::id.asc()).fetch_all(&db).await?;
        Ok(rows.iter().map(|row| row.data.len()).collect())
    };
    assert_eq!(lengths().await?, [12 << 20; 3]);
    for blob in &mut blobs {
        blob.data.truncate(3 << 20);
    }
    assert_eq!(Blob::bulk_update(&db, &mut blobs, Blob::data).await?, 3);
    assert_eq!(lengths().await?, [3 << 20; 3]);
    Ok(())
}

#[orm_test(models(Blob), backends(mysql, mariadb))]
async fn a_value_larger_than_the_server_takes_is_refused_by_name(db: Db) -> testudo::Result {
    let packet: i64 = db.fetch_all("SELECT @@max_allowed_packet", &[]).await?[0].get(0)?;
    let large = Blob::builder().data(vec![0; usize::try_from(packet)?]);
    let error = large.create(&db).await.unwrap_err();
    assert_eq!(error.validation().unwrap().field, "data");
    assert!(error.to_string().contains("max_allowed_packet"), "{error}");
    Ok(())
}

/// A column of every type.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "everything")]
struct Everything {
    #[field(primary_key)]
    id: i64,
    flag: bool,
    small: i16,
    medium: i32,
    large: Option<i64>,
    single: f32,
    double: f64,
    #[field(max_digits = 12, decimal_places = 4)]
    price: Decimal,
    #[field(max_length = 20)]
    label: String,
    text: Option<String>,
    data: Vec<u8>,
    token: Uuid,
    at: DateTime<Utc>,
    local: NaiveDateTime,
    day: NaiveDate,
    time: NaiveTime,
    document: serde_json::Value,
    status: OrderStatus,
}

fn everything(n: u8) -> Everything {
    let at: DateTime<Utc> = "2024-02-29T12:34:56.123456Z".parse().unwrap();
    let at = at + chrono::Duration::microseconds(i64::from(n) * 86_400_000_001);
    Everything {
        id: 0,
        flag: n.is_multiple_of(2),
        small: i16::MIN + i16::from(n),
        medium: i32::MAX - i32::from(n),
        large: (n > 1).then_some(i64::MAX - i64::from(n)),
        single: 0.1 + f32::from(n),
        double: 0.1 + f64::from(n),
        price: dec!(-1234.5678) + Decimal::from(n),
        label: format!("größe {n} ☃"),
        text: (n > 2).then(|| "x".repeat(1_000)),
        data: vec![0, n, 255],
        token: Uuid::from_u128(u128::MAX - u128::from(n)),
        at,
        local: at.naive_utc(),
        day: at.date_naive(),
        time: at.time(),
        document: serde_json::json!({ "n": n, "list": [1, "a", null] }),
        status: [OrderStatus::Pending, OrderStatus::OnHold][usize::from(n % 2)],
    }
}

#[orm_test(models(Everything))]
async fn many_rows_are_updated_whatever_their_types(db: Db) -> testudo::Result {
    let rows = (0..4).map(everything);
    let mut rows = Everything::bulk_create(&db, rows).await?;
    for (n, row) in (10..).zip(&mut rows) {
        *row = Everything {
            id: row.id,
            ..everything(n)
        };
    }
    rows[1].large = None;
    rows[2].text = None;
    let (numbers, others) = (
        (
            Everything::flag,
            Everything::small,
            Everything::medium,
            Everything::large,
            Everything::single,
            Everything::double,
            Everything::price,
        ),
        (
            Everything::label,
            Everything::text,
            Everything::data,
            Everything::token,
            Everything::at,
            Everything::local,
            Everything::day,
            Everything::time,
            Everything::document,
            Everything::status,
        ),
    );
    assert_eq!(Everything::bulk_update(&db, &mut rows, numbers).await?, 4);
    assert_eq!(Everything::bulk_update(&db, &mut rows, others).await?, 4);
    let read = Everything::all()
        .order_by(Everything::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(read, rows);
    for row in &mut rows {
        (row.large, row.text) = (None, None);
    }
    Everything::bulk_update(&db, &mut rows, (Everything::large, Everything::text)).await?;
    assert_eq!(
        Everything::filter(Everything::large.is_null())
            .count(&db)
            .await?,
        4
    );
    Ok(())
}

#[orm_test(models(Page))]
async fn many_rows_are_updated_in_batches_with_their_auto_now(db: Db) -> testudo::Result {
    let mut pages = Page::bulk((0..1_200).map(page)).create(&db).await?;
    let before = pages[0].seen_at;
    for page in &mut pages {
        page.title = format!("title {}", page.path);
        page.hits = 0;
    }
    let gone = pages[7].clone();
    gone.delete(&db).await?;
    assert_eq!(
        Page::bulk_update(&db, &mut pages, Page::title).await?,
        1_199
    );
    let read = Page::all()
        .order_by(Page::path.asc())
        .fetch_all(&db)
        .await?;
    assert!(
        read.iter()
            .all(|page| page.title == format!("title {}", page.path))
    );
    assert!(
        read.iter()
            .all(|page| page.hits == 1 && page.seen_at > before)
    );
    assert_eq!(read[0].seen_at, pages[0].seen_at);
    assert_eq!(Page::bulk_update(&db, &mut [], Page::title).await?, 0);
    Ok(())
}

#[orm_test(models(Page))]
async fn an_update_of_many_rows_is_refused_by_name_before_it_is_sent(db: Db) -> testudo::Result {
    let mut pages = Page::bulk((0..2).map(page)).create(&db).await?;
    let says = |error: Error, words: &str| assert!(error.to_string().contains(words), "{error}");
    let key = Page::bulk_update(&db, &mut pages, Page::id)
        .await
        .unwrap_err();
    says(key, "`Page.id` is the key by which the rows are found");
    let mut twice = [pages[0].clone(), pages[0].clone()];
    let twice = Page::bulk_update(&db, &mut twice, Page::title)
        .await
        .unwrap_err();
    says(twice, "two of the rows to update are the `Page`");
    let unsaved = Page::bulk_update(&db, &mut [page(9)], Page::title)
        .await
        .unwrap_err();
    says(unsaved, "this `Page` is not saved");
    pages[0].title = "changed".into();
    pages[1].site = "x".repeat(41);
    let long = Page::bulk_update(&db, &mut pages, (Page::title, Page::site))
        .await
        .unwrap_err();
    assert_eq!(long.validation().unwrap().field, "site");
    assert_eq!(Page::filter(Page::title.eq("")).count(&db).await?, 2);
    Ok(())
}

fn alice(email: &str) -> <User as Model>::Builder {
    User::builder()
        .username("alice")
        .email(email)
        .first_name("A")
}

#[orm_test(models(User))]
async fn a_row_is_updated_or_created_by_some_of_its_values(db: Db) -> testudo::Result {
    let (user, created) = alice("a@example.com")
        .update_or_create(&db, User::username, User::email)
        .await?;
    assert!(created);
    let changed = alice("b@example.com").first_name("B");
    let (same, created) = changed
        .update_or_create(&db, User::username, User::email)
        .await?;
    assert!(!created);
    // `first_name` was not among the fields to update.
    assert_eq!(
        same,
        User {
            email: "b@example.com".into(),
            ..user
        }
    );
    assert_eq!(User::get(&db, same.id).await?, same);
    let misfit = alice(&"x".repeat(256))
        .update_or_create(&db, User::username, User::email)
        .await;
    assert_eq!(misfit.unwrap_err().validation().unwrap().field, "email");
    Ok(())
}

#[orm_test(models(User))]
async fn an_update_or_create_that_another_row_forbids_leaves_the_transaction_usable(
    db: Db,
) -> testudo::Result {
    people(&db, &["bob"]).await?;
    db.transaction(async |tx| {
        people(&tx, &["carol"]).await?;
        // The e-mail address is Bob's.
        let taken = alice("bob@example.com")
            .update_or_create(&tx, User::username, User::email)
            .await;
        assert!(taken.unwrap_err().is_unique_violation());
        let taken = alice("bob@example.com")
            .get_or_create(&tx, User::username)
            .await;
        assert!(taken.unwrap_err().is_unique_violation());
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(User::all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn callers_at_the_same_time_update_or_create_one_row(db: Db) -> testudo::Result {
    let call = |n: usize| {
        let db = db.clone();
        tokio::spawn(async move {
            alice(&format!("{n}@example.com"))
                .update_or_create(&db, User::username, User::email)
                .await
        })
    };
    let calls: Vec<_> = (0..4).map(call).collect();
    let mut created = 0;
    for call in calls {
        created += usize::from(call.await.unwrap()?.1);
    }
    assert_eq!(created, 1);
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone", requires(concurrent_writes))]
async fn a_row_that_another_transaction_has_committed_since_is_got(db: Db) -> testudo::Result {
    let got = db
        .transaction(async |tx| {
            // From here on MySQL shows the rows as they are now.
            assert!(!User::all().exists(&tx).await?);
            alice("a@example.com").create(&db).await?;
            alice("b@example.com")
                .get_or_create(&tx, User::username)
                .await
        })
        .await;
    match (got, db.dialect()) {
        (Ok((found, created)), _) => {
            assert!(!created);
            assert_eq!(found.email, "a@example.com");
        }
        // A transaction that sees one state of the rows cannot lock another: to be run again.
        (Err(error), Dialect::MariaDb) => assert!(error.is_retryable(), "{error}"),
        (Err(error), _) => return Err(error.into()),
    }
    Ok(())
}
