//! Optimistic locking: a row that others have changed since it was read is not written.

use testudo::prelude::*;
use testudo_orm::sql::Dialect;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "wallets")]
struct Wallet {
    #[field(primary_key)]
    id: i64,
    amount: i64,
    note: Option<String>,
    #[field(version)]
    version: i64,
}

/// The program makes its keys up.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "pages")]
struct Page {
    #[field(primary_key, max_length = 20)]
    name: String,
    text: String,
    #[field(version)]
    revision: i64,
}

#[orm_test(models(Wallet))]
async fn each_save_counts_a_version(db: Db) -> testudo::Result {
    let mut wallet = Wallet::builder().amount(1).create(&db).await?;
    assert_eq!(wallet.version, 1);
    wallet.amount = 2;
    wallet.save(&db).await?;
    wallet.note = Some("x".to_owned());
    wallet.save_fields(&db, Wallet::note).await?;
    assert_eq!(wallet.version, 3);
    assert_eq!(Wallet::get(&db, wallet.id).await?, wallet);
    Ok(())
}

#[orm_test(models(Wallet))]
async fn a_row_that_others_have_changed_is_not_written(db: Db) -> testudo::Result {
    let mut mine = Wallet::builder().amount(1).create(&db).await?;
    let mut theirs = Wallet::get(&db, mine.id).await?;
    theirs.amount = 10;
    theirs.save(&db).await?;

    mine.amount = 2;
    let error = mine.save(&db).await.unwrap_err();
    assert!(error.is_stale());
    assert_eq!(
        error.to_string(),
        format!(
            "the `Wallet` {} was changed or deleted since it was read; read it again (`refresh`) and \
             repeat the change",
            mine.id
        )
    );
    assert!(
        mine.save_fields(&db, Wallet::amount)
            .await
            .unwrap_err()
            .is_stale()
    );
    assert!(mine.delete(&db).await.unwrap_err().is_stale());
    assert_eq!(mine.version, 1);
    assert_eq!(Wallet::get(&db, mine.id).await?, theirs);

    mine.refresh(&db).await?;
    mine.amount += 1;
    mine.save(&db).await?;
    assert_eq!(Wallet::get(&db, mine.id).await?.amount, 11);
    mine.delete(&db).await?;
    assert_eq!(Wallet::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(Wallet))]
async fn a_row_that_others_have_deleted_is_not_inserted_again(db: Db) -> testudo::Result {
    let mut wallet = Wallet::builder().amount(1).create(&db).await?;
    Wallet::all().delete(&db).await?;
    assert!(wallet.save(&db).await.unwrap_err().is_stale());
    assert_eq!(Wallet::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(Wallet))]
async fn an_update_of_many_rows_makes_all_that_were_read_stale(db: Db) -> testudo::Result {
    let mut wallet = Wallet::builder().amount(1).create(&db).await?;
    Wallet::all()
        .update(Wallet::amount.set(Wallet::amount + 5))
        .execute(&db)
        .await?;
    assert_eq!(Wallet::get(&db, wallet.id).await?.version, 2);
    assert!(wallet.save(&db).await.unwrap_err().is_stale());
    Ok(())
}

#[orm_test(models(Wallet))]
async fn a_bulk_update_writes_all_rows_or_names_one_that_is_stale(db: Db) -> testudo::Result {
    let wallet = |amount: i64| Wallet::builder().amount(amount).build();
    let mut rows = Wallet::bulk_create(&db, [wallet(1)?, wallet(2)?]).await?;
    rows.iter_mut().for_each(|row| row.amount += 10);
    assert_eq!(
        Wallet::bulk_update(&db, &mut rows, Wallet::amount).await?,
        2
    );
    assert_eq!(rows[1].version, 2);
    assert_eq!(Wallet::get(&db, rows[1].id).await?, rows[1]);

    let mut other = rows[1].clone();
    other.save(&db).await?;
    rows.iter_mut().for_each(|row| row.amount += 10);
    let error = Wallet::bulk_update(&db, &mut rows, Wallet::amount)
        .await
        .unwrap_err();
    assert!(error.is_stale());
    let named = format!("the `Wallet` {} was changed", rows[1].id);
    assert!(error.to_string().starts_with(&named), "{error}");
    assert_eq!(Wallet::get(&db, rows[0].id).await?.amount, 11);
    Ok(())
}

#[orm_test(models(Page))]
async fn an_upsert_counts_a_version(db: Db) -> testudo::Result {
    let page = |text: &str| Page::builder().name("home").text(text).build();
    for (text, revision) in [("a", 1), ("b", 2)] {
        let kept = Page::bulk([page(text)?])
            .on_conflict(Page::name)
            .update(Page::text)
            .create(&db)
            .await?;
        assert_eq!((kept[0].text.as_str(), kept[0].revision), (text, revision));
    }
    Ok(())
}

#[orm_test(models(Page))]
async fn a_new_row_with_a_key_of_its_own_is_saved_by_an_insert(db: Db) -> testudo::Result {
    let mut page = Page::builder().name("home").text("a").build()?;
    page.save(&db).await?;
    assert_eq!(page.revision, 1);
    page.text = "b".to_owned();
    page.save(&db).await?;
    assert_eq!(Page::get(&db, "home".to_owned()).await?, page);
    Ok(())
}

#[orm_test(models(Page))]
async fn rows_that_were_inserted_by_hand_have_the_first_version(db: Db) -> testudo::Result {
    db.execute("INSERT INTO pages (name, text) VALUES ('home', 'a')", &[])
        .await?;
    assert_eq!(Page::all().get(&db).await?.revision, 1);
    Ok(())
}

#[test]
fn the_version_is_a_column_like_any_other_in_queries() {
    let query = Wallet::filter(Wallet::version.gt(3));
    insta::assert_snapshot!(
        query.sql(Dialect::Postgres).unwrap(),
        @r#"SELECT "wallets"."id", "wallets"."amount", "wallets"."note", "wallets"."version" FROM "wallets" WHERE "wallets"."version" > $1"#
    );
}
